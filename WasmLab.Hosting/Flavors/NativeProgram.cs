using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using WasmLab.Hosting.Clusters;
using WasmLab.Hosting.Lab;
using WasmLab.Oci;

namespace WasmLab.Hosting.Flavors;

/// <summary>Finds the server's native program for a platform, or builds it with cargo.</summary>
internal sealed class NativeProgram(IProcessRunner processes, LabOptions options)
{
    private const string RustInstall = "https://rustup.rs";

    /// <summary>True when a program is shipped for the platform, or cargo builds for it here.</summary>
    public bool CanProvide(FlavorImageContent.Native content, Platform platform) =>
        TargetOf(platform) is var target && (target == Machine || File.Exists(PrebuiltPath(content, target)));

    /// <returns>The path of the program.</returns>
    /// <exception cref="StepUnavailableException">No program is shipped for this platform and there is no cargo to build one.</exception>
    public async Task<string> FindAsync(FlavorImageContent.Native content, Platform platform, LabStep step, CancellationToken cancellationToken)
    {
        var target = TargetOf(platform);
        var prebuilt = PrebuiltPath(content, target);
        if (File.Exists(prebuilt))
        {
            step.Logger.LogInformation("Using the prebuilt program {Path}; {Sources}/build.sh builds the same.", prebuilt, content.Sources);
            return prebuilt;
        }

        var folder = Path.Combine(options.StateDirectory, "cargo");
        string[] arguments =
            ["build", "--release", "--manifest-path", Path.Combine(content.Sources, "Cargo.toml"), "--target-dir", folder];
        var cargo = new ProcessCommand("cargo", arguments) { Output = Log, Error = Log };
        step.ByHand(cargo.ToString());
        try
        {
            var exitCode = await processes.RunAsync(cargo, cancellationToken).ConfigureAwait(false);
            if (exitCode != 0)
            {
                throw new DistributedApplicationException(
                    $"cargo could not build the native program (exit code {exitCode}): its output stands above in this log.");
            }
        }
        catch (ProgramMissingException)
        {
            throw new StepUnavailableException(
                $"No native program is shipped for {target} and there is no cargo to build one: install Rust from {RustInstall}, then run this step again.");
        }

        return Path.Combine(folder, "release", FileNameOf(target));

        void Log(string line) => step.Logger.LogInformation("{Line}", line);
    }

    /// <summary>The embedded node is this machine, whatever its system; every other one is Linux.</summary>
    private string TargetOf(Platform platform) => options.Cluster == ClusterKind.Embedded ? Machine : $"linux-{NameOf(platform)}";

    private static string PrebuiltPath(FlavorImageContent.Native content, string target) => Path.Combine(content.PrebuiltPrograms, target, FileNameOf(target));

    private static string FileNameOf(string target) => target.StartsWith("win-", StringComparison.Ordinal) ? "httpbin.exe" : "httpbin";

    private static string Machine
    {
        get
        {
            var system = OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux";
            return $"{system}-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";
        }
    }

    /// <summary>.NET's name of an architecture that the image specification names as Go does.</summary>
    private static string NameOf(Platform platform) => platform.Architecture switch
    {
        "amd64" => "x64",
        "386" => "x86",
        var same => same,
    };
}
