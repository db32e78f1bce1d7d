using System.Reflection.Emit;
using WasmLab.Wasm.Runtime;

namespace WasmLab.Wasm.Compilation;

/// <summary>The code of a module's functions, each compiled when it is first called, for all instances.</summary>
internal sealed class CompiledModule(Module module)
{
    /// <summary>The just-in-time compiler takes about one second and 150 MB for each megabyte of IL; the largest real functions have two.</summary>
    private const int MaxILSize = 8 * 1024 * 1024;

    // The just-in-time compiler recurses over what it compiles, so it gets a stack of its own unless there is plenty here.
    private const int CompilerStackSize = 64 * 1024 * 1024;
    private const int EnoughStack = 1024 * 1024;
    private const int SmallBody = 32 * 1024;

    private readonly nint[] _code = new nint[module.Definition.Functions.Count];
    private readonly List<DynamicMethod> _methods = [];
    private readonly Lock _gate = new();

    public nint CodeOf(int function)
    {
        lock (_gate)
        {
            if (_code[function] == 0)
            {
                _code[function] = CompileWithEnoughStack(function);
            }

            return _code[function];
        }
    }

    private nint CompileWithEnoughStack(int function)
    {
        var body = module.Definition.Code[function - module.Definition.ImportedFunctions];
        if (ThreadStack.Remaining > EnoughStack && body.End - body.Start < SmallBody)
        {
            return Compile(function);
        }

        nint code = 0;
        Exception? failure = null;
        var thread = new Thread(
            () =>
            {
                try
                {
                    code = Compile(function);
                }
                catch (TrapException exception)
                {
                    failure = exception;
                }
            },
            CompilerStackSize)
        {
            IsBackground = true,
            Name = "wasm-compiler",
        };
        thread.Start();
        thread.Join();
        return failure is null ? code : throw failure;
    }

    private nint Compile(int function)
    {
        try
        {
            var (method, size, stackNeed) = FunctionCompiler.Compile(module, function);
            if (size > MaxILSize)
            {
                throw TooLarge(function, null);
            }

            var code = DynamicCode.Compile(method);
            _methods.Add(method);
            return stackNeed > 0 ? Guard(function, code, stackNeed) : code;
        }
        catch (InvalidProgramException exception)
        {
            throw TooLarge(function, exception);
        }
    }

    private TrapException TooLarge(int function, Exception? cause) =>
        new(TrapKind.FunctionTooLarge, $"function too large to compile: {module.NameOf(function)}", cause);

    /// <summary>Checks that a large frame fits before it is built.</summary>
    private nint Guard(int function, nint code, int stackNeed)
    {
        var type = module.CanonicalTypes[module.Definition.Functions[function]];
        var guard = Stubs.Guard(type, code, stackNeed);
        _methods.Add(guard);
        return DynamicCode.Compile(guard);
    }
}
