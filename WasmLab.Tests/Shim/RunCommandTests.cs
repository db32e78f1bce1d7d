using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;
using WasmLab.Tests.Support;
using WasmLab.Tests.Wasi;

namespace WasmLab.Tests.Shim;

[Trait(Category.Name, Category.EndToEnd)]
public sealed class RunCommandTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    [Fact]
    public async Task Run_Httpbin_AnswersOverKeptAndConcurrentConnectionsUntilSigterm()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no SIGTERM");
        using var shim = ShimProcess.Start("run", ShimProcess.Httpbin(), "--env", "FLAVOR=runtime", "--env", "PORT=0", "--env", "BIND_ADDRESS=127.0.0.1");
        var server = await ServerAsync(shim);
        using var http = new HttpClient { BaseAddress = server };
        var cancellation = TestContext.Current.CancellationToken;

        var answer = JsonNode.Parse(await http.GetStringAsync("/get?foo=bar&grüße=x%20y", cancellation))!;
        ((string?)answer["flavor"]).ShouldBe("runtime");
        ((string?)answer["args"]!["foo"]).ShouldBe("bar");
        ((string?)answer["args"]!["grüße"]).ShouldBe("x y");
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => http.GetStringAsync($"/get?i={i}", cancellation)));
        answers.Select(text => (string?)JsonNode.Parse(text)!["args"]!["i"]).ShouldBe(Enumerable.Range(0, 50).Select(i => $"{i}"));

        // A connection that says nothing must not keep the others waiting.
        using var silent = new TcpClient();
        await silent.ConnectAsync(server.Host, server.Port, cancellation);
        (await http.GetAsync("/missing", cancellation)).StatusCode.ShouldBe(System.Net.HttpStatusCode.NotFound);
        (await TwoRequestsOnOneConnection(server)).ShouldBe(2);

        shim.Signal(PosixSignal.SIGTERM);
        (await shim.ExitAsync()).ShouldBe(143);
    }

    [Fact]
    public async Task Run_UnderTheNameWasmEdge_TakesItsSyntax()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "images that start wasmedge are Linux's");
        CopyProgram("wasmlab-shim", "wasmedge");
        File.Copy(ShimProcess.Httpbin(), _directory["httpbin.wasm"]);

        using var shim = ShimProcess.StartAs(
            _directory["wasmedge"], "--dir", $"/:{_directory.Path}", "--env", "FLAVOR=embed", "--env", "PORT=0", "--env", "BIND_ADDRESS=127.0.0.1", _directory["httpbin.wasm"]);
        var server = await ServerAsync(shim);
        using var http = new HttpClient { BaseAddress = server };

        ((string?)JsonNode.Parse(await http.GetStringAsync("/get", TestContext.Current.CancellationToken))!["flavor"]).ShouldBe("embed");
    }

    [Fact]
    public async Task Run_Module_PassesArgumentsStreamsAndExitCode()
    {
        var hello = new GuestModule()
            .Import("fd_write", "iiii:i")
            .Import("proc_exit", "i:")
            .Data(100, "hello\n")
            .Data(200, Encoding.UTF8.GetString([100, 0, 0, 0, 6, 0, 0, 0]))
            .Function("_start", ":", [
                .. GuestModule.Constant(1), .. GuestModule.Constant(200), .. GuestModule.Constant(1), .. GuestModule.Constant(300), .. GuestModule.Call(0), .. GuestModule.Drop,
                .. GuestModule.Constant(42), .. GuestModule.Call(1)]);
        using var shim = ShimProcess.Start("run", Save(hello.Build()), "--", "--env", "x");

        (await shim.ExitAsync()).ShouldBe(42);

        shim.Output.ShouldBe(["hello"]);
        shim.Error.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("trap", 134, "trap: unreachable")]
    [InlineData("deep", 134, "trap: call stack exhausted")]
    [InlineData("import", 1, "unknown import: dns.lookup")]
    [InlineData("truncated", 1, "bad module: ")]
    [InlineData("text", 1, "bad module: ")]
    [InlineData("memory", 1, "memory")]
    [InlineData("missing", 1, "no such file")]
    public async Task Run_ThatFails_IsOneLineAndItsCode(string kind, int code, string expected)
    {
        var file = kind switch
        {
            "trap" => Save(new GuestModule().Function("_start", ":", GuestModule.Unreachable).Build()),
            "deep" => Save(new GuestModule().Function("_start", ":", GuestModule.Call(0)).Build()),
            "import" => Save(new GuestModule().Import("lookup", "i:i", module: "dns").Function("_start", ":").Build()),
            "truncated" => Save((await File.ReadAllBytesAsync(ShimProcess.Httpbin(), TestContext.Current.CancellationToken))[..5000]),
            "text" => Save("#!/bin/sh\n"u8.ToArray()),
            "memory" => Save(new GuestModule { Pages = 100 }.Function("_start", ":").Build()),
            _ => _directory["missing.wasm"],
        };
        using var shim = ShimProcess.Start("run", file, "--memory-page-limit", "50");

        (await shim.ExitAsync()).ShouldBe(code);

        shim.Error.ShouldContain(expected);
        shim.Error.ShouldStartWith("wasmlab-shim: ");
        shim.Error.Split('\n').Length.ShouldBe(1);
    }

    [Fact]
    public async Task Run_Invoke_PrintsEachResultOnALine()
    {
        using var shim = ShimProcess.Start("run", Save(new GuestModule().Function("swap", "il:li", 0x20, 1, 0x20, 0).Build()), "--invoke", "swap", "--", "-5", "6");

        (await shim.ExitAsync()).ShouldBe(0);

        shim.Output.ShouldBe(["6", "-5"]);
    }

    [Fact]
    public async Task Run_EndlessLoopTerminated_EndsWith143()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no SIGTERM");
        var module = new GuestModule()
            .Import("fd_write", "iiii:i")
            .Data(100, "x\n")
            .Data(200, Encoding.UTF8.GetString([100, 0, 0, 0, 2, 0, 0, 0]))
            .Function("_start", ":", [
                .. GuestModule.Constant(1), .. GuestModule.Constant(200), .. GuestModule.Constant(1), .. GuestModule.Constant(300), .. GuestModule.Call(0), .. GuestModule.Drop,
                .. GuestModule.Forever()]);
        using var shim = ShimProcess.Start("run", Save(module.Build()));
        await shim.LineAsync(line => line == "x");

        shim.Signal(PosixSignal.SIGTERM);

        (await shim.ExitAsync()).ShouldBe(143);
        shim.Error.ShouldBeEmpty();
    }

    [Fact]
    public async Task Run_OutOfFuel_IsATrap()
    {
        using var shim = ShimProcess.Start("run", Save(new GuestModule().Function("_start", ":", GuestModule.Forever()).Build()), "--fuel", "10000");

        (await shim.ExitAsync()).ShouldBe(134);

        shim.Error.ShouldContain("all fuel consumed");
    }

    [Fact]
    public async Task Run_LongerThanItsTimeout_EndsWith124()
    {
        using var shim = ShimProcess.Start("run", Save(new GuestModule().Function("_start", ":", GuestModule.Forever()).Build()), "--timeout", "100ms");

        (await shim.ExitAsync()).ShouldBe(124);

        shim.Error.ShouldContain("--timeout");
    }

    [Theory]
    [InlineData(2, "run")]
    [InlineData(2, "fly")]
    [InlineData(2, "run", "x.wasm", "--env", "NOVALUE")]
    public async Task CommandLine_Wrong_IsOneLineAndCode2(int code, params string[] arguments)
    {
        using var shim = ShimProcess.Start(arguments);

        (await shim.ExitAsync()).ShouldBe(code);

        shim.Error.Split('\n').Length.ShouldBe(1);
        shim.Error.ShouldStartWith("wasmlab-shim: ");
    }

    [Fact]
    public async Task ValidateAndInspect_Httpbin_ShowWhatItIs()
    {
        using var validate = ShimProcess.Start("validate", ShimProcess.Httpbin());
        (await validate.ExitAsync()).ShouldBe(0);
        validate.Output.Single().ShouldEndWith(": valid");

        using var inspect = ShimProcess.Start("inspect", ShimProcess.Httpbin());
        (await inspect.ExitAsync()).ShouldBe(0);
        inspect.Output.ShouldContain(line => line.Contains("wasi_snapshot_preview1.sock_accept: [i32 i32 i32] -> [i32]") || line.Contains("sock_accept: [i32 i32] -> [i32]"));
        inspect.Output.ShouldContain(line => line.Trim() == "_start: [] -> []");
        inspect.Output.ShouldContain(line => line.Contains("code") && line.Contains("bytes at 0x"));
    }

    public void Dispose() => _directory.Dispose();

    /// <summary>Where a server that runs in the foreground says it listens.</summary>
    internal static async Task<Uri> ServerAsync(ShimProcess shim)
    {
        const string Announcement = "listening on ";
        var line = await shim.LineAsync(line => line.StartsWith(Announcement, StringComparison.Ordinal));
        return new Uri($"http://{line[Announcement.Length..]}");
    }

    private static async Task<int> TwoRequestsOnOneConnection(Uri server)
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var client = new TcpClient();
        await client.ConnectAsync(server.Host, server.Port, cancellation);
        await client.GetStream().WriteAsync("GET /get HTTP/1.1\r\nHost: a\r\n\r\nGET /get HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"u8.ToArray(), cancellation);
        var text = await new StreamReader(client.GetStream()).ReadToEndAsync(cancellation);
        return text.Split("HTTP/1.1 200").Length - 1;
    }

    private string Save(byte[] wasm)
    {
        var file = _directory["module.wasm"];
        File.WriteAllBytes(file, wasm);
        return file;
    }

    private void CopyProgram(string name, string copiedAs)
    {
        var source = Path.GetDirectoryName(ShimProcess.ProgramPath)!;
        foreach (var file in new[] { "wasmlab-shim.dll", "wasmlab-shim.runtimeconfig.json", "WasmLab.Wasm.dll", "System.CommandLine.dll" })
        {
            File.Copy(Path.Combine(source, file), _directory[file]);
        }

        File.Copy(Path.Combine(source, name), _directory[copiedAs]);
    }
}
