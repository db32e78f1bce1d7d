using System.Reflection;
using WasmLab.Wasm.Precompilation;
using WasmLab.Wasm.Runtime;

namespace WasmLab.Wasm.Compilation;

/// <summary>The code of a module's functions for all instances: compiled ahead of time, or else each when it is first called.</summary>
internal sealed unsafe class CompiledModule(Module module, PrecompiledCode? precompiled)
{
    private const int EnoughStack = 1024 * 1024;

    // What takes some milliseconds to compile: longer than that nobody waits who cannot be interrupted.
    private const int MaxQuickSize = 8 * 1024;
    private const int MaxQuickParameters = 64;
    private const int MaxQuickResults = 16;

    private static readonly TimeSpan InterruptionPeriod = TimeSpan.FromMilliseconds(2);

    private readonly nint[] _code = new nint[module.Definition.Functions.Count];
    private readonly Dictionary<int, Task<nint>> _compilations = [];
    private readonly List<MethodInfo> _methods = [];
    private readonly Lock _gate = new();

    // An instruction of two bytes moves as many values as its type says.
    private readonly bool _hasWideTypes = module.Definition.Types.Any(type => type.Parameters.Count > MaxQuickParameters || type.Results.Count > MaxQuickResults);

    public bool IsPrecompiled => precompiled is not null;

    /// <summary>The address of a function's code, which is compiled first if need be.</summary>
    /// <param name="function">The function.</param>
    /// <param name="caller">Who waits for it, until it is interrupted; null for one that is not.</param>
    public nint CodeOf(int function, InstanceContext* caller)
    {
        Task<nint>? compilation;
        lock (_gate)
        {
            if (_code[function] != 0)
            {
                return _code[function];
            }

            if (precompiled?.CodeOf(function - module.Definition.ImportedFunctions) is { } code and not 0)
            {
                return _code[function] = code;
            }

            if (IsQuick(function))
            {
                return _code[function] = Compile(function);
            }

            if (!_compilations.TryGetValue(function, out compilation))
            {
                _compilations[function] = compilation = CompilerThread.Start(() => Compile(function));
            }
        }

        while (Task.WaitAny([compilation], InterruptionPeriod) < 0)
        {
            if (caller is not null && caller->IsInterrupted)
            {
                throw RuntimeCalls.Trap((nint)caller, (int)TrapKind.Interrupted);
            }
        }

        return _code[function] = compilation.GetAwaiter().GetResult();
    }

    /// <summary>Whether there is code of a function.</summary>
    public bool IsCompiled(int function)
    {
        lock (_gate)
        {
            return _code[function] != 0 || _compilations.GetValueOrDefault(function) is { IsCompletedSuccessfully: true };
        }
    }

    private bool IsQuick(int function)
    {
        var body = module.Definition.BodyOf(function)!;
        return body.End - body.Start + (body.LocalCount * sizeof(int)) < MaxQuickSize && !_hasWideTypes && ThreadStack.Remaining > EnoughStack;
    }

    private nint Compile(int function)
    {
        try
        {
            var compiled = FunctionCompiler.Compile(module, function);
            foreach (var part in compiled.Parts)
            {
                DynamicMethods.Compile(part);
                Keep(part);
            }

            var code = DynamicMethods.Compile(compiled.Method);
            Keep(compiled.Method);
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
        Keep(guard);
        return DynamicMethods.Compile(guard);
    }

    private void Keep(MethodInfo method)
    {
        lock (_methods)
        {
            _methods.Add(method);
        }
    }
}
