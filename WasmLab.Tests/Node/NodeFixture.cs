namespace WasmLab.Tests.Nodes;

/// <summary>One real node, with the flavors' images, for the tests that leave it as they found it.</summary>
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

    public async ValueTask DisposeAsync()
    {
        if (_node is not null)
        {
            await _node.DisposeAsync();
        }
    }
}

/// <summary>The tests that share the node run one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class NodeCollection : ICollectionFixture<NodeFixture>
{
    public const string Name = "Real node";
}
