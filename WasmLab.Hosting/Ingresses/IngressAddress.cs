using WasmLab.Hosting.Lab;

namespace WasmLab.Hosting.Ingresses;

/// <summary>Where the ingress answers, kept in the state directory for a doctor that runs beside the lab.</summary>
internal sealed class IngressAddress(LabOptions options)
{
    private string Path => System.IO.Path.Combine(options.StateDirectory, "ingress");

    public void Keep(Uri address) => File.WriteAllText(Path, address.ToString());

    public Uri? Find() =>
        File.Exists(Path) && Uri.TryCreate(File.ReadAllText(Path).Trim(), UriKind.Absolute, out var address) ? address : null;
}
