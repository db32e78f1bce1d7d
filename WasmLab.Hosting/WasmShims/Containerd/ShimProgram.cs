using System.Security.Cryptography;

namespace WasmLab.Hosting.WasmShims.Containerd;

/// <summary>The program that a shim's source gives for an architecture.</summary>
/// <param name="Description">What it is, for people.</param>
/// <param name="Sha256">Its digest.</param>
internal sealed record ShimProgram(string Description, string Sha256)
{
    /// <summary>Its path on this machine; null when it is on the node.</summary>
    public string? LocalPath { get; init; }

    /// <summary>Its path on the node, where it was built.</summary>
    public string? NodePath { get; init; }

    public static async Task<string> DigestAsync(string path, CancellationToken cancellationToken)
    {
        var stream = File.OpenRead(path);
        await using (stream.ConfigureAwait(false))
        {
            return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken).ConfigureAwait(false));
        }
    }
}
