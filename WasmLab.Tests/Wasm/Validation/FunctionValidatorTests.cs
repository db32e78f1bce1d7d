using WasmLab.Tests.Support;
using WasmLab.Wasm;
using WasmLab.Wasm.Binary;
using ValueType = WasmLab.Wasm.ValueType;

namespace WasmLab.Tests.Wasm.Validation;

[Trait(Category.Name, Category.Unit)]
public sealed class FunctionValidatorTests
{
    private static readonly Engine Engine = new();

    [Fact]
    public void Validate_WrongOperand_NamesBothTypesAndThePlace()
    {
        var refusal = Refuse(new CodeBuilder().Const(1).Op(Opcode.I64Eqz).Op(Opcode.Drop).End());

        refusal.Kind.ShouldBe(ModuleErrorKind.Invalid);
        refusal.Message.ShouldStartWith("type mismatch: expected i64, found i32 (at offset 0x");
    }

    [Fact]
    public void Validate_UnknownLocal_NamesIt() => Refuse(new CodeBuilder().Get(5).Op(Opcode.Drop).End()).Reason.ShouldBe("unknown local 5");

    [Fact]
    public void Validate_UnknownLabel_NamesIt() => Refuse(new CodeBuilder().Op(Opcode.Br, 3).End()).Reason.ShouldBe("unknown label 3");

    [Fact]
    public void Validate_MissingEnd_SaysSo() => Refuse(new CodeBuilder().Op(Opcode.Nop)).Reason.ShouldContain("END opcode expected");

    [Fact]
    public void Validate_LocalsInManyRuns_FindsEachType()
    {
        var code = new CodeBuilder()
            .Get(0).Op(Opcode.Drop)
            .Get(1).Op(Opcode.I64Eqz).Op(Opcode.Drop)
            .Get(3).Op(Opcode.F32Neg).Op(Opcode.Drop)
            .Get(4).Op(Opcode.F64Neg).Op(Opcode.Drop)
            .End();
        var wasm = ModuleBuilder.OneFunction(
            [ValueType.I32], [], code, (2, ValueType.I64), (0, ValueType.I32), (1, ValueType.F32), (0, ValueType.I32), (3, ValueType.F64));

        Should.NotThrow(() => Module.Load(Engine, wasm));
    }

    [Fact]
    public void Validate_NestingOfAHundredThousandBlocks_DoesNotExhaustTheStack()
    {
        const int Depth = 100_000;
        var code = new CodeBuilder().Repeat(Depth, part => part.Raw(0x02, 0x40)).Repeat(Depth, part => part.End()).End();

        Should.NotThrow(() => Module.Load(Engine, ModuleBuilder.OneFunction([], [], code)));
    }

    private static ModuleException Refuse(CodeBuilder code) =>
        Should.Throw<ModuleException>(() => Module.Load(Engine, ModuleBuilder.OneFunction([], [], code)));
}
