using Microsoft.Extensions.Logging;
using WasmLab.Hosting.Lab;

namespace WasmLab.Hosting.WasmShims.Containerd;

/// <summary>Verifies the signature that runwasi's release workflow put beside an archive, if cosign is on this machine.</summary>
internal sealed class ShimSignature(LabShell shell, ShimDownload download)
{
    private const string Identity = "^https://github.com/containerd/runwasi/";
    private const string Issuer = "https://token.actions.githubusercontent.com";

    /// <exception cref="DistributedApplicationException">The signature is not right; the archive is deleted.</exception>
    public async Task VerifyAsync(Uri url, string archive, LabStep step, CancellationToken cancellationToken)
    {
        var (signature, certificate) = (archive + ".sig", archive + ".pem");
        var verify = new ProcessCommand("cosign",
        [
            "verify-blob", "--certificate", certificate, "--signature", signature,
            "--certificate-identity-regexp", Identity, "--certificate-oidc-issuer", Issuer, archive,
        ]);
        try
        {
            await shell.ReadAsync(new ProcessCommand("cosign", ["version"]), cancellationToken).ConfigureAwait(false);
        }
        catch (ProgramMissingException)
        {
            step.Logger.LogInformation("cosign is not on this machine: the signature of {Archive} was not verified.", Path.GetFileName(archive));
            return;
        }

        if (!await download.TryGetAsync(new Uri(url + ".sig"), signature, cancellationToken).ConfigureAwait(false)
            || !await download.TryGetAsync(new Uri(url + ".pem"), certificate, cancellationToken).ConfigureAwait(false))
        {
            step.Logger.LogWarning("{Url} has no signature beside it (.sig, .pem): it was not verified.", url);
            return;
        }

        step.ByHand(verify.ToString());
        var result = await shell.ReadAsync(verify, cancellationToken).ConfigureAwait(false);
        if (!result.Succeeded)
        {
            File.Delete(archive);
            throw new DistributedApplicationException(
                $"cosign does not accept the signature of {url}: {result.LastLine}. The archive was deleted. Run the step again; if it stays so, do not use this file.");
        }

        step.Logger.LogInformation("cosign has verified the signature of {Archive}.", Path.GetFileName(archive));
    }
}
