using System.Reflection;
using WasmLab.Wasm.Precompilation;
using WasmLab.Wasm.Runtime;

namespace WasmLab.Wasm.Compilation;

/// <summary>The code of a module's functions for all instances: compiled ahead of time, or else each when it is first called.</summary>
internal sealed class CompiledModule(Module module, PrecompiledCode? precompiled)
{
    private const int EnoughStack = 1024 * 1024;
    private const int SmallBody = 32 * 1024;

    private readonly nint[] _code = new nint[module.Definition.Functions.Count];
    private readonly List<MethodInfo> _methods = [];
    private readonly Lock _gate = new();

    public bool IsPrecompiled => precompiled is not null;

    public nint CodeOf(int function)
    {
        lock (_gate)
        {
            if (_code[function] == 0)
            {
                var defined = function - module.Definition.ImportedFunctions;
                var code = precompiled?.CodeOf(defined) ?? 0;
                _code[function] = code != 0 ? code : CompileWithEnoughStack(function, module.Definition.Code[defined]);
            }

            return _code[function];
        }
    }

    private nint CompileWithEnoughStack(int function, Binary.CodeBody body) =>
        ThreadStack.Remaining > EnoughStack && body.End - body.Start < SmallBody
            ? Compile(function)
            : CompilerThread.Run(() => Compile(function));

    private nint Compile(int function)
    {
        try
        {
            var compiled = FunctionCompiler.Compile(module, function);
            foreach (var part in compiled.Parts)
            {
                DynamicMethods.Compile(part);
                _methods.Add(part);
            }

            var code = DynamicMethods.Compile(compiled.Method);
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
        return DynamicMethods.Compile(guard);
    }
}
