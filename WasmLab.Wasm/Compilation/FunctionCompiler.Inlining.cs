using WasmLab.Wasm.Binary;

namespace WasmLab.Wasm.Compilation;

/// <summary>Calls in whose place the callee's code stands: a block, and behind the caller's locals those of the callee.</summary>
internal sealed partial class FunctionCompiler
{
    private readonly Inlining _inlining;

    /// <summary>Whose instructions are being compiled: the function's own, or those of a callee.</summary>
    private CodeBody _code;

    /// <summary>Where the locals of <see cref="_code"/> begin.</summary>
    private int _firstLocal;

    /// <summary>The block that a return of <see cref="_code"/> leaves.</summary>
    private int _outermostFrame;

    private void CompileInlined(int callee, CanonicalType type)
    {
        Slot[] parameters = [.. type.Parameters.Select(_slots.Declare)];
        EmitMove(parameters, keep: false);
        SettleAll();
        EmitRefreshedMemoryLength();

        var caller = (_code, _firstLocal, _outermostFrame);
        (_code, _firstLocal, _outermostFrame) = (_definition.BodyOf(callee)!, _locals.Count, _frames.Count);
        _locals.AddRange(parameters);
        foreach (var slot in DeclareLocals(_code))
        {
            EmitConstant(slot.Type, 0);
            _slots.EmitStore(slot);
        }

        _frames.Add(new Frame
        {
            Opcode = Opcode.Block,
            Parameters = [],
            Results = type.Results,
            Height = _operands.Count,
            Label = _il.DefineLabel(),
            TryDepth = TryDepth,
        });
        CompileInstructions();

        // A result may be a local that is about to be forgotten.
        SettleAll();
        _locals.RemoveRange(_firstLocal, _locals.Count - _firstLocal);
        (_code, _firstLocal, _outermostFrame) = caller;
    }
}
