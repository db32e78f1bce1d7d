using System.Formats.Tar;
using System.IO.Compression;

namespace WasmLab.Hosting.WasmShims.Containerd;

/// <summary>A file that is the shim's program or a gzipped tar archive with it.</summary>
internal static class ShimArchive
{
    /// <summary>Gives the program's path: the file itself, or where it was unpacked to.</summary>
    /// <param name="file">The file.</param>
    /// <param name="program">The program's name.</param>
    /// <param name="folder">Where to unpack to; made if need be.</param>
    /// <param name="architecture">For which it must be, as <c>uname -m</c> says it.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="DistributedApplicationException">It holds no such program, is damaged, or is for another architecture.</exception>
    public static async Task<string> ProgramAsync(string file, string program, string folder, string architecture, CancellationToken cancellationToken)
    {
        var path = await IsGzipAsync(file, cancellationToken).ConfigureAwait(false)
            ? await UnpackAsync(file, program, folder, cancellationToken).ConfigureAwait(false)
            : file;

        var head = await HeadAsync(path, ElfFile.HeaderSize, cancellationToken).ConfigureAwait(false);
        return (ElfFile.Architecture(head), ElfFile.Runs(head, architecture)) switch
        {
            (_, true) => path,
            (null, _) => throw new DistributedApplicationException(
                $"{file} is neither a program of Linux nor a .tar.gz archive with one: get the shim's release again, or name another file (WasmLab:Shim:File)."),
            (var own, _) => throw new DistributedApplicationException(
                $"The shim of {file} is for {own}, but the node is {architecture} (a pod would end in 'exec format error'): get the shim for {architecture}."),
        };
    }

    private static async Task<string> UnpackAsync(string file, string program, string folder, CancellationToken cancellationToken)
    {
        var target = Path.Combine(folder, program);
        try
        {
            var stream = File.OpenRead(file);
            await using var archive = stream.ConfigureAwait(false);
            var content = new GZipStream(stream, CompressionMode.Decompress);
            await using var unzipped = content.ConfigureAwait(false);
            var reader = new TarReader(content);
            await using var tar = reader.ConfigureAwait(false);
            while (await reader.GetNextEntryAsync(cancellationToken: cancellationToken).ConfigureAwait(false) is { } entry)
            {
                if (entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile && entry.Name.Split('/')[^1] == program)
                {
                    Directory.CreateDirectory(folder);
                    var part = target + ".part";
                    await entry.ExtractToFileAsync(part, overwrite: true, cancellationToken).ConfigureAwait(false);
                    File.Move(part, target, overwrite: true);
                    return target;
                }
            }
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException)
        {
            throw new DistributedApplicationException($"The archive {file} is damaged ({exception.Message}): delete it and run the step again.", exception);
        }

        throw new DistributedApplicationException($"The archive {file} does not hold {program}: it is no release of this shim.");
    }

    private static async Task<bool> IsGzipAsync(string file, CancellationToken cancellationToken) =>
        await HeadAsync(file, 2, cancellationToken).ConfigureAwait(false) is [0x1f, 0x8b];

    private static async Task<byte[]> HeadAsync(string file, int length, CancellationToken cancellationToken)
    {
        var stream = File.OpenRead(file);
        await using (stream.ConfigureAwait(false))
        {
            var head = new byte[length];
            var count = await stream.ReadAtLeastAsync(head, length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            return head[..count];
        }
    }
}
