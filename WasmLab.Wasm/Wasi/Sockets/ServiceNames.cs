using System.Globalization;

namespace WasmLab.Wasm.Wasi.Sockets;

/// <summary>The host's list of services, <c>name port/protocol aliases…</c> a line.</summary>
internal static class ServiceNames
{
    private static string FilePath => OperatingSystem.IsWindows()
        ? Path.Join(Environment.SystemDirectory, "drivers", "etc", "services")
        : "/etc/services";

    /// <summary>The port of a service; null when the list does not have it, or there is no list.</summary>
    public static ushort? Find(string name) => File.Exists(FilePath) ? Find(File.ReadLines(FilePath), name) : null;

    internal static ushort? Find(IEnumerable<string> lines, string name)
    {
        foreach (var line in lines)
        {
            var words = line.Split('#')[0].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length >= 2
                && (words[0] == name || words.Skip(2).Contains(name))
                && ushort.TryParse(words[1].Split('/')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var port))
            {
                return port;
            }
        }

        return null;
    }
}
