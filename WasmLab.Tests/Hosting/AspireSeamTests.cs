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
        foreach (var (project, assembly) in AspireSources.Referenced)
        {
            var output = _copy[Path.Combine(project, "bin", "Debug", "net10.0")];
            Directory.CreateDirectory(output);
            File.Copy(Path.Combine(root, project, project + ".csproj"), _copy[Path.Combine(project, project + ".csproj")]);
            File.Copy(Path.Combine(AppContext.BaseDirectory, assembly + ".dll"), Path.Combine(output, assembly + ".dll"));
        }
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
            File.Exists(_copy[Path.Combine(project, "bin", "Debug", "net10.0", project + ".dll")]).ShouldBeTrue();
        }
    }

    [Fact]
    public async Task AspireHost_Packages_FailsAtMostWhereTheyAreResolved()
    {
        foreach (var project in Built)
        {
            var (exitCode, output) = await BuildAsync(project, "-p:AspireHost=packages");

            // Where the packages can be had, it builds.
            if (exitCode != 0)
            {
                var errors = Error().Matches(output).Select(match => match.Value.TrimEnd()).Distinct().ToList();
                errors.ShouldNotBeEmpty(output);
                errors.ShouldAllBe(error => Unresolved().IsMatch(error), output);
            }
        }
    }

    public void Dispose() => _copy.Dispose();

    private async Task<(int ExitCode, string Output)> BuildAsync(string project, string argument)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            WorkingDirectory = _copy.Path,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var word in (string[])["build", project, argument, "-c", "Debug", "-nologo", "-nodeReuse:false",
            "-p:UseSharedCompilation=false", "-p:RunAnalyzers=false",
            // What the project refers to is built: only its assembly is there.
            "-p:BuildProjectReferences=false", "-p:ProduceReferenceAssembly=false",
            "-p:UseAppHost=false", "-p:GenerateDependencyFile=false", "-p:GenerateRuntimeConfigurationFiles=false"])
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
