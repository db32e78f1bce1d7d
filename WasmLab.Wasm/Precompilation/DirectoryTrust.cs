using System.Runtime.InteropServices;
using WasmLab.Wasm.Wasi.Files;

namespace WasmLab.Wasm.Precompilation;

/// <summary>Whether others could put files into a directory: between the check of a file and its use, a key is of no help.</summary>
internal static partial class DirectoryTrust
{
    private const UnixFileMode WritableByOthers = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
    private const uint Root = 0;

    /// <summary>What is wrong with a directory that exists; null when nothing is. On Windows only what the profile's own rights see to.</summary>
    public static string? Obstacle(string directory)
    {
        if (OperatingSystem.IsWindows())
        {
            return null;
        }

        var path = Resolve(directory);
        if ((File.GetUnixFileMode(path) & WritableByOthers) != 0)
        {
            return $"{path} can be written by others: chmod go-w {path}";
        }

        if (OperatingSystem.IsLinux() && OwnerOf(path) is var owner && owner != EffectiveUser() && owner != Root)
        {
            return $"{path} belongs to user {owner}: use a directory of your own";
        }

        // The sticky bit keeps others from renaming what is not theirs.
        for (var parent = Path.GetDirectoryName(path); parent is not null; parent = Path.GetDirectoryName(parent))
        {
            var mode = File.GetUnixFileMode(parent);
            if (mode.HasFlag(UnixFileMode.OtherWrite) && !mode.HasFlag(UnixFileMode.StickyBit))
            {
                return $"{parent} can be written by everyone, so that {path} could be replaced: chmod o-w {parent}";
            }
        }

        return null;
    }

    /// <summary>The path without links in any of its parts.</summary>
    private static string Resolve(string directory)
    {
        var full = Path.GetFullPath(directory);
        var resolved = Path.GetPathRoot(full)!;
        foreach (var part in full[resolved.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries))
        {
            var next = Path.Combine(resolved, part);
            resolved = new DirectoryInfo(next).ResolveLinkTarget(returnFinalTarget: true) is { } target ? Resolve(target.FullName) : next;
        }

        return resolved;
    }

    private static uint OwnerOf(string path) =>
        LinuxFiles.StatusAt(LinuxFiles.CurrentDirectory, path, 0, LinuxFiles.BasicStatus, out var status) == 0
            ? status.Owner
            : throw new IOException($"{path}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();
}
