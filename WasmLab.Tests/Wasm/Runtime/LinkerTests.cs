using WasmLab.Tests.Support;
using WasmLab.Wasm;
using ValueType = WasmLab.Wasm.ValueType;

namespace WasmLab.Tests.Wasm.Runtime;

[Trait(Category.Name, Category.Unit)]
public sealed class LinkerTests
{
    private static readonly Engine Engine = new();

    [Fact]
    public void Instantiate_MissingImport_NamesItAndItsType()
    {
        var failure = Should.Throw<LinkException>(() => new Linker(Engine).Instantiate(ModuleThatImports()));

        failure.Message.ShouldBe("unknown import: host.compute is not defined (needed: [i32] -> [i32])");
        failure.Import!.Name.ShouldBe("compute");
    }

    [Fact]
    public void Instantiate_ImportOfAnotherType_NamesBothTypes()
    {
        var linker = new Linker(Engine).Define("host", "compute", new FunctionType([ValueType.I64], []), (_, _, _) => { });

        Should.Throw<LinkException>(() => linker.Instantiate(ModuleThatImports())).Message
            .ShouldBe("incompatible import type: host.compute must be [i32] -> [i32], but is [i64] -> []");
    }

    [Fact]
    public void Fallback_GetsTheImportsType_AndMayChooseByIt()
    {
        var linker = new Linker(Engine)
        {
            Fallback = import => import.Type is FunctionType { Parameters.Count: 1 } ? (_, arguments, results) => results[0] = arguments[0] * 2 : null,
        };
        using var instance = linker.Instantiate(ModuleThatImports());

        instance.GetFunction("run")!.Invoke(21).ShouldBe([42]);
    }

    [Fact]
    public void Memory_OfTheHost_IsSharedWithTheGuest()
    {
        var memory = new Memory(Engine, new MemoryType(new Limits(1, 2)));
        var module = new ModuleBuilder().ImportMemory("host", "memory", 1);
        module.Function("run", module.Type([], [ValueType.I32]), new CodeBuilder().Const(4).Raw(0x28, 2, 0).End());
        using var instance = new Linker(Engine).DefineMemory("host", "memory", memory).Instantiate(Module.Load(Engine, module.Build()));

        memory.WriteUInt32(4, 42);

        instance.GetFunction("run")!.Invoke().ShouldBe([42]);
    }

    [Fact]
    public void Instantiate_MemoryLargerThanAllowed_SaysWhichOption()
    {
        using var small = new Engine(new EngineOptions { MaxMemoryPages = 4 });
        var module = Module.Load(small, new ModuleBuilder().Memory(5, 5).Build());

        Should.Throw<LinkException>(() => new Linker(small).Instantiate(module)).Message.ShouldContain("EngineOptions.MaxMemoryPages");
    }

    [Fact]
    public void Define_SomethingOfAnotherEngine_IsRefused()
    {
        using var other = new Engine();
        var table = new Table(other, new TableType(ValueType.FuncRef, new Limits(1)));
        using var instance = new Linker(Engine).Instantiate(Module.Load(Engine, ModuleBuilder.OneFunction([], [], new CodeBuilder().End())));

        Should.Throw<ArgumentException>(() => new Linker(Engine).DefineTable("host", "table", table)).Message.ShouldContain("another engine");
        Should.Throw<ArgumentException>(() => table[0] = instance.GetFunction("run")).Message.ShouldContain("another engine");
    }

    [Fact]
    public void Options_OutOfRange_AreAllNamedAtOnce()
    {
        var failure = Should.Throw<ArgumentException>(() => new Engine(new EngineOptions { MaxMemoryPages = 0, StackSize = 1 }));

        failure.Message.ShouldContain("MaxMemoryPages");
        failure.Message.ShouldContain("StackSize");
    }

    private static Module ModuleThatImports()
    {
        var module = new ModuleBuilder();
        var type = module.Type([ValueType.I32], [ValueType.I32]);
        var import = module.ImportFunction("host", "compute", type);
        module.Function("run", type, new CodeBuilder().Get(0).Call(import).End());
        return Module.Load(Engine, module.Build());
    }
}
