using System.Buffers.Binary;

namespace WasmLab.Hosting.WasmShims.Containerd;

/// <summary>For which processor a program is, by its first 20 bytes (ELF specification, "ELF header").</summary>
internal static class ElfFile
{
    public const int HeaderSize = 20;
    private const int MachineOffset = 18;

    /// <summary>As <c>uname -m</c> calls it; <c>any</c> for a script, null for what is no program.</summary>
    public static string? Architecture(ReadOnlySpan<byte> head)
    {
        if (head.StartsWith("#!"u8))
        {
            return "any";
        }

        if (head.Length < HeaderSize || !head.StartsWith("\u007fELF"u8))
        {
            return null;
        }

        return BinaryPrimitives.ReadUInt16LittleEndian(head[MachineOffset..]) switch
        {
            62 => "x86_64",
            183 => "aarch64",
            40 => "armv7l",
            243 => "riscv64",
            22 => "s390x",
            21 => "ppc64le",
            var machine => $"machine {machine}",
        };
    }

    /// <summary>True when a node of that architecture can run it.</summary>
    public static bool Runs(ReadOnlySpan<byte> head, string architecture) =>
        Architecture(head) is { } own && (own == "any" || own == architecture);
}
