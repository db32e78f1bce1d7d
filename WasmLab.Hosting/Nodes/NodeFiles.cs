using System.Globalization;

namespace WasmLab.Hosting.Nodes;

/// <summary>How a file appears on a node whole or not at all: it is written beside its place, counted, and moved.</summary>
internal static class NodeFiles
{
    public static string Part(string path) => path + ".wasmlab-part";

    /// <summary>The command that moves the part to its place if all of it has arrived.</summary>
    public static IReadOnlyList<string> Place(string path, long length, UnixFileMode mode)
    {
        var (part, size) = (Part(path), length.ToString(CultureInfo.InvariantCulture));
        return
        [
            "sh", "-c",
            $"if [ $(wc -c < {part}) -eq {size} ]; then chmod {Convert.ToString((int)mode, 8)} {part} && mv -f {part} {path}; "
                + $"else rm -f {part}; echo 'less than {size} bytes arrived' >&2; exit 1; fi",
        ];
    }

    /// <exception cref="DistributedApplicationException">A shell would read the path as something else.</exception>
    public static void CheckPath(string node, string path)
    {
        if (!Lab.CommandLine.IsPlain(path) || path[0] != '/')
        {
            throw new DistributedApplicationException(
                $"'{path}' is no path that can be handed to node {node}: it begins with / and has only letters, digits and -_./:=@,+%.");
        }
    }

    public static DistributedApplicationException CopyFailed(string node, string path, string reason) =>
        new($"Node {node}: {path} could not be written: {reason}. Check the disk and the folder there, then run the step again; nothing was put in its place.");
}
