using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.Assets;

/// <summary>The shipped programs are what their source gives with the toolchain of Debian bookworm.</summary>
[Trait(Category.Name, Category.Client)]
public sealed partial class ReproducibleBuildTests
{
    private static readonly string[] Packages =
    [
        "rustc", "cargo", "lld", "libstd-rust-dev-wasm32", "libc6-dev",
        "librust-form-urlencoded-dev", "librust-httparse-dev", "librust-httpdate-dev", "librust-libc-dev", "librust-serde-dev", "librust-serde-json-dev",
    ];

    [Fact]
    public async Task Wasm_BuiltFromSource_IsByteForByteTheShipped()
    {
        await RequireToolchainAsync();
        using var output = new TemporaryDirectory();

        await BuildAsync("wasm", output.Path);

        Digest(output["httpbin.wasm"]).ShouldBe(Digest(AssetFiles.PathOf("modules/httpbin.wasm")));
    }

    /// <summary>The native program holds parts of glibc, so its bytes are compared where glibc is the one recorded; after a security
    /// update of it, the answers are.</summary>
    [Fact]
    public async Task Native_BuiltFromSource_IsTheShipped()
    {
        Assert.SkipWhen(NativeHttpbin.WhyMissing is not null, NativeHttpbin.WhyMissing ?? "");
        var versions = await RequireToolchainAsync();
        using var output = new TemporaryDirectory();

        await BuildAsync("native", output.Path);

        var program = output[Path.Combine("linux-x64", "httpbin")];
        if (versions["libc6-dev"] == RecordedGlibc())
        {
            Digest(program).ShouldBe(Digest(NativeHttpbin.Program));
            return;
        }

        await using var server = new RebuiltHttpbin(program);
        await server.InitializeAsync();
        foreach (var name in HttpbinCases.All.Keys)
        {
            await HttpbinTests.RequestIsAnsweredAsync(server, name);
        }
    }

    [Fact]
    public void RecordedGlibc_InTheReadme_IsAVersionOfBookworms() => RecordedGlibc().ShouldStartWith("2.36-9+deb12u");

    private static string RecordedGlibc() => Glibc.Match(File.ReadAllText(AssetFiles.PathOf("modules/README.md"))).Groups[1].Value;

    private static string Digest(string path) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)));

    /// <summary>The versions of the toolchain's packages; the test is skipped where it is another or not whole.</summary>
    private static async Task<IReadOnlyDictionary<string, string>> RequireToolchainAsync()
    {
        const string Install = "to compare what it builds, on Debian bookworm: apt-get install --no-install-recommends ";
        Assert.SkipUnless(File.Exists("/usr/bin/dpkg-query") && File.Exists("/usr/bin/rustc"), "Debian's Rust toolchain is missing");
        var (_, listed) = await RunAsync("/usr/bin/dpkg-query", ["--show", "--showformat=${Package} ${Version} ${db:Status-Status}\n", .. Packages]);
        var versions = listed.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' '))
            .Where(fields => fields is [_, _, "installed"])
            .ToDictionary(fields => fields[0], fields => fields[1]);

        Assert.SkipUnless(Packages.All(versions.ContainsKey), $"Debian's packages {string.Join(", ", Packages.Except(versions.Keys))} are missing; {Install}{string.Join(' ', Packages)}");
        Assert.SkipUnless(versions["rustc"].StartsWith("1.63.0+", StringComparison.Ordinal), $"rustc is {versions["rustc"]}, and the shipped programs are bookworm's 1.63.0's");
        return versions;
    }

    private static async Task BuildAsync(string part, string output)
    {
        var (exitCode, log) = await RunAsync("/bin/sh", [AssetFiles.PathOf("httpbin/build.sh"), "--debian", "--out", output, part]);
        exitCode.ShouldBe(0, log);
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(string program, IEnumerable<string> arguments)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["CARGO"] = "/usr/bin/cargo";
        start.Environment["RUSTC"] = "/usr/bin/rustc";
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(cancellation);
        var output = await process.StandardOutput.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        return (process.ExitCode, output + await error);
    }

    [GeneratedRegex(@"libc6-dev (\d\S*[\w])")]
    private static partial Regex Glibc { get; }

    private sealed class RebuiltHttpbin(string program) : HttpbinServer
    {
        public override string Flavor => "native";

        protected override string? Missing() => null;

        protected override Process Start(IReadOnlyDictionary<string, string> environment) => Run(program, [], environment);
    }
}
