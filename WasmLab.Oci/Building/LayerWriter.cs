using System.Formats.Tar;
using System.Text;

namespace WasmLab.Oci.Building;

/// <summary>Writes a layer so that the same entries always give the same bytes: sorted, of one time and owner, not compressed
/// (what gzip makes of the same input differs between versions of zlib).</summary>
internal static class LayerWriter
{
    private const int UstarNameLength = 100;

    public static byte[] Write(IEnumerable<LayerEntry> entries)
    {
        using var output = new MemoryStream();
        using (var writer = new TarWriter(output, TarEntryFormat.Ustar, leaveOpen: true))
        {
            foreach (var (name, entry) in Complete(entries))
            {
                writer.WriteEntry(ToTar(name, entry));
            }
        }

        return output.ToArray();
    }

    /// <summary>Adds a regular file to an archive in the layer's deterministic form.</summary>
    public static TarEntry CreateFile(string name, Stream content) => CreateEntry(TarEntryType.RegularFile, name, null, LayerEntry.PlainFile, content);

    private static SortedDictionary<string, LayerEntry> Complete(IEnumerable<LayerEntry> entries)
    {
        var all = new SortedDictionary<string, LayerEntry>(StringComparer.Ordinal);
        foreach (var entry in entries)
        {
            var name = Normalize(entry.Path);
            if (!all.TryAdd(name, entry))
            {
                throw new ImageException($"The layer has two entries for '{entry.Path}': give each path once.");
            }
        }

        foreach (var name in all.Keys.ToList())
        {
            for (var slash = name.LastIndexOf('/'); slash > 0; slash = name.LastIndexOf('/', slash - 1))
            {
                var parent = name[..slash];
                if (all.TryGetValue(parent, out var existing) && existing.Kind != LayerEntryKind.Directory)
                {
                    throw new ImageException($"The layer has '{name}' below '{parent}', which is no directory.");
                }

                all.TryAdd(parent, LayerEntry.Directory(parent));
            }
        }

        return all;
    }

    private static string Normalize(string path)
    {
        var segments = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return segments.Length > 0 && !segments.Any(segment => segment is "." or ".." || segment.AsSpan().ContainsAny('\0', '\\'))
            ? string.Join('/', segments)
            : throw new ImageException($"'{path}' cannot be a path in a layer: it is empty or has '.', '..', a backslash or a null character in it.");
    }

    private static TarEntry ToTar(string name, LayerEntry entry) => entry.Kind switch
    {
        LayerEntryKind.Directory => CreateEntry(TarEntryType.Directory, name + "/", null, entry.Mode, null),
        LayerEntryKind.SymbolicLink => CreateEntry(TarEntryType.SymbolicLink, name, entry.Target, entry.Mode, null),
        _ => CreateEntry(TarEntryType.RegularFile, name, null, entry.Mode, new MemoryStream(ContentOf(entry), writable: false)),
    };

    private static byte[] ContentOf(LayerEntry entry)
    {
        if (entry.Source is null)
        {
            return entry.Content.ToArray();
        }

        try
        {
            return File.ReadAllBytes(entry.Source);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ImageException($"'{entry.Source}', which is to be '{entry.Path}' in the image, cannot be read: {exception.Message}", exception);
        }
    }

    private static TarEntry CreateEntry(TarEntryType type, string name, string? target, UnixFileMode mode, Stream? content)
    {
        // Long names go into GNU's extra entries: those of pax would carry the writing process's id.
        var isLong = Encoding.UTF8.GetByteCount(name) > UstarNameLength || Encoding.UTF8.GetByteCount(target ?? "") > UstarNameLength;
        TarEntry entry = isLong
            ? new GnuTarEntry(type, name) { AccessTime = DateTimeOffset.UnixEpoch, ChangeTime = DateTimeOffset.UnixEpoch }
            : new UstarTarEntry(type, name);
        entry.ModificationTime = DateTimeOffset.UnixEpoch;
        entry.Mode = mode;
        entry.Uid = 0;
        entry.Gid = 0;
        if (target is not null)
        {
            entry.LinkName = target;
        }

        if (content is { Length: > 0 })
        {
            entry.DataStream = content;
        }

        return entry;
    }
}
