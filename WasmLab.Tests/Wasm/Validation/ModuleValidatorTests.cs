using WasmLab.Tests.Support;
using WasmLab.Wasm;
using WasmLab.Wasm.Binary;

namespace WasmLab.Tests.Wasm.Validation;

[Trait(Category.Name, Category.Unit)]
public sealed class ModuleValidatorTests
{
    // Enough code to be validated on many threads: functions of 100 kB.
    private const int Functions = 40;
    private const int Nops = 100_000;

    private static readonly Engine Engine = new();

    [Fact]
    public void LargeModule_WithoutFaults_IsValid() => Should.NotThrow(() => Module.Load(Engine, Build()));

    [Theory]
    [InlineData(3, 4)]
    [InlineData(12, 39)]
    [InlineData(0, 20, 39)]
    public void LargeModule_WithSeveralFaults_IsRefusedForTheFirst(params int[] faulty)
    {
        var first = Should.Throw<ModuleException>(() => Module.Load(Engine, Build(faulty[0])));

        var failure = Should.Throw<ModuleException>(() => Module.Load(Engine, Build(faulty)));

        (failure.Kind, failure.Offset, failure.Reason).ShouldBe((ModuleErrorKind.Invalid, first.Offset, first.Reason));
    }

    private static byte[] Build(params int[] faulty)
    {
        var module = new ModuleBuilder();
        var type = module.Type([], []);
        for (var i = 0; i < Functions; i++)
        {
            var code = new CodeBuilder().Repeat(Nops, part => part.Op(Opcode.Nop));
            module.Function(null, type, (faulty.Contains(i) ? code.Op(Opcode.Drop) : code.Op(Opcode.Nop)).End());
        }

        return module.Build();
    }
}
