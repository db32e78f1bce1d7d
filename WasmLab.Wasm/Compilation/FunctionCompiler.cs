using System.Reflection;
using System.Reflection.Emit;
using WasmLab.Wasm.Binary;
using WasmLab.Wasm.Compilation.Division;
using WasmLab.Wasm.Runtime;
using WasmLab.Wasm.Validation;

namespace WasmLab.Wasm.Compilation;

/// <summary>
/// Compiles one validated function to IL. Instructions do not emit at once: they build expressions on a stack (<see cref="Operand"/>),
/// which are emitted where an effect, a branch or a call needs them. This part holds the frame of it; the others one kind of
/// instruction each.
/// </summary>
internal sealed partial class FunctionCompiler
{
    /// <summary>Compiled code keeps addresses, lengths and records in slots of this type.</summary>
    private const ValueType Native = ValueType.FuncRef;

    /// <summary>Frames larger than this would reach too far into the stack's reserve before their own check.</summary>
    private const int MaxUncheckedFrame = 48 * 1024;

    /// <summary>The just-in-time compiler takes about one second and 150 MB for each megabyte of IL; the largest real functions have two.</summary>
    private const int MaxILSize = 8 * 1024 * 1024;

    private static readonly MethodInfo CreateTrap = typeof(RuntimeCalls).GetMethod(nameof(RuntimeCalls.Trap))!;

    private readonly IMethodFactory _methods;
    private readonly Module _module;
    private readonly ModuleDefinition _definition;
    private readonly int _function;
    private readonly CanonicalType _type;
    private readonly CodeBody _body;
    private readonly FunctionSummary _summary;
    private readonly MethodInfo _method;
    private readonly ILGenerator _il;
    private readonly Slots _slots;
    private readonly int _frameSize;
    private readonly bool _isGuarded;
    private readonly bool _isMemoryGuarded;
    private readonly List<Slot> _locals = [];
    private LocalBuilder? _memoryBase;
    private LocalBuilder? _memoryLength;
    private bool _memoryLengthIsStale;

    private FunctionCompiler(IMethodFactory methods, Module module, int function, int frameSize, bool isGuarded, Part? part = null)
    {
        _methods = methods;
        _isGuarded = isGuarded;
        _isMemoryGuarded = module.Engine.Arena is not null;
        _module = module;
        _definition = module.Definition;
        _function = function;
        _type = module.CanonicalTypes[_definition.Functions[function]];
        _body = _definition.BodyOf(function)!;
        _code = _body;
        _part = part;
        _inlining = IsLarge || module.Engine.Options.CountFuel ? Inlining.None : Inlining.Of(_definition, function);
        _summary = part?.Division.Summary ?? FunctionSummary.Of(_definition, _body, _inlining);
        _fuel = part is not null ? part.Division.Fuel : module.Engine.Options.CountFuel ? FuelCosts.Of(_definition, _body) : null;
        _frameSize = frameSize;
        (_method, _il) = part is null
            ? methods.Define(module.NameOf(function), _type.ReturnType, _type.Signature)
            : methods.Define(module.NameOf(function), typeof(int), PartSignature);
        _outline = !isGuarded && MayBeTooLarge ? new CodeOutline() : null;
        if (part is not null || _outline is not null)
        {
            _il = new MeasuringGenerator(_il);
        }

        _slots = new Slots(_il, mayUseFrame: part is null && !_summary.HasTailCalls);
    }

    /// <summary>Compiles a function to dynamic methods.</summary>
    public static CompiledFunction Compile(Module module, int function)
    {
        var compiler = new FunctionCompiler(DynamicMethods.Factory, module, function, frameSize: 0, isGuarded: false);
        compiler.Emit();
        if (compiler.Divide() is { } divided)
        {
            return divided;
        }

        if (compiler.StackNeed <= MaxUncheckedFrame)
        {
            return new CompiledFunction(compiler._method, StackNeed: 0, Parts: []);
        }

        // Emit again, now that the size of the block for the locals beyond what IL should have is known, and calls of the function
        // by itself must pass the guard too.
        compiler = new FunctionCompiler(DynamicMethods.Factory, module, function, compiler._slots.FrameSize, isGuarded: true);
        compiler.Emit();
        return new CompiledFunction(compiler._method, compiler.StackNeed, Parts: []);
    }

    /// <summary>Emits a function that needs no guard once more, to methods of another kind.</summary>
    public static CompiledFunction Emit(IMethodFactory methods, Module module, int function, CompiledFunction compiled)
    {
        if (compiled.Division is { } division)
        {
            return EmitDivided(methods, module, function, division, out _);
        }

        var compiler = new FunctionCompiler(methods, module, function, frameSize: 0, isGuarded: false);
        compiler.Emit();
        return new CompiledFunction(compiler._method, StackNeed: 0, Parts: []);
    }

    /// <summary>A bound: every local, and at most every intermediate value of the IL, has a place of its own in the frame.</summary>
    private int StackNeed => (_slots.LocalCount * 16) + _il.ILOffset + _slots.FrameSize;

    private void Emit()
    {
        EmitPrologue();
        PushFunctionFrame();
        _outline?.Enter();
        CompileInstructions();
        EmitEpilogues();
    }

    /// <summary>Compiles a body, up to the end of its outermost block.</summary>
    private void CompileInstructions()
    {
        var reader = _definition.Reader(_code.Start, _code.End, "code");
        var outermost = _outermostFrame;
        var skipped = 0;
        while (_frames.Count > outermost)
        {
            RequireCompilableSize();
            if (_part is { } part && PassOver(part, ref reader))
            {
                continue;
            }

            InstructionDecoder.Read(ref reader, out var instruction);
            if (skipped == 0 && instruction.Opcode is Opcode.End or Opcode.Else)
            {
                OutlineEnd(in instruction);
            }
            else if (!_frames[^1].Unreachable)
            {
                Outline(in instruction);
                Compile(in instruction);
            }
            else if (InstructionDecoder.OpensBlock(instruction.Opcode))
            {
                skipped++;
            }
            else if (instruction.Opcode == Opcode.End && skipped > 0)
            {
                skipped--;
            }
        }
    }

    // Asked again and again while code is emitted: a few bytes of a hostile module can stand for gigabytes of IL.
    private void RequireCompilableSize()
    {
        if (_il.ILOffset > MaxILSize)
        {
            throw new TrapException(TrapKind.FunctionTooLarge, $"function too large to compile: {_module.NameOf(_function)}");
        }
    }

    private void EmitPrologue()
    {
        if (_part is { } part)
        {
            EmitPartPrologue(part);
            return;
        }

        // A function that calls nothing fits the reserve that every caller leaves; an interruption finds it in its loops.
        if (_summary.HasCalls || _frameSize > 0)
        {
            EmitStackCheck(_frameSize);
        }

        if (_fuel is not null)
        {
            EmitFuel(_fuel.Entry);
        }

        if (_frameSize > 0)
        {
            _slots.UseFrame();
            EmitAllocateFrame();
        }

        for (var i = 0; i < _type.Parameters.Length; i++)
        {
            _locals.Add(Slots.Argument(i + 1, _type.Parameters[i]));
        }

        foreach (var slot in DeclareLocals(_body))
        {
            if (slot.Local is not null)
            {
                EmitConstant(slot.Type, 0);
                _slots.EmitStore(slot);
            }
        }

        EmitMemoryPrologue();
    }

    private IEnumerable<Slot> DeclareLocals(CodeBody body)
    {
        foreach (var run in body.Locals)
        {
            for (var i = 0; i < run.Count; i++)
            {
                var slot = _slots.Declare(run.Type);
                _locals.Add(slot);
                yield return slot;
            }
        }
    }

    private void EmitMemoryPrologue()
    {
        if (_summary.UsesMemory)
        {
            _memoryBase = _il.DeclareLocal(typeof(nint));
            _memoryLength = _isMemoryGuarded ? null : _il.DeclareLocal(typeof(nint));
            EmitLoadContext(InstanceContext.MemoryBaseOffset);
            _il.Emit(OpCodes.Stloc, _memoryBase);
            EmitReloadMemoryLength();
        }
    }

    private void EmitStackCheck(int need)
    {
        var marker = _il.DeclareLocal(typeof(int));
        _il.Emit(OpCodes.Ldloca, marker);
        _il.Emit(OpCodes.Conv_U);
        if (need > 0)
        {
            _il.Emit(OpCodes.Ldc_I4, need);
            _il.Emit(OpCodes.Sub);
        }

        EmitLoadContext(InstanceContext.StackLimitOffset);
        _il.Emit(OpCodes.Blt_Un, TrapLabel(TrapKind.CallStackExhausted));
    }

    private void EmitInterruptionCheck()
    {
        // A read that faults once the guest must end: a branch here would spoil the shape of the loop. It is volatile, or else a loop
        // that writes nothing would read it only once.
        EmitContextAddress(InstanceContext.PollOffset);
        _il.Emit(OpCodes.Volatile);
        _il.Emit(OpCodes.Ldind_I);
        _il.Emit(OpCodes.Ldind_U1);
        _il.Emit(OpCodes.Pop);
    }

    private void EmitAllocateFrame()
    {
        _il.Emit(OpCodes.Ldc_I4, _frameSize);
        _il.Emit(OpCodes.Conv_U);
        _il.Emit(OpCodes.Localloc);
        _il.Emit(OpCodes.Stloc, _slots.Frame!);
        _il.Emit(OpCodes.Ldloc, _slots.Frame!);
        _il.Emit(OpCodes.Ldc_I4_0);
        _il.Emit(OpCodes.Ldc_I4, _frameSize);
        _il.Emit(OpCodes.Initblk);
    }

    /// <summary>Loads the native integer at an offset of the context.</summary>
    private void EmitLoadContext(int offset)
    {
        EmitContextAddress(offset);
        _il.Emit(OpCodes.Ldind_I);
    }

    private void EmitContextAddress(int offset)
    {
        _il.Emit(OpCodes.Ldarg_0);
        if (offset != 0)
        {
            EmitInteger(offset);
            _il.Emit(OpCodes.Add);
        }
    }

    private void EmitInteger(int value)
    {
        switch (value)
        {
            case -1:
                _il.Emit(OpCodes.Ldc_I4_M1);
                break;
            case 0:
                _il.Emit(OpCodes.Ldc_I4_0);
                break;
            case 1:
                _il.Emit(OpCodes.Ldc_I4_1);
                break;
            case 2:
                _il.Emit(OpCodes.Ldc_I4_2);
                break;
            case 4:
                _il.Emit(OpCodes.Ldc_I4_4);
                break;
            case 8:
                _il.Emit(OpCodes.Ldc_I4_8);
                break;
            case >= sbyte.MinValue and <= sbyte.MaxValue:
                _il.Emit(OpCodes.Ldc_I4_S, (sbyte)value);
                break;
            default:
                _il.Emit(OpCodes.Ldc_I4, value);
                break;
        }
    }

    private void Compile(in Instruction instruction)
    {
        var opcode = instruction.Opcode;
        if (InstructionTable.Signature(opcode) is { } signature)
        {
            CompileNumeric(opcode, signature);
        }
        else if (InstructionTable.Access(opcode) is { } access)
        {
            CompileAccess(in instruction, access);
        }
        else if (opcode is Opcode.Throw or Opcode.ThrowRef)
        {
            CompileThrow(in instruction);
        }
        else if (opcode == Opcode.TryTable)
        {
            OpenTryTable(in instruction);
        }
        else if (opcode <= Opcode.Return)
        {
            CompileControl(in instruction);
        }
        else if (opcode is Opcode.Call or Opcode.CallIndirect)
        {
            CompileCall(in instruction);
        }
        else if (opcode is Opcode.ReturnCall or Opcode.ReturnCallIndirect)
        {
            CompileTailCall(in instruction);
        }
        else if (opcode is >= Opcode.MemorySize and <= Opcode.MemoryGrow or >= Opcode.MemoryInit and <= Opcode.TableFill)
        {
            CompileBulk(in instruction);
        }
        else if (opcode >= Opcode.V128Load)
        {
            CompileVector(in instruction);
        }
        else
        {
            CompileVariable(in instruction);
        }
    }
}
