using WasmLab.Hosting.WasmShims.Containerd;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.Hosting.WasmShims;

[Trait(Category.Name, Category.Unit)]
public sealed class ElfFileTests
{
    [Theory]
    [InlineData(62, "x86_64")]
    [InlineData(183, "aarch64")]
    public void Architecture_Elf_IsThatOfTheMachineField(byte machine, string architecture)
    {
        var head = Elf(machine);

        ElfFile.Architecture(head).ShouldBe(architecture);
        ElfFile.Runs(head, architecture).ShouldBeTrue();
        ElfFile.Runs(head, "riscv64").ShouldBeFalse();
    }

    [Fact]
    public void Architecture_Script_RunsAnywhere() => ElfFile.Runs("#!/bin/sh\n"u8, "aarch64").ShouldBeTrue();

    [Fact]
    public void Architecture_SomethingElse_IsNone() => ElfFile.Architecture("\0asm\u0001\0\0\0"u8).ShouldBeNull();

    /// <summary>The beginning of a program.</summary>
    internal static byte[] Elf(byte machine) => [0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, machine, 0];
}
