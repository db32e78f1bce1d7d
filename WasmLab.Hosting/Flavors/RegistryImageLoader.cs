using Microsoft.Extensions.Logging;
using WasmLab.Hosting.Diagnosis;
using WasmLab.Hosting.Lab;
using WasmLab.Hosting.Tools;
using WasmLab.Oci;

namespace WasmLab.Hosting.Flavors;

/// <summary>
/// Pushes an image with docker to the registry that <c>WasmLab:Images:Registry</c> names; the nodes pull it from there, by the name that
/// <see cref="ImageOptions.NameOf"/> gives it.
/// </summary>
internal sealed class RegistryImageLoader(FlavorImages images, LabShell shell, LabOptions options) : IImageLoader
{
    public async Task LoadAsync(ImageReference reference, LabStep step, CancellationToken cancellationToken)
    {
        var name = options.Images.NameOf(reference.Familiar);
        var image = images.Find(reference);
        var pushed = Path.Combine(options.CacheDirectory, $"{reference.Repository.Replace('/', '-')}-{reference.Tag}.pushed");
        var record = $"{name} {image?.Id}\n";
        if (image is not null && File.Exists(pushed) && await File.ReadAllTextAsync(pushed, cancellationToken).ConfigureAwait(false) == record
            && await IsThereAsync(name, cancellationToken).ConfigureAwait(false))
        {
            step.Logger.LogInformation("{Name} has been pushed already: nothing changed.", name);
            return;
        }

        var archive = Path.ChangeExtension(pushed, ".tar");
        if (!step.IsRehearsal)
        {
            await images.ExportAsync(reference, archive, cancellationToken).ConfigureAwait(false);
        }

        await ChangeAsync(step, cancellationToken, "load", "-i", archive).ConfigureAwait(false);
        await ChangeAsync(step, cancellationToken, "tag", reference.Familiar, name).ConfigureAwait(false);
        await ChangeAsync(step, cancellationToken, "push", name).ConfigureAwait(false);
        if (!step.IsRehearsal)
        {
            File.Delete(archive);
            await File.WriteAllTextAsync(pushed, record, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<bool> IsThereAsync(string name, CancellationToken cancellationToken) =>
        (await shell.ReadAsync(new ProcessCommand("docker", ["manifest", "inspect", name]), cancellationToken).ConfigureAwait(false)).Succeeded;

    private async Task ChangeAsync(LabStep step, CancellationToken cancellationToken, params string[] arguments)
    {
        try
        {
            var answer = await shell.ChangeAsync(step, new ProcessCommand("docker", arguments), cancellationToken).ConfigureAwait(false);
            if (!answer.Succeeded)
            {
                var explanation = KnownFailures.Explain(answer.Error + answer.Output)
                    ?? new Explanation("the registry or docker refuses", $"docker login {options.Images.Registry!.Split('/')[0]}; then run this step again");
                throw new DistributedApplicationException(
                    $"docker {arguments[0]} failed (exit code {answer.ExitCode}): {answer.LastLine}. Cause: {explanation.Cause}. Remedy: {explanation.Remedy}.");
            }
        }
        catch (ProgramMissingException missing)
        {
            throw new DistributedApplicationException(
                $"docker pushes the images to {options.Images.Registry} (WasmLab:Images:Registry), but it is not on this machine: {RequiredTool.Docker.Install}", missing);
        }
    }
}
