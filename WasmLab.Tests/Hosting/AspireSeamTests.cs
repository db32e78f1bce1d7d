using System.Diagnostics;
using System.Text.RegularExpressions;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.Hosting;

/// <summary>The AppHost and WasmLab.Hosting, built on another Aspire than the embedded one by the switches of Directory.Aspire.props.</summary>
[Trait(Category.Name, Category.EndToEnd)]
public sealed partial class AspireSeamTests : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(5);
    private static readonly string[] Built = ["WasmLab.Hosting", "WasmLab.AppHost"];

    private readonly TemporaryDirectory _copy = new();

    public AspireSeamTests()
    {
        var root = AspireSources.RepositoryRoot;
        foreach (var file in Directory.EnumerateFiles(root, "Directory.*").Append(Path.Combine(root, "BannedSymbols.txt")).Append(Path.Combine(root, ".editorconfig")))
        {
            File.Copy(file, _copy[Path.GetFileName(file)]);
        }

        foreach (var project in Built)
        {
            AspireSources.Copy(Path.Combine(root, project), _copy[project]);
        }

        // What they refer to is there as it was built for these tests; WasmLab.EmbeddedAspire is not.
        foreach (var project in AspireSources.Referenced)
        {
            AspireSources.Copy(AspireSources.OutputOf(root, project), AspireSources.OutputOf(_copy.Path, project));
            File.Copy(Path.Combine(root, project, project + ".csproj"), _copy[Path.Combine(project, project + ".csproj")]);
        }

        AspireSources.Copy(Path.Combine(root, "assets"), _copy["assets"]);
    }

    [Fact]
    public async Task AspireReference_ToAnAssembly_BuildsTheLabOnIt()
    {
        var given = _copy["given"];
        Directory.CreateDirectory(given);
        const string Assembly = "WasmLab.EmbeddedAspire.dll";
        File.Copy(Path.Combine(AppContext.BaseDirectory, Assembly), Path.Combine(given, Assembly));

        foreach (var project in Built)
        {
            var (exitCode, output) = await BuildAsync(project, "-p:AspireReference=" + Path.Combine(given, Assembly));

            exitCode.ShouldBe(0, output);
            File.Exists(BuiltAssembly(project)).ShouldBeTrue();
        }
    }

    [Fact]
    public async Task AspireHost_Packages_RunTheLabWithAspiresOwnOrchestrator()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The end of the processes is seen in /proc.");
        foreach (var project in Built)
        {
            var (exitCode, output) = await BuildAsync(project, "-p:AspireHost=packages");
            var errors = Error().Matches(output).Select(match => match.Value.TrimEnd()).Distinct().ToList();
            Assert.SkipWhen(
                errors.Count > 0 && errors.TrueForAll(error => Unresolved().IsMatch(error)), $"The Aspire packages cannot be had: {errors.FirstOrDefault()}");
            exitCode.ShouldBe(0, output);
        }

        await using var lab = LabProcess.StartFrom(BuiltAssembly("WasmLab.AppHost"), "--WasmLab:ExitWhenReady=true");

        (await lab.WaitForExitAsync(TestContext.Current.CancellationToken)).ShouldBe(0, lab.Output);
        lab.Output.ShouldContain("Aspire AppHost version: ");
        lab.Output.ShouldMatch(@"(?m)^runtime +\d+\.\d\d s +\d+\.\d\d s +\d+\.\d\d s$");
        await Wait.UntilAsync("no process of the lab is left", () => lab.Processes().Count == 0);
    }

    public void Dispose() => _copy.Dispose();

    private string BuiltAssembly(string project) => Path.Combine(AspireSources.OutputOf(_copy.Path, project), project + ".dll");

    private async Task<(int ExitCode, string Output)> BuildAsync(string project, string argument)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            WorkingDirectory = _copy.Path,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var word in (string[])["build", project, argument, "-c", AspireSources.Configuration, "-nologo", "-nodeReuse:false",
            "-p:UseSharedCompilation=false", "-p:RunAnalyzers=false",
            // What the project refers to is built: only its output is there.
            "-p:BuildProjectReferences=false", "-p:ProduceReferenceAssembly=false", "-p:UseAppHost=false"])
        {
            start.ArgumentList.Add(word);
        }

        // These tests may run inside a build, whose settings are not for this one.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList())
        {
            start.Environment.Remove(name);
        }

        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(Deadline);
        using var process = Process.Start(start)!;
        try
        {
            var error = process.StandardError.ReadToEndAsync(deadline.Token);
            var output = await process.StandardOutput.ReadToEndAsync(deadline.Token) + await error;
            await process.WaitForExitAsync(deadline.Token);
            return (process.ExitCode, output);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    /// <summary>An error with a code; the SDK's resolvers explain theirs in lines without one.</summary>
    [GeneratedRegex(@"\berror [A-Z]+\d+:.*")]
    private static partial Regex Error();

    /// <summary>The SDK or a package of Aspire that cannot be found, or a source that cannot be asked.</summary>
    [GeneratedRegex(@"^error (MSB4236: .*Aspire\.AppHost\.Sdk|NU110[123]: .*Aspire\.|NU1301: )")]
    private static partial Regex Unresolved();
}
