using WasmLab.Tests.Support;
using WasmLab.Wasm;
using WasmLab.Wasm.Binary;
using ValueType = WasmLab.Wasm.ValueType;

namespace WasmLab.Tests.Wasm.Binary;

[Trait(Category.Name, Category.Unit)]
public sealed class ModuleDecoderTests
{
    private static readonly Engine Engine = new();

    [Fact]
    public void Decode_EmptyInput_SaysUnexpectedEnd() => Refuse([]).Message.ShouldBe("unexpected end (at offset 0x0)");

    [Fact]
    public void Decode_Text_SaysMagicHeader() => Refuse("hello world"u8.ToArray()).Reason.ShouldBe("magic header not detected");

    [Fact]
    public void Decode_Component_NamesTheFeature()
    {
        var refusal = Refuse([0, (byte)'a', (byte)'s', (byte)'m', 0x0D, 0, 1, 0]);

        refusal.Kind.ShouldBe(ModuleErrorKind.Unsupported);
        refusal.Reason.ShouldContain("component");
    }

    [Fact]
    public void Decode_SectionLongerThanTheModule_NamesSectionAndOffset()
    {
        var refusal = Refuse([.. ModuleBuilder.Preamble, 1, 100]);

        (refusal.Kind, refusal.Reason, refusal.Offset).ShouldBe((ModuleErrorKind.Malformed, "length out of bounds", 8));
    }

    [Fact]
    public void Decode_HugeCountInFewBytes_IsRefusedWithoutAllocating() =>
        Refuse([.. ModuleBuilder.Preamble, 1, 5, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F]).Section.ShouldBe("type");

    [Theory]
    [InlineData(new byte[] { 0x80, 0x80, 0x80, 0x80, 0x80, 0x00 }, "integer representation too long")]
    [InlineData(new byte[] { 0x80, 0x80, 0x80, 0x80, 0x10 }, "integer too large")]
    public void Decode_OverlongInteger_IsRefused(byte[] count, string reason) =>
        Refuse([.. ModuleBuilder.Preamble, 1, (byte)count.Length, .. count]).Reason.ShouldBe(reason);

    [Fact]
    public void Decode_InvalidUtf8Name_IsRefused() =>
        Refuse([.. ModuleBuilder.Preamble, 0, 2, 1, 0xFF]).Reason.ShouldBe("malformed UTF-8 encoding");

    [Fact]
    public void Decode_AtomicInstruction_NamesTheFeature()
    {
        var wasm = ModuleBuilder.OneFunction([], [], new CodeBuilder().Raw(0xFE, 0x10).End());

        var refusal = Refuse(wasm);

        refusal.Kind.ShouldBe(ModuleErrorKind.Unsupported);
        refusal.Reason.ShouldBe("illegal opcode fe: threads and atomics are not supported");
        refusal.Section.ShouldBe("code");
    }

    [Fact]
    public void Decode_MoreLocalsThanAllowed_SaysTheLimit()
    {
        var wasm = ModuleBuilder.OneFunction([], [], new CodeBuilder().End(), (60_000, ValueType.I32));

        var refusal = Refuse(wasm);

        refusal.Kind.ShouldBe(ModuleErrorKind.LimitExceeded);
        refusal.Reason.ShouldBe("too many locals: 60000, the limit is 50000");
    }

    [Fact]
    public void Load_ImportsAndExports_AreListedWithTheirTypes()
    {
        var builder = new ModuleBuilder().Memory(1, 2).Export("memory", 2, 0);
        var type = builder.Type([ValueType.I32, ValueType.F64], [ValueType.I64]);
        builder.ImportFunction("host", "compute", type);
        builder.Function("run", type, new CodeBuilder().Op(Opcode.I64Const, 7).End());

        var module = Module.Load(Engine, builder.Build());

        module.Imports.ShouldHaveSingleItem().ToString().ShouldBe("host.compute: [i32 f64] -> [i64]");
        module.Exports.Select(export => export.ToString()).ShouldBe(["memory: memory 1..2 pages", "run: [i32 f64] -> [i64]"]);
    }

    private static ModuleException Refuse(byte[] wasm) => Should.Throw<ModuleException>(() => Module.Load(Engine, wasm));
}
