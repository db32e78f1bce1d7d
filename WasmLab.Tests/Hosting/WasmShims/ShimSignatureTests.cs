using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Logging.Abstractions;
using WasmLab.Hosting.Lab;
using WasmLab.Hosting.WasmShims.Containerd;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.Hosting.WasmShims;

/// <summary>What becomes of an archive whose signature cosign accepts, or not, or that has none.</summary>
[Trait(Category.Name, Category.Unit)]
public sealed class ShimSignatureTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    private string Archive => _folder["shim.tar.gz"];

    [Fact]
    public async Task Verify_Accepted_KeepsTheArchiveAndNamesRunwasisWorkflow()
    {
        var cosign = new Cosign(0);

        await VerifyAsync(cosign, isSigned: true);

        File.Exists(Archive).ShouldBeTrue();
        var command = cosign.Commands[^1];
        command.ShouldStartWith($"cosign verify-blob --certificate {Archive}.pem --signature {Archive}.sig --certificate-identity-regexp");
        command.ShouldContain("https://github.com/containerd/runwasi/");
        command.ShouldEndWith(Archive);
    }

    [Fact]
    public async Task Verify_NotAccepted_DeletesTheArchiveAndSaysWhy()
    {
        var failure = await Should.ThrowAsync<DistributedApplicationException>(VerifyAsync(new Cosign(1), isSigned: true));

        failure.Message.ShouldContain("none of the expected identities matched");
        File.Exists(Archive).ShouldBeFalse();
    }

    [Fact]
    public async Task Verify_NoSignatureBesideIt_AsksCosignNothing()
    {
        var cosign = new Cosign(1);

        await VerifyAsync(cosign, isSigned: false);

        cosign.Commands.ShouldBe(["cosign version"]);
        File.Exists(Archive).ShouldBeTrue();
    }

    [Fact]
    public async Task Verify_NoCosign_KeepsTheArchive()
    {
        await VerifyAsync(new Cosign(null), isSigned: true);

        File.Exists(Archive).ShouldBeTrue();
    }

    public void Dispose() => _folder.Dispose();

    private async Task VerifyAsync(Cosign cosign, bool isSigned)
    {
        await using var host = await ReleaseHost.StartAsync();
        host.IsSigned = isSigned;
        await File.WriteAllTextAsync(Archive, "archive");
        using var download = new ShimDownload();
        var signature = new ShimSignature(new LabShell(cosign, new LabOptions { StateDirectory = _folder.Path }), download);
        var step = new LabStep(new ClusterResource("cluster"), services: null!, NullLogger.Instance, notifications: null!);
        var url = new Uri(host.Url.Replace("{version}", "v1", StringComparison.Ordinal).Replace("{architecture}", "x86_64", StringComparison.Ordinal));
        await signature.VerifyAsync(url, Archive, step, TestContext.Current.CancellationToken);
    }

    /// <summary>cosign that ends with a code, or is not there.</summary>
    private sealed class Cosign(int? exitCode) : IProcessRunner
    {
        public List<string> Commands { get; } = [];

        public Task<int> RunAsync(ProcessCommand command, CancellationToken cancellationToken)
        {
            if (exitCode is null)
            {
                throw new ProgramMissingException(command.Program, new FileNotFoundException());
            }

            Commands.Add(command.ToString());
            if (command.Arguments[0] == "version")
            {
                return Task.FromResult(0);
            }

            command.Error("Error: none of the expected identities matched what was in the certificate");
            return Task.FromResult(exitCode.Value);
        }
    }
}
