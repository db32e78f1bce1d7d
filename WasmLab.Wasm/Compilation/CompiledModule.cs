using System.Reflection.Emit;
using System.Runtime.ExceptionServices;
using WasmLab.Wasm.Runtime;

namespace WasmLab.Wasm.Compilation;

/// <summary>The code of a module's functions, each compiled when it is first called, for all instances.</summary>
internal sealed class CompiledModule(Module module)
{
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
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(
            () =>
            {
                try
                {
                    code = Compile(function);
                }
                catch (Exception exception)
                {
                    failure = ExceptionDispatchInfo.Capture(exception);
                }
            },
            CompilerStackSize)
        {
            IsBackground = true,
            Name = "wasm-compiler",
        };
        thread.Start();
        thread.Join();
        failure?.Throw();
        return code;
    }

    private nint Compile(int function)
    {
        try
        {
            var compiled = FunctionCompiler.Compile(module, function);
            foreach (var part in compiled.Parts)
            {
                DynamicCode.Compile(part);
                _methods.Add(part);
            }

            var code = DynamicCode.Compile(compiled.Method);
            _methods.Add(compiled.Method);
            return compiled.StackNeed > 0 ? Guard(function, code, compiled.StackNeed) : code;
        }
        catch (InvalidProgramException exception)
        {
            throw new TrapException(TrapKind.FunctionTooLarge, $"function too large to compile: {module.NameOf(function)}", exception);
        }
    }

    /// <summary>Checks that a large frame fits before it is built.</summary>
    private nint Guard(int function, nint code, int stackNeed)
    {
        var type = module.CanonicalTypes[module.Definition.Functions[function]];
        var guard = Stubs.Guard(type, code, stackNeed);
        _methods.Add(guard);
        return DynamicCode.Compile(guard);
    }
}
