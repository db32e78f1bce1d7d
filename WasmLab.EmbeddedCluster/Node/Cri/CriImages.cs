using Grpc.Core;
using WasmLab.EmbeddedCluster.Nodes.Cri.V1;
using WasmLab.EmbeddedCluster.Nodes.Images;
using WasmLab.Oci;

namespace WasmLab.EmbeddedCluster.Nodes.Cri;

/// <summary>The images of a container runtime.</summary>
internal sealed class CriImages(CriClient client) : IImageService
{
    private static readonly TimeSpan PullTimeout = TimeSpan.FromMinutes(10);

    /// <summary>Never raised: the interface does not tell.</summary>
    public event Action? Changed
    {
        add { }
        remove { }
    }

    public async Task<LocalImage?> FindAsync(string reference, CancellationToken cancellationToken)
    {
        var name = FullName(reference);
        try
        {
            var request = new ImageStatusRequest { Image = new ImageSpec { Image = name } };
            var answer = await client.Images.ImageStatusAsync(request, client.Usual(cancellationToken));
            return answer.Image is { } image ? new LocalImage { Name = name, Id = image.RepoDigests.FirstOrDefault() ?? image.Id } : null;
        }
        catch (RpcException exception)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw CriClient.Wrap(exception);
        }
    }

    public async Task<LocalImage> PullAsync(string reference, CancellationToken cancellationToken)
    {
        var name = FullName(reference);
        try
        {
            var request = new PullImageRequest { Image = new ImageSpec { Image = name } };
            await client.Images.PullImageAsync(request, client.Within(PullTimeout, cancellationToken));
        }
        catch (RpcException exception)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new ImageException(CriClient.Wrap(exception).Message, exception);
        }

        return await FindAsync(reference, cancellationToken).ConfigureAwait(false)
            ?? throw new ImageException($"image \"{name}\" was pulled, but is not there");
    }

    private static string FullName(string reference) => ImageReference.TryParse(reference, out var parsed)
        ? parsed.ToString()
        : throw new FormatException($"\"{reference}\" is not an image reference");
}
