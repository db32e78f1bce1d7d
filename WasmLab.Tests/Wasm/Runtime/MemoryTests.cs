using WasmLab.Tests.Support;
using WasmLab.Wasm;

namespace WasmLab.Tests.Wasm.Runtime;

[Trait(Category.Name, Category.Unit)]
public sealed class MemoryTests
{
    private static readonly Engine Engine = new(new EngineOptions { MaxMemoryPages = 10 });

    [Fact]
    public void Grow_WithinTheMaximum_GivesTheOldSizeAndZeroedPages()
    {
        var memory = new Memory(Engine, new MemoryType(new Limits(1, 3)));
        memory.WriteByte(65_535, 7);

        memory.Grow(2).ShouldBe(1u);

        memory.Pages.ShouldBe(3u);
        memory.ReadByte(65_535).ShouldBe((byte)7);
        memory.ReadUInt64(65_536).ShouldBe(0ul);
    }

    [Theory]
    [InlineData(3u, 3u)]
    [InlineData(null, 10u)]
    public void Grow_BeyondTheMaximum_IsRefused(uint? maximum, uint allowed)
    {
        var memory = new Memory(Engine, new MemoryType(new Limits(1, maximum)));

        memory.Grow(allowed).ShouldBeNull();
        memory.Grow(uint.MaxValue).ShouldBeNull();
        memory.Grow(allowed - 1).ShouldBe(1u);
    }

    [Fact]
    public void Access_OutsideOfTheMemory_Traps()
    {
        var memory = new Memory(Engine, new MemoryType(new Limits(1)));

        Should.Throw<TrapException>(() => memory.ReadUInt32(65_533)).Kind.ShouldBe(TrapKind.OutOfBoundsMemoryAccess);
        Should.Throw<TrapException>(() => memory.GetSpan(uint.MaxValue, 2)).Kind.ShouldBe(TrapKind.OutOfBoundsMemoryAccess);
        Should.Throw<TrapException>(() => memory.Write(65_535, [1, 2])).Kind.ShouldBe(TrapKind.OutOfBoundsMemoryAccess);
        memory.GetSpan(65_536, 0).Length.ShouldBe(0);
    }

    [Fact]
    public void Memories_OfMoreThanThePhysicalMemory_AreOnlyReserved()
    {
        using var engine = new Engine();
        var memories = Enumerable.Range(0, 50).Select(_ => new Memory(engine, new MemoryType(new Limits(1)))).ToList();

        memories.ForEach(memory => memory.WriteByte(1, 1));

        memories.ShouldAllBe(memory => memory.Pages == 1);
        GC.KeepAlive(memories);
    }
}
