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

    /// <returns>The path of the program.</returns>
    /// <exception cref="StepUnavailableException">No program is shipped for this platform and there is no cargo to build one.</exception>
    public async Task<string> FindAsync(FlavorImageContent.Native content, Platform platform, LabStep step, CancellationToken cancellationToken)
    {
        // The embedded node is this machine, whatever its system; every other one is Linux.
        var target = options.Cluster == ClusterKind.Embedded ? Machine : $"linux-{NameOf(platform)}";
        var fileName = target.StartsWith("win-", StringComparison.Ordinal) ? "httpbin.exe" : "httpbin";
        var prebuilt = Path.Combine(content.PrebuiltPrograms, target, fileName);
        if (File.Exists(prebuilt))
        {
            step.Logger.LogInformation("Using the prebuilt program {Path}; {Sources}/build.sh builds the same.", prebuilt, content.Sources);
            return prebuilt;
        }

        if (target != Machine)
        {
            throw new StepUnavailableException(
                $"No native program is shipped for the nodes' {target}, and cargo builds for {Machine} here: "
                + $"build it on such a machine ({content.Sources}/build.sh native) into {Path.GetDirectoryName(prebuilt)}, then run this step again.");
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

        return Path.Combine(folder, "release", fileName);

        void Log(string line) => step.Logger.LogInformation("{Line}", line);
    }

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
