using System.Buffers;
using System.Text;

namespace WasmLab.Wasm.Wasi.Files;

/// <summary>A path below a directory of the host, found one component at a time.</summary>
/// <param name="HostPath">No component of it is a symbolic link, except the last when it was not to be followed.</param>
/// <param name="Status">What is there; null when nothing is.</param>
/// <param name="MustBeDirectory">The guest wrote a trailing slash, or a dot at the end.</param>
internal readonly record struct ResolvedPath(string HostPath, FileStatus? Status, bool MustBeDirectory)
{
    public FileType Type => Status?.Type ?? FileType.Unknown;
}

/// <summary>
/// Resolves what a guest calls a file. The host's own resolution is never used for more than one component, so neither
/// <c>..</c> nor a symbolic link, nor a chain of both, leads out of the directory.
/// </summary>
internal static class GuestPath
{
    private const int MaximumLength = 4096;
    private const int MaximumLinks = 40;

    private static readonly UTF8Encoding StrictUtf8 = new(false, true);
    private static readonly SearchValues<char> WindowsForbidden = SearchValues.Create("\\:*?\"<>|");
    private static readonly string[] WindowsDevices = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"];

    public static string Decode(ReadOnlySpan<byte> path)
    {
        if (path.Length > MaximumLength)
        {
            throw new WasiErrnoException(Errno.NameTooLong);
        }

        if (path.Contains((byte)0))
        {
            throw new WasiErrnoException(Errno.Invalid);
        }

        try
        {
            return StrictUtf8.GetString(path);
        }
        catch (DecoderFallbackException)
        {
            throw new WasiErrnoException(Errno.IllegalSequence);
        }
    }

    public static ResolvedPath Resolve(string root, string path, bool followLast)
    {
        if (path.Length == 0)
        {
            throw new WasiErrnoException(Errno.NoEntry);
        }

        var pending = new Stack<string>();
        var mustBeDirectory = Push(pending, path);
        var walked = new List<string>();
        FileStatus? status = null;
        var links = 0;

        while (pending.TryPop(out var name))
        {
            if (name == "..")
            {
                if (walked.Count == 0)
                {
                    throw new WasiErrnoException(Errno.NotCapable);
                }

                walked.RemoveAt(walked.Count - 1);
                status = null;
                continue;
            }

            CheckName(name);
            walked.Add(name);
            var hostPath = Join(root, walked);
            status = FileStatus.Find(hostPath);
            var isLast = pending.Count == 0;

            if (status?.Type == FileType.SymbolicLink && (!isLast || followLast || mustBeDirectory))
            {
                if (++links > MaximumLinks)
                {
                    throw new WasiErrnoException(Errno.Loop);
                }

                walked.RemoveAt(walked.Count - 1);
                mustBeDirectory |= Push(pending, ReadLink(hostPath)) && isLast;
                status = null;
            }
            else if (!isLast && status?.Type != FileType.Directory)
            {
                throw new WasiErrnoException(status is null ? Errno.NoEntry : Errno.NotDirectory);
            }
        }

        var found = Join(root, walked);
        return new ResolvedPath(found, status ?? FileStatus.Find(found), mustBeDirectory);
    }

    /// <summary>The text of a symbolic link, with the guest's separators.</summary>
    public static string ReadLink(string hostPath)
    {
        var target = new FileInfo(hostPath).LinkTarget ?? throw new WasiErrnoException(Errno.Invalid);
        return OperatingSystem.IsWindows() ? target.Replace('\\', '/') : target;
    }

    /// <summary>Whether a link's text names a place by itself, so one that no directory of the guest contains.</summary>
    public static bool IsAbsolute(string path) => path.StartsWith('/') || Path.IsPathRooted(path);

    private static bool Push(Stack<string> pending, string path)
    {
        if (IsAbsolute(path))
        {
            throw new WasiErrnoException(Errno.NotCapable);
        }

        var names = path.Split('/');
        for (var i = names.Length - 1; i >= 0; i--)
        {
            if (names[i] is not ("" or "."))
            {
                pending.Push(names[i]);
            }
        }

        return names[^1] is "" or "." or "..";
    }

    private static string Join(string root, List<string> walked) =>
        walked.Count == 0 ? root : Path.Join(root, string.Join(Path.DirectorySeparatorChar, walked));

    private static void CheckName(string name)
    {
        if (!OperatingSystem.IsWindows())
        {
            return;
        }

        var stem = name.AsSpan(0, name.IndexOf('.') is var dot && dot >= 0 ? dot : name.Length).TrimEnd();
        var isDevice = stem.Length == 4 && char.IsAsciiDigit(stem[3])
            && (stem.StartsWith("COM", StringComparison.OrdinalIgnoreCase) || stem.StartsWith("LPT", StringComparison.OrdinalIgnoreCase));
        foreach (var device in WindowsDevices)
        {
            isDevice |= stem.Equals(device, StringComparison.OrdinalIgnoreCase);
        }

        if (isDevice || name[^1] is '.' or ' ' || name.AsSpan().ContainsAny(WindowsForbidden))
        {
            throw new WasiErrnoException(Errno.Invalid);
        }
    }
}
