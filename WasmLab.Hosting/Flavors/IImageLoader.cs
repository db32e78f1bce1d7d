using WasmLab.Hosting.Lab;
using WasmLab.Oci;

namespace WasmLab.Hosting.Flavors;

/// <summary>Brings an image from the lab's local store to where the cluster's nodes look for it.</summary>
internal interface IImageLoader
{
    /// <summary>Returns when every node has the image; one that has it already is left alone.</summary>
    Task LoadAsync(ImageReference reference, LabStep step, CancellationToken cancellationToken);
}
