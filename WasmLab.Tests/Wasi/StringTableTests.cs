using WasmLab.Tests.Support;
using WasmLab.Wasm.Wasi;

namespace WasmLab.Tests.Wasi;

[Trait(Category.Name, Category.Unit)]
public sealed class StringTableTests
{
    [Fact]
    public void Args_Given_ArePointersToTerminatedUtf8()
    {
        using var guest = new WasiGuest(new WasiConfiguration { Arguments = ["prog", "grüße", ""] });

        guest.Call("args_sizes_get", 100, 104).ShouldBe(Errno.Success);
        guest.U32(100).ShouldBe(3u);
        guest.U32(104).ShouldBe(5u + 8u + 1u);
        guest.Call("args_get", 200, 300).ShouldBe(Errno.Success);
        guest.U32(200).ShouldBe(300u);
        guest.U32(204).ShouldBe(305u);
        guest.U32(208).ShouldBe(313u);
        guest.Text(300, 14).ShouldBe("prog\0grüße\0\0");
    }

    [Fact]
    public void Environ_Given_IsNameEqualsValue()
    {
        using var guest = new WasiGuest(new WasiConfiguration { Environment = new Dictionary<string, string> { ["FLAVOR"] = "runtime", ["EMPTY"] = "" } });

        guest.Call("environ_sizes_get", 100, 104).ShouldBe(Errno.Success);
        guest.U32(100).ShouldBe(2u);
        guest.Call("environ_get", 200, 300).ShouldBe(Errno.Success);
        guest.Text(guest.U32(200), 15).ShouldBe("FLAVOR=runtime\0");
        guest.Text(guest.U32(204), 7).ShouldBe("EMPTY=\0");
    }

    [Fact]
    public void Args_BufferAtTheEndOfMemory_IsFaultAndNothingWritten()
    {
        using var guest = new WasiGuest(new WasiConfiguration { Arguments = ["a long enough argument"] });

        guest.Call("args_get", 100, 65530).ShouldBe(Errno.Fault);
        guest.U32(100).ShouldBe(0u);
    }
}
