namespace WasmLab.Tests.Nodes;

/// <summary>A real node that runs WebAssembly from the beginning, with the flavors' images.</summary>
public sealed class NodeFixture : IAsyncLifetime
{
    private RealNode? _node;

    public async ValueTask InitializeAsync()
    {
        if (RealNode.Unavailable is null)
        {
            _node = await RealNode.StartAsync();
            await FlavorImages.LoadAsync();
        }
    }

    /// <summary>Skips the test where there can be no such node.</summary>
    internal void Require() => Assert.SkipWhen(_node is null, RealNode.Unavailable ?? "");

    public async ValueTask DisposeAsync()
    {
        if (_node is not null)
        {
            await _node.DisposeAsync();
        }
    }
}

/// <summary>Tests on a real node run one after the other, each class on a node of its own that comes up and goes down with it.</summary>
[CollectionDefinition(Name)]
public sealed class NodeCollection
{
    public const string Name = "Real node";
}
