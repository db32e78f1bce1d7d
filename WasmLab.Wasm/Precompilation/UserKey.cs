using System.Security.Cryptography;

namespace WasmLab.Wasm.Precompilation;

/// <summary>
/// The secret of this user by which compiled code is known to be their own. It lies in the user's data, away from the caches, which may
/// have come with an archive or a clone.
/// </summary>
internal static class UserKey
{
    private const int Size = 32;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Reads the key, or makes it the first time.</summary>
    /// <exception cref="IOException">There is no place for it, or what is there is not a key.</exception>
    /// <exception cref="UnauthorizedAccessException">Its file may not be read or made.</exception>
    public static byte[] Get()
    {
        var home = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        if (home.Length == 0)
        {
            throw new IOException("there is no place for the key of compiled code: neither HOME nor XDG_DATA_HOME is set");
        }

        return Get(Path.Combine(home, "wasmlab", "code.key"));
    }

    internal static byte[] Get(string path)
    {
        if (!File.Exists(path))
        {
            Create(path);
        }

        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & ~OwnerOnly) != 0)
        {
            throw new IOException($"the key of compiled code can be read by others: delete {path}, and it is made anew");
        }

        var key = File.ReadAllBytes(path);
        return key.Length == Size
            ? key
            : throw new IOException($"the key of compiled code has {key.Length} bytes instead of {Size}: delete {path}, and it is made anew");
    }

    private static void Create(string path)
    {
        var directory = Path.GetDirectoryName(path)!;
        Directory.CreateDirectory(directory);
        var temporary = Path.Combine(directory, Path.GetRandomFileName());
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        using (var file = new FileStream(temporary, options))
        {
            file.Write(RandomNumberGenerator.GetBytes(Size));
            file.Flush(flushToDisk: true);
        }

        try
        {
            File.Move(temporary, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            // Another process was first: its key counts.
            File.Delete(temporary);
        }
    }
}
