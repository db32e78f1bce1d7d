using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using WasmLab.Hosting.Lab;

namespace WasmLab.Hosting.WasmShims;

/// <summary>
/// The embedded node keeps its shims in <c>node/bin</c> and one file a handler in <c>node/runtimes.d</c>: the same two things that
/// containerd wants, a binary on its path and an entry in its configuration.
/// </summary>
internal sealed class EmbeddedWasmShimProvider(LabOptions options) : IWasmShimProvider
{
    private const string RuntimeType = "io.containerd.wasmedge.v1";

    public async Task InstallAsync(WasmShimResource shim, LabStep step, CancellationToken cancellationToken)
    {
        step.ByHand("tar -xzf containerd-shim-wasmedge-x86_64-linux-musl.tar.gz");
        step.ByHand("minikube -p wasm cp containerd-shim-wasmedge-v1 /usr/local/bin/containerd-shim-wasmedge-v1");
        step.ByHand($"minikube -p wasm ssh -- sudo vi /etc/containerd/config.toml    # add runtimes.{shim.Handler}: runtime_type = \"{RuntimeType}\"");
        if (step.IsRehearsal)
        {
            return;
        }

        var program = InstallProgram();
        step.Logger.LogInformation("Installed the shim at {Path}.", program);

        var configuration = new JsonObject { ["runtimeType"] = RuntimeType, ["shim"] = program }.ToJsonString();
        var changed = await WriteHandlerAsync(HandlerPath(shim), configuration, cancellationToken).ConfigureAwait(false);
        step.Logger.LogInformation(
            "Handler {Handler} is configured in {Path}{Change}.", shim.Handler, HandlerPath(shim), changed ? "" : " as it was: nothing changed");

        await step.SetPropertyAsync("Handler", shim.Handler).ConfigureAwait(false);
        await step.SetPropertyAsync("Runtime type", RuntimeType).ConfigureAwait(false);
        await step.SetPropertyAsync("Shim", program, highlighted: false).ConfigureAwait(false);
    }

    public Task RemoveAsync(WasmShimResource shim, LabStep step, CancellationToken cancellationToken)
    {
        step.ByHand($"minikube -p wasm ssh -- sudo vi /etc/containerd/config.toml    # remove runtimes.{shim.Handler}");
        File.Delete(HandlerPath(shim));
        step.Logger.LogInformation("Removed handler {Handler}: {Path}.", shim.Handler, HandlerPath(shim));
        return Task.CompletedTask;
    }

    private string HandlerPath(WasmShimResource shim) => Path.Combine(options.NodeDirectory, "runtimes.d", shim.Handler + ".json");

    /// <summary>Copies the shim's files, those that differ.</summary>
    private string InstallProgram()
    {
        var source = Path.GetDirectoryName(LabPrograms.Shim)!;
        var target = Path.Combine(options.NodeDirectory, "bin");
        foreach (var (path, file) in ShimFiles.Of(source))
        {
            var copy = new FileInfo(Path.Combine(target, path));
            copy.Directory!.Create();
            if (!copy.Exists || copy.Length != file.Length || copy.LastWriteTimeUtc != file.LastWriteTimeUtc)
            {
                // A running shim keeps the file it has open: the new one takes its name.
                var temporary = copy.FullName + ".new";
                file.CopyTo(temporary, overwrite: true);
                File.Move(temporary, copy.FullName, overwrite: true);
            }
        }

        return Path.Combine(target, Path.GetFileName(LabPrograms.Shim));
    }

    private static async Task<bool> WriteHandlerAsync(string path, string configuration, CancellationToken cancellationToken)
    {
        if (File.Exists(path) && await File.ReadAllTextAsync(path, cancellationToken).ConfigureAwait(false) == configuration)
        {
            return false;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var temporary = path + ".new";
        await File.WriteAllTextAsync(temporary, configuration, cancellationToken).ConfigureAwait(false);
        File.Move(temporary, path, overwrite: true);
        return true;
    }
}
