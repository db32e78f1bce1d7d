using WasmLab.Hosting.Lab;
using WasmLab.Oci;

namespace WasmLab.Hosting.Flavors;

/// <summary>The embedded node reads the lab's local store itself: what was built is there.</summary>
internal sealed class SharedStoreImageLoader : IImageLoader
{
    public Task LoadAsync(ImageReference reference, LabStep step, CancellationToken cancellationToken) => Task.CompletedTask;
}
