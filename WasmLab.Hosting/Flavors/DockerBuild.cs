using Microsoft.Extensions.Logging;
using WasmLab.Hosting.Diagnosis;
using WasmLab.Hosting.Lab;
using WasmLab.Oci;

namespace WasmLab.Hosting.Flavors;

/// <summary>Builds a flavor's image from its Dockerfile, for what the lab cannot put together itself, and takes it into the lab's store.</summary>
internal sealed class DockerBuild(LabShell shell, LabOptions options)
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(15);

    private readonly ImageStore _store = new(options.ImagesDirectory);

    /// <param name="flavor">Whose Dockerfile.</param>
    /// <param name="sources">The folder of the Dockerfile, which is also what it builds from.</param>
    /// <param name="reference">The image's name.</param>
    /// <param name="platform">What it is to run on.</param>
    /// <param name="step">Whose log shows docker's.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="DistributedApplicationException">docker refused; the message says why and what to do.</exception>
    public async Task RunAsync(
        string flavor, string sources, ImageReference reference, Platform platform, LabStep step, CancellationToken cancellationToken)
    {
        var origin = new DockerOrigin(Path.Combine(options.CacheDirectory, $"{flavor}-docker.origin"), sources, platform);
        if (_store.Find(reference) is { } there && origin.IsOf(there))
        {
            step.Logger.LogInformation("{Reference} was built from these sources already: nothing changed.", reference.Familiar);
            return;
        }

        var archive = Path.Combine(options.CacheDirectory, $"{flavor}-docker.tar");
        if (!step.IsRehearsal)
        {
            Directory.CreateDirectory(options.CacheDirectory);
        }

        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(s_deadline);
        try
        {
            await ChangeAsync(
                step, deadline.Token,
                "build", "--platform", platform.ToString(), "--progress", "plain", "-f", Path.Combine(sources, $"{flavor}.Dockerfile"), "-t", reference.Familiar, sources)
                .ConfigureAwait(false);
            await ChangeAsync(step, deadline.Token, "save", "-o", archive, reference.Familiar).ConfigureAwait(false);
        }
        catch (ProgramMissingException)
        {
            throw new StepUnavailableException(
                $"The image of the flavor {flavor} is built by docker, which is not on this machine: {Tools.RequiredTool.Docker.Install}. Without it: "
                + (flavor == "embed" ? "WasmLab:Images:EmbedBase names a folder with WasmEdge, its program wasmedge at usr/bin." : $"{sources}/build.sh builds the program for {platform}."));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new DistributedApplicationException(
                $"docker did not build {reference.Familiar} within {s_deadline.TotalMinutes:0} minutes. Cause: a slow or blocked way to a registry or a Debian mirror, most often. "
                + "Remedy: the console log shows where it stands; run this step again, finished layers are kept.");
        }

        if (step.IsRehearsal)
        {
            return;
        }

        var content = File.OpenRead(archive);
        await using (content.ConfigureAwait(false))
        {
            await _store.ImportAsync(content, cancellationToken).ConfigureAwait(false);
        }

        File.Delete(archive);
        origin.Keep(_store.Find(reference) ?? throw new DistributedApplicationException(
            $"docker saved {reference.Familiar}, but its archive has no image of that name. Docker 25 or later is needed: {Tools.RequiredTool.Docker.Install}"));
    }

    private async Task ChangeAsync(LabStep step, CancellationToken cancellationToken, params string[] arguments)
    {
        void Show(string line) => step.Logger.LogInformation("{Line}", line);
        var command = new ProcessCommand("docker", arguments) { Output = Show, Error = Show };
        var answer = await shell.ChangeAsync(step, command, cancellationToken).ConfigureAwait(false);
        if (!answer.Succeeded)
        {
            var explanation = KnownFailures.Explain(answer.Error + answer.Output)
                ?? new Explanation("docker says so", "repair what it names, then run this step again");
            throw new DistributedApplicationException(
                $"docker {arguments[0]} failed (exit code {answer.ExitCode}): {answer.LastLine}. Cause: {explanation.Cause}. Remedy: {explanation.Remedy}.");
        }
    }
}
