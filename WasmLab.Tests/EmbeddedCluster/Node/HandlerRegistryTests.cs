using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using WasmLab.EmbeddedCluster.Nodes.Runtime;
using WasmLab.Tests.EmbeddedCluster.Nodes.Fakes;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.EmbeddedCluster.Nodes;

[Trait(Category.Name, Category.EndToEnd)]
public sealed class HandlerRegistryTests : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly FakeHandler _processes = new("runc");
    private readonly HandlerRegistry _registry;
    private int _changes;

    public HandlerRegistryTests()
    {
        File.WriteAllText(_directory["shim"], "");
        _registry = new HandlerRegistry(
            _directory["runtimes.d"],
            _processes,
            (name, shim) => new WasmHandler(name, shim, _directory["cache"], _processes, TimeProvider.System, NullLogger.Instance, _ => { }),
            TimeProvider.System,
            NullLogger.Instance);
        _registry.Changed += () => Interlocked.Increment(ref _changes);
    }

    public async ValueTask DisposeAsync()
    {
        await _registry.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public void Registry_EmptyFolder_HasTheDefaultHandlerOnly()
    {
        _registry.Names.ShouldBe(["runc"]);
        _registry.Find(null).ShouldBe(_processes);
        _registry.Find("runc").ShouldBe(_processes);
        _registry.Find("wasmedgev1").ShouldBeNull();
    }

    [Fact]
    public async Task File_Written_AddsItsHandler_AndRemoved_TakesItAway()
    {
        Write("wasmedgev1", HandlerRegistry.WasmRuntimeType, _directory["shim"]);
        await Wait.UntilAsync("the handler is there", () => _registry.Find("wasmedgev1") is WasmHandler && Volatile.Read(ref _changes) > 0);
        _registry.Names.ShouldBe(["runc", "wasmedgev1"]);

        File.Delete(_directory["runtimes.d/wasmedgev1.json"]);

        await Wait.UntilAsync("the handler is gone", () => _registry.Find("wasmedgev1") is null);
    }

    [Fact]
    public async Task File_WithoutItsShim_IsIgnoredUntilMended()
    {
        Write("wasmedgev1", HandlerRegistry.WasmRuntimeType, _directory["nowhere"]);
        Write("other", "io.containerd.runc.v2", _directory["shim"]);
        File.WriteAllText(_directory["runtimes.d/broken.json"], "{");
        Write("good", HandlerRegistry.WasmRuntimeType, _directory["shim"]);
        await Wait.UntilAsync("the good one is there", () => _registry.Find("good") is not null);
        _registry.Names.ShouldBe(["runc", "good"]);

        Write("wasmedgev1", HandlerRegistry.WasmRuntimeType, _directory["shim"]);

        await Wait.UntilAsync("the mended one is there", () => _registry.Find("wasmedgev1") is not null);
    }

    private void Write(string name, string type, string shim) => File.WriteAllText(
        _directory[$"runtimes.d/{name}.json"], JsonSerializer.Serialize(new { runtimeType = type, shim }));
}
