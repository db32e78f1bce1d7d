using WasmLab.Tests.Support;

namespace WasmLab.Tests.EndToEnd;

/// <summary>One lab for the tests that leave it as they found it.</summary>
public sealed class LabFixture : IAsyncLifetime
{
    internal LabProcess Lab { get; private set; } = null!;

    internal HttpClient Http { get; } = new();

    public async ValueTask InitializeAsync() => Lab = await LabProcess.StartReadyAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (Lab is not null)
        {
            await Lab.DisposeAsync();
        }
    }
}

/// <summary>The tests that share the lab run one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class LabCollection : ICollectionFixture<LabFixture>
{
    public const string Name = "Lab";
}
