using WasmLab.Shim.CommandLine;
using WasmLab.Shim.Running;
using WasmLab.Tests.Support;
using WasmLab.Wasm.Wasi;

namespace WasmLab.Tests.Shim;

[Trait(Category.Name, Category.Unit)]
public sealed class CommandLineTests
{
    [Theory]
    [InlineData("--dir .:/ /httpbin.wasm", "run --dir .:/ /httpbin.wasm --")]
    [InlineData("m.wasm", "run m.wasm --")]
    [InlineData("run m.wasm a b", "run m.wasm -- a b")]
    [InlineData("--env A=1 --env=B=2 m.wasm --env C=3", "run --env A=1 --env B=2 m.wasm -- --env C=3")]
    [InlineData("--dir /data:/srv/data:readonly --dir=/tmp m.wasm", "run --mapdir /data:/srv/data:readonly --dir /tmp m.wasm --")]
    [InlineData("--reactor fib.wasm fib 30", "run --invoke fib fib.wasm -- 30")]
    [InlineData("--enable-all --memory-page-limit 10 m.wasm", "run --memory-page-limit 10 m.wasm --")]
    [InlineData("", "run")]
    public void WasmEdgeSyntax_Rewritten_IsOurRun(string given, string expected) =>
        string.Join(' ', WasmEdgeSyntax.ToRun(given.Split(' ', StringSplitOptions.RemoveEmptyEntries), _ => null)).ShouldBe(expected);

    [Theory]
    [InlineData(".:/", ".", "/", false)]
    [InlineData("/srv/data:/data", "/srv/data", "/data", false)]
    [InlineData("/srv/data:/data:readonly", "/srv/data", "/data", true)]
    [InlineData("/srv/data", "/srv/data", "/srv/data", false)]
    public void Directory_Written_IsHostThenGuest(string text, string host, string guest, bool readOnly) =>
        RunSyntax.ParseDirectory(text).ShouldBe(new WasiPreopen(guest, host, readOnly));

    [Theory]
    [InlineData("/data:/srv/data", "/srv/data", "/data", false)]
    [InlineData("/:.:readonly", ".", "/", true)]
    public void MappedDirectory_Written_IsGuestThenHost(string text, string host, string guest, bool readOnly) =>
        RunSyntax.ParseMappedDirectory(text).ShouldBe(new WasiPreopen(guest, host, readOnly));

    [Theory]
    [InlineData("/data")]
    [InlineData(":/srv")]
    [InlineData("/data:")]
    public void MappedDirectory_WithoutBothSides_IsRefused(string text) =>
        Should.Throw<RunException>(() => RunSyntax.ParseMappedDirectory(text)).Message.ShouldContain("GUEST:HOST");

    [Fact]
    public void Network_NothingSaid_IsAllAndASaidSideIsAllThatThereIs()
    {
        RunSyntax.ParseNetwork([], []).ShouldBe(WasiNetwork.All);

        var network = RunSyntax.ParseNetwork(["127.0.0.1:80"], []);
        network.Bind.ShouldBe([WasiEndPointRange.Parse("127.0.0.1:80")]);
        network.Connect.ShouldBeEmpty();
        network.ResolvesNames.ShouldBeFalse();
        RunSyntax.ParseNetwork(["none"], ["none"]).Bind.ShouldBeEmpty();
        Should.Throw<RunException>(() => RunSyntax.ParseNetwork(["x"], [])).Message.ShouldContain("--allow-bind");
    }

    [Theory]
    [InlineData("5", 5000)]
    [InlineData("5s", 5000)]
    [InlineData("250ms", 250)]
    [InlineData("1.5m", 90_000)]
    [InlineData("2h", 7_200_000)]
    public void Duration_Written_IsItsTime(string text, int milliseconds) =>
        Duration.Parse("--timeout", text).ShouldBe(TimeSpan.FromMilliseconds(milliseconds));

    [Theory]
    [InlineData("")]
    [InlineData("0s")]
    [InlineData("-1s")]
    [InlineData("5d")]
    [InlineData("1000h")]
    public void Duration_OfAnotherForm_IsRefused(string text) =>
        Should.Throw<RunException>(() => Duration.Parse("--timeout", text)).Message.ShouldStartWith("--timeout ");

    [Theory]
    [InlineData("A")]
    [InlineData("=value")]
    public void Environment_WithoutNameOrValue_IsRefused(string text) =>
        Should.Throw<RunException>(() => RunSyntax.ParseEnvironment([text])).Message.ShouldContain("NAME=VALUE");

    [Fact]
    public void Environment_ValueWithEquals_IsKept() =>
        RunSyntax.ParseEnvironment(["A=b=c", "B="]).ShouldBe(new Dictionary<string, string> { ["A"] = "b=c", ["B"] = "" });

    [Fact]
    public void WasmEdge_InAPodOfTheNode_HandsOnItsAddressAndPort()
    {
        var environment = new Dictionary<string, string> { ["BIND_ADDRESS"] = "127.1.2.3", ["PORT"] = "3000", ["HOME"] = "/root" };

        var run = WasmEdgeSyntax.ToRun(["--dir", ".:/", "/httpbin.wasm"], environment.GetValueOrDefault);

        run.ShouldBe(["run", "--env", "BIND_ADDRESS=127.1.2.3", "--env", "PORT=3000", "--dir", ".:/", "/httpbin.wasm", "--"]);
    }
}
