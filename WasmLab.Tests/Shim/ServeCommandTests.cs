using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using WasmLab.Tests.Support;
using WasmLab.Tests.Wasi;

namespace WasmLab.Tests.Shim;

[Trait(Category.Name, Category.EndToEnd)]
public sealed partial class ServeCommandTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly ShimProcess _shim = ShimProcess.Start("serve");

    [Fact]
    public async Task Serve_ThreeServers_EndOneByOneAndLeaveTheOthers()
    {
        await _shim.EventAsync("ready");
        foreach (var id in new[] { "a", "b", "c" })
        {
            StartHttpbin(id);
        }

        var servers = new Dictionary<string, Uri>();
        foreach (var id in new[] { "a", "b", "c" })
        {
            await _shim.EventAsync("started", id);
            servers[id] = await ServerAsync(id);
            (await FlavorAsync(servers[id])).ShouldBe(id);
        }

        Signal("a", "TERM");
        var exited = await _shim.EventAsync("exited", "a");
        ((int)exited["code"]!).ShouldBe(143);
        exited.ContainsKey("reason").ShouldBeTrue();
        exited["reason"].ShouldBeNull();
        await Should.ThrowAsync<HttpRequestException>(() => FlavorAsync(servers["a"]));
        (await FlavorAsync(servers["b"])).ShouldBe("b");

        Signal("b", "KILL");
        ((int)(await _shim.EventAsync("exited", "b"))["code"]!).ShouldBe(137);
        (await FlavorAsync(servers["c"])).ShouldBe("c");

        _shim.CloseInput();
        (await _shim.ExitAsync()).ShouldBe(0);
        ((int)(await _shim.EventAsync("exited", "c"))["code"]!).ShouldBe(137);
        await Should.ThrowAsync<HttpRequestException>(() => FlavorAsync(servers["c"]));
    }

    [Fact]
    public async Task Serve_InstancesThatFail_TellWhyAndDisturbNobody()
    {
        await _shim.EventAsync("ready");
        StartHttpbin("steady");
        await _shim.EventAsync("started", "steady");
        var server = await ServerAsync("steady");

        var cases = new Dictionary<string, (byte[] Wasm, int Code, string? Reason)>
        {
            ["trap"] = (new GuestModule().Function("_start", ":", GuestModule.Unreachable).Build(), 134, "trap: unreachable"),
            ["deep"] = (new GuestModule().Function("_start", ":", GuestModule.Call(0)).Build(), 134, "trap: call stack exhausted"),
            ["import"] = (new GuestModule().Import("lookup", "i:i", module: "dns").Function("_start", ":").Build(), 1, "dns.lookup"),
            ["text"] = ("no module"u8.ToArray(), 1, "bad module: "),
            ["exit"] = (new GuestModule().Import("proc_exit", "i:").Function("_start", ":", [.. GuestModule.Constant(7), .. GuestModule.Call(0)]).Build(), 7, null),
        };
        foreach (var (id, (wasm, code, reason)) in cases)
        {
            await File.WriteAllBytesAsync(_directory[$"{id}.wasm"], wasm, TestContext.Current.CancellationToken);
            Start(id, _directory[$"{id}.wasm"]);
            var exited = await _shim.EventAsync("exited", id);
            ((int)exited["code"]!).ShouldBe(code);
            if (reason is null)
            {
                exited["reason"].ShouldBeNull();
            }
            else
            {
                ((string)exited["reason"]!).ShouldContain(reason);
                Log(id).ShouldContain(line => line.Contains(" stderr F wasmlab-shim: ") && line.Contains(reason));
            }
        }

        (await FlavorAsync(server)).ShouldBe("steady");
    }

    [Fact]
    public async Task Serve_EndlessLoops_AreKilledInTheMiddle()
    {
        await _shim.EventAsync("ready");
        await File.WriteAllBytesAsync(_directory["loop.wasm"], new GuestModule().Function("_start", ":", GuestModule.Forever()).Build(), TestContext.Current.CancellationToken);
        Start("x", _directory["loop.wasm"]);
        await _shim.EventAsync("started", "x");

        Signal("x", "KILL");

        ((int)(await _shim.EventAsync("exited", "x"))["code"]!).ShouldBe(137);
    }

    [Fact]
    public async Task Serve_LogFile_HasTheCriFormat()
    {
        await _shim.EventAsync("ready");
        StartHttpbin("a");
        await ServerAsync("a");

        Log("a").ShouldAllBe(line => CriLine().IsMatch(line));
    }

    [Theory]
    [InlineData("nonsense", null, "not a request")]
    [InlineData("""{"op":"ping"}""", null, "\"id\"")]
    [InlineData("""{"op":"fly","id":"1"}""", "1", "unknown \"op\"")]
    [InlineData("""{"op":"start","id":"1"}""", "1", "\"module\"")]
    [InlineData("""{"op":"start","id":"1","module":"x","address":"here"}""", "1", "no IP address")]
    [InlineData("""{"op":"signal","id":"1","signal":"TERM"}""", "1", "no instance")]
    public async Task Serve_WrongRequest_IsAnErrorEventAndTheNextIsServed(string line, string? id, string expected)
    {
        _shim.WriteLine(line);
        ((string)(await _shim.EventAsync("error", id))["message"]!).ShouldContain(expected);

        _shim.WriteLine("""{"op":"ping","id":"p"}""");
        await _shim.EventAsync("pong", "p");
    }

    public void Dispose()
    {
        _shim.Dispose();
        _directory.Dispose();
    }

    private void StartHttpbin(string id) => Start(id, ShimProcess.Httpbin());

    private void Start(string id, string module) => _shim.WriteLine(JsonSerializer.Serialize(new
    {
        op = "start",
        id,
        module,
        args = new[] { "module" },
        env = new Dictionary<string, string> { ["FLAVOR"] = id, ["PORT"] = "0" },
        preopens = new Dictionary<string, string> { ["/"] = _directory.Path },
        address = "127.0.0.1",
        stdout = _directory[$"{id}.log"],
        stderr = _directory[$"{id}.log"],
    }));

    private void Signal(string id, string signal) => _shim.WriteLine(JsonSerializer.Serialize(new { op = "signal", id, signal }));

    private string[] Log(string id)
    {
        var file = _directory[$"{id}.log"];
        if (!File.Exists(file))
        {
            return [];
        }

        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        return new StreamReader(stream).ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private async Task<Uri> ServerAsync(string id)
    {
        const string Announcement = "listening on ";
        string? line = null;
        await Wait.UntilAsync($"the server's announcement in {id}.log", () => (line = Log(id).FirstOrDefault(text => text.Contains(Announcement))) is not null);

        // It names the address that it asked for; the one it got is the one that it was started with.
        return new Uri($"http://127.0.0.1:{line![(line!.LastIndexOf(':') + 1)..]}");
    }

    private static async Task<string?> FlavorAsync(Uri server)
    {
        using var http = new HttpClient();
        return (string?)JsonNode.Parse(await http.GetStringAsync(new Uri(server, "/get"), TestContext.Current.CancellationToken))!["flavor"];
    }

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z (stdout|stderr) [FP] ")]
    private static partial Regex CriLine();
}
