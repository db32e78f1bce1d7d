using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using WasmLab.Hosting.Lab;

namespace WasmLab.Hosting.Flavors;

/// <summary>Finds the server's native program for this machine, or builds it with cargo.</summary>
internal sealed class NativeProgram(IProcessRunner processes, LabOptions options)
{
    private const string RustInstall = "https://rustup.rs";

    /// <returns>The path of the program.</returns>
    /// <exception cref="StepUnavailableException">No program is shipped for this platform and there is no cargo to build one.</exception>
    public async Task<string> FindAsync(FlavorImageContent.Native content, LabStep step, CancellationToken cancellationToken)
    {
        var prebuilt = Path.Combine(content.PrebuiltPrograms, Platform, FileName);
        if (File.Exists(prebuilt))
        {
            step.Logger.LogInformation("Using the prebuilt program {Path}; {Sources}/build.sh builds the same.", prebuilt, content.Sources);
            return prebuilt;
        }

        var target = Path.Combine(options.StateDirectory, "cargo");
        string[] arguments =
            ["build", "--release", "--manifest-path", Path.Combine(content.Sources, "Cargo.toml"), "--target-dir", target];
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
                $"No native program is shipped for {Platform} and there is no cargo to build one: install Rust from {RustInstall}, then run this step again.");
        }

        return Path.Combine(target, "release", FileName);

        void Log(string line) => step.Logger.LogInformation("{Line}", line);
    }

    private static string FileName => OperatingSystem.IsWindows() ? "httpbin.exe" : "httpbin";

    private static string Platform
    {
        get
        {
            var system = OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux";
            return $"{system}-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";
        }
    }
}
