using WasmLab.Hosting.Lab;
using WasmLab.Hosting.Nodes;

namespace WasmLab.Hosting.WasmShims.Containerd;

/// <summary>One change of a node's configuration: checked by containerd, with the file as it was kept beside it until it is known to work.</summary>
internal sealed class ContainerdChange(INode node, ContainerdNode looker, ContainerdConfigFile file, ContainerdFacts facts, LabStep step)
{
    /// <summary>Puts the text in the file's place; one that containerd refuses leaves the file as it was.</summary>
    /// <param name="text">The whole file.</param>
    /// <param name="check">What must hold of the whole configuration; gives what does not, or null.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task WriteAsync(string text, Func<ContainerdConfig, string?> check, CancellationToken cancellationToken)
    {
        if (file.Exists)
        {
            await RunAsync(["cp", "-p", file.Path, file.BackupPath], cancellationToken).ConfigureAwait(false);
        }
        else
        {
            await RunAsync(["mkdir", "-p", Path.GetDirectoryName(file.Path)!], cancellationToken).ConfigureAwait(false);
        }

        // A file that others import can only be judged in its place.
        var candidate = file.IsMain ? file.Path + ".wasmlab-new" : file.Path;
        await CopyAsync(text, candidate, cancellationToken).ConfigureAwait(false);
        if (!step.IsRehearsal && await ComplaintAsync(file.IsMain ? candidate : file.Main, check, cancellationToken).ConfigureAwait(false) is { } complaint)
        {
            await RunAsync(file.IsMain ? ["rm", "-f", candidate] : ["mv", "-f", file.BackupPath, file.Path], CancellationToken.None).ConfigureAwait(false);
            if (file.IsMain && file.Exists)
            {
                await RunAsync(["rm", "-f", file.BackupPath], CancellationToken.None).ConfigureAwait(false);
            }

            throw new DistributedApplicationException(
                $"containerd {facts.VersionText} does not accept the changed {file.Path}: {complaint}. The file is as it was. "
                + "Add the handler by hand with the lines above, then run the step again.");
        }

        if (candidate != file.Path)
        {
            await RunAsync(["mv", "-f", candidate, file.Path], cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Puts the file back as it was, if it was there.</summary>
    public Task TakeBackAsync() =>
        RunAsync(file.Exists ? ["cp", "-p", file.BackupPath, file.Path] : ["rm", "-f", file.Path], CancellationToken.None);

    private async Task<string?> ComplaintAsync(string path, Func<ContainerdConfig, string?> check, CancellationToken cancellationToken)
    {
        try
        {
            return check(await looker.DumpAsync(facts.Containerd!, path, cancellationToken).ConfigureAwait(false));
        }
        catch (FormatException exception)
        {
            return exception.Message;
        }
    }

    private async Task CopyAsync(string text, string path, CancellationToken cancellationToken)
    {
        var local = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(local, text, cancellationToken).ConfigureAwait(false);
            await node.CopyAsync(step, local, path, file.Mode, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            File.Delete(local);
        }
    }

    private Task RunAsync(IReadOnlyList<string> command, CancellationToken cancellationToken) => node.MustChangeAsync(step, command, cancellationToken);
}
