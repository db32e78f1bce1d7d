using System.Buffers;
using System.Text;

namespace WasmLab.Wasm.Wasi.Files;

/// <summary>
/// Resolves what a guest calls a file, one component at a time from one open directory to the next. The host's own resolution is never
/// used for more than a name, so neither <c>..</c> nor a symbolic link, nor a chain of both, leads out of the directory.
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

    public static ResolvedPath Resolve(HostDirectory root, string path, bool followLast)
    {
        if (path.Length == 0)
        {
            throw new WasiErrnoException(Errno.NoEntry);
        }

        // The directories that were walked through stay open, so that ".." is the way back, wherever the host moves them meanwhile.
        var walked = new Stack<HostDirectory>();
        walked.Push(root);
        try
        {
            return Walk(root, walked, path, followLast);
        }
        finally
        {
            foreach (var directory in walked)
            {
                if (!ReferenceEquals(directory, root))
                {
                    directory.Dispose();
                }
            }
        }
    }

    private static ResolvedPath Walk(HostDirectory root, Stack<HostDirectory> walked, string path, bool followLast)
    {
        var pending = new Stack<string>();
        var mustBeDirectory = Push(pending, path);
        var links = 0;
        while (pending.TryPop(out var name))
        {
            if (name == "..")
            {
                if (walked.Count == 1)
                {
                    throw new WasiErrnoException(Errno.NotCapable);
                }

                walked.Pop().Dispose();
                continue;
            }

            CheckName(name);
            var isLast = pending.Count == 0;
            if (!isLast && TryEnter(walked, name))
            {
                continue;
            }

            var status = walked.Peek().Find(name);
            if (status?.Type == FileType.SymbolicLink && (!isLast || followLast || mustBeDirectory))
            {
                if (++links > MaximumLinks)
                {
                    throw new WasiErrnoException(Errno.Loop);
                }

                mustBeDirectory |= Push(pending, walked.Peek().ReadLink(name)) && isLast;
            }
            else if (isLast)
            {
                return new ResolvedPath(root, walked.Pop(), name, status, mustBeDirectory);
            }
            else
            {
                throw new WasiErrnoException(status is null ? Errno.NoEntry : Errno.NotDirectory);
            }
        }

        var found = walked.Pop();
        return new ResolvedPath(root, found, null, found.Status, mustBeDirectory);
    }

    /// <summary>False when the name is no directory, but perhaps a link to one.</summary>
    private static bool TryEnter(Stack<HostDirectory> walked, string name)
    {
        switch (walked.Peek().TryOpenDirectory(name, out var entered))
        {
            case Errno.Success:
                walked.Push(entered!);
                return true;
            case Errno.NotDirectory or Errno.Loop:
                return false;
            case var errno:
                throw new WasiErrnoException(errno);
        }
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
