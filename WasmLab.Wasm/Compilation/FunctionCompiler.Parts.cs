using System.Reflection;
using System.Reflection.Emit;
using WasmLab.Wasm.Binary;
using WasmLab.Wasm.Compilation.Division;

namespace WasmLab.Wasm.Compilation;

/// <summary>
/// Functions in several parts. A part is a method <c>int (context, frame, entry)</c>: the whole function, but where the code of another
/// part would stand it returns the number of that part and its entry. The function itself is a loop that calls the part it is told, until
/// one has left the results in the frame. Between the parts, the locals are in the frame, and no operand waits.
/// </summary>
internal sealed partial class FunctionCompiler
{
    private const int Finished = -1;
    private const int EntryBits = 16;

    // Of the limits of the just-in-time compiler: what a part is planned to take up. And how often a plan is made.
    private const double FullPart = 0.92;
    private const int MaxPlans = 4;

    private static readonly Type[] PartSignature = [typeof(nint), typeof(nint), typeof(int)];

    private readonly CodeOutline? _outline;
    private readonly Part? _part;
    private readonly List<(DividedLocals.PartLocal Local, Slot Slot, Slot Place)> _exchanged = [];
    private Label[] _entries = [];
    private Label _exit;
    private LocalBuilder? _next;

    private sealed record Part(int Number, FunctionDivision Division);

    /// <summary>What the function costs, and where it can be cut, is only measured when it could be too large.</summary>
    private bool MayBeTooLarge => CanBeDivided && IsLarge;

    private bool IsLarge => _module.Engine.Options.PartSize > 0 || (_body.End - _body.Start) * 16 > ILCost.MaxBytes;

    // A tail call needs the frame of the function; an exception in the frame would need a handle.
    private bool CanBeDivided => !_summary.HasTailCalls
        && _body.Locals.All(run => run.Type != ValueType.ExnRef) && !_type.Parameters.Contains(ValueType.ExnRef);

    /// <summary>Divides the function that was just compiled whole, if that is needed and possible.</summary>
    private CompiledFunction? Divide()
    {
        if (_outline is null || _il is not MeasuringGenerator measured)
        {
            return null;
        }

        var room = _module.Engine.Options.PartSize;
        if (room == 0 && measured.Cost.Weight <= 1)
        {
            return null;
        }

        // The plan estimates what the exchange of locals costs: when that was too little, it is made again.
        CompiledFunction? divided = null;
        var (full, largest) = (FullPart, double.MaxValue);
        for (var i = 0; i < MaxPlans && largest > 1 && DivisionPlan.Of(_outline, Measure(), full, room) is { } plan; i++)
        {
            divided = Compile(plan, out largest);
            full *= 0.98 / largest;
        }

        return divided;
    }

    private CompiledFunction Compile(DivisionPlan plan, out double largest)
    {
        var locals = new DividedLocals(_outline!, plan, local => _locals[local].Type);
        return EmitDivided(_methods, _module, _function, new FunctionDivision(plan, locals, _summary, _fuel), out largest);
    }

    private static CompiledFunction EmitDivided(IMethodFactory methods, Module module, int function, FunctionDivision division, out double largest)
    {
        List<MethodInfo> parts = [];
        var stackNeed = 0;
        largest = 0;
        for (var i = 0; i < division.Plan.Parts; i++)
        {
            var compiler = new FunctionCompiler(methods, module, function, frameSize: 0, isGuarded: true, new Part(i, division));
            compiler.Emit();
            parts.Add(compiler._method);
            stackNeed = Math.Max(stackNeed, compiler.StackNeed);
            largest = Math.Max(largest, ((MeasuringGenerator)compiler._il).Cost.Weight);
        }

        var whole = new FunctionCompiler(methods, module, function, division.Locals.FrameSize, isGuarded: true);
        whole.EmitCallsOfParts(parts, division.Locals, stackNeed);
        return new CompiledFunction(whole._method, StackNeed: 0, parts, division);
    }

    private ILCost Measure() => ((MeasuringGenerator)_il).Cost with { Locals = _outline!.Locals };

    private void Outline(in Instruction instruction)
    {
        if (_outline is null)
        {
            return;
        }

        var opcode = instruction.Opcode;
        if (_operands.Count == 0 && TryDepth == 0 && opcode is not (Opcode.End or Opcode.Else))
        {
            _outline.Point(instruction.Offset, Measure());
        }

        if (InstructionDecoder.OpensBlock(opcode))
        {
            _outline.Open(in instruction, Measure());
        }
        else if (opcode is Opcode.Br or Opcode.BrIf)
        {
            _outline.Branch([_frames.Count - 1 - (int)instruction.First], isConditional: opcode == Opcode.BrIf);
        }
        else if (opcode == Opcode.BrTable)
        {
            _outline.Branch(instruction.Many!.Select(label => _frames.Count - 1 - (int)label), isConditional: false);
        }
        else if (opcode is Opcode.Return or Opcode.Unreachable or Opcode.Throw or Opcode.ThrowRef)
        {
            _outline.Branch([], isConditional: false);
        }
        else if (opcode is Opcode.LocalGet or Opcode.LocalSet or Opcode.LocalTee)
        {
            _outline.Use(instruction.Offset, (int)instruction.First, isWrite: opcode != Opcode.LocalGet);
        }
    }

    private void OutlineEnd(in Instruction instruction)
    {
        if (_outline is null)
        {
            Compile(in instruction);
            return;
        }

        var frame = _frames[^1];
        var (isReached, isEmpty) = (!frame.Unreachable, _operands.Count == 0);
        var cost = Measure();
        Compile(in instruction);
        if (instruction.Opcode == Opcode.Else)
        {
            _outline.Else(instruction.Offset, cost, isReached, isEmpty);
        }
        else
        {
            _outline.Close(instruction.Offset, cost, isReached, isEmpty, frame.EndIsReached);
        }
    }

    private void EmitPartPrologue(Part part)
    {
        _slots.UseFrame();
        _slots.EmitLoadArgument(1);
        _il.Emit(OpCodes.Stloc, _slots.Frame!);
        _next = _il.DeclareLocal(typeof(int));
        _exit = _il.DefineLabel();

        var index = 0;
        foreach (var type in LocalTypes())
        {
            _locals.Add(new Slot(type, -1, null, part.Division.Locals.OffsetOf(index) ?? 0));
            index++;
        }

        foreach (var local in part.Division.Locals.UsedIn(part.Number).Where(local => !local.IsShared))
        {
            var place = _locals[local.Local];
            var slot = _slots.Declare(place.Type);
            _locals[local.Local] = slot;
            _exchanged.Add((local, slot, place));
        }

        EmitExchange(local => local.Load == DividedLocals.Transfer.Always, isLoad: true);

        EmitMemoryPrologue();
        var entries = part.Division.Plan.Regions.Where(region => region.Part == part.Number).ToArray();
        _entries = [.. entries.Select(_ => _il.DefineLabel())];
        Label[] detours = [.. entries.Select((region, i) => IsLoadedFor(region) ? _il.DefineLabel() : _entries[i])];
        var start = _il.DefineLabel();
        if (detours.Length > 0)
        {
            _slots.EmitLoadArgument(2);
            EmitInteger(1);
            _il.Emit(OpCodes.Sub);
            _il.Emit(OpCodes.Switch, detours);
        }

        EmitExchange(local => local.Load == DividedLocals.Transfer.WhereLive && part.Division.Locals.IsLive(local.Local, Liveness.FunctionStart), isLoad: true);
        _il.Emit(OpCodes.Br, start);
        for (var i = 0; i < entries.Length; i++)
        {
            if (detours[i] != _entries[i])
            {
                _il.MarkLabel(detours[i]);
                EmitExchange(local => local.Load == DividedLocals.Transfer.WhereLive && part.Division.Locals.IsLive(local.Local, entries[i].Start), isLoad: true);
                _il.Emit(OpCodes.Br, _entries[i]);
            }
        }

        _il.MarkLabel(start);

        bool IsLoadedFor(DivisionPlan.Region region) =>
            _exchanged.Any(entry => entry.Local.Load == DividedLocals.Transfer.WhereLive && part.Division.Locals.IsLive(entry.Local.Local, region.Start));
    }

    private void EmitExchange(Func<DividedLocals.PartLocal, bool> condition, bool isLoad)
    {
        foreach (var (_, slot, place) in _exchanged.Where(entry => condition(entry.Local)))
        {
            _slots.EmitLoad(isLoad ? place : slot);
            _slots.EmitStore(isLoad ? slot : place);
        }
    }

    private IEnumerable<ValueType> LocalTypes() =>
        _type.Parameters.Concat(_body.Locals.SelectMany(run => Enumerable.Repeat(run.Type, (int)run.Count)));

    /// <summary>Marks the entry where code of this part begins, and leaves the part, and passes over, what belongs to another.</summary>
    /// <returns>Whether something was passed over.</returns>
    private bool PassOver(Part part, ref WasmReader reader)
    {
        if (part.Division.Plan.RegionAt(reader.Position) is not { } region)
        {
            return false;
        }

        if (region.Part == part.Number)
        {
            EmitRefreshedMemoryLength();
            _il.MarkLabel(_entries[region.Entry - 1]);
            return false;
        }

        EmitExchange(local => local.Store == DividedLocals.Transfer.WhereLive && part.Division.Locals.IsLive(local.Local, region.Start), isLoad: false);
        _il.Emit(OpCodes.Ldc_I4, (region.Part << EntryBits) | region.Entry);
        _il.Emit(OpCodes.Stloc, _next!);
        _il.Emit(OpCodes.Br, _exit);
        reader.Skip(region.End - region.Start);
        _memoryLengthIsStale = false;

        // What follows is compiled as in the whole function, whether or not anything of this part leads there.
        _frames[^1].Unreachable = !region.EndIsReached;
        return true;
    }

    /// <summary>Whether branches that stand in other parts, too, lead to the end of a block.</summary>
    private bool IsReachedFromElsewhere(int block) => _part is { } part && part.Division.Plan.ReachedEnds.Contains(block);

    private void EmitPartReturn(bool keep)
    {
        var results = _type.Results;
        if (results.Length > 0)
        {
            EmitFrameAddress(DividedLocals.ResultOffset);
            EmitOperand(_operands[^results.Length], keep);
            Stubs.EmitStoreSlot(_il, results[0]);
        }

        EmitJump(_returnLabel ??= _il.DefineLabel(), tryDepth: 0);
    }

    private void EmitFrameAddress(int offset)
    {
        _il.Emit(OpCodes.Ldloc, _slots.Frame!);
        if (offset > 0)
        {
            EmitInteger(offset);
            _il.Emit(OpCodes.Add);
        }
    }

    private void EmitPartEpilogue()
    {
        if (_returnLabel is { } label)
        {
            _il.MarkLabel(label);
            EmitInteger(Finished);
            _il.Emit(OpCodes.Ret);
        }

        _il.MarkLabel(_exit);
        EmitExchange(local => local.Store == DividedLocals.Transfer.Always, isLoad: false);
        _il.Emit(OpCodes.Ldloc, _next!);
        _il.Emit(OpCodes.Ret);
    }

    /// <summary>The function itself: it makes the frame, and calls the parts.</summary>
    private void EmitCallsOfParts(List<MethodInfo> parts, DividedLocals locals, int stackNeed)
    {
        EmitStackCheck(_frameSize + stackNeed);
        if (_fuel is not null)
        {
            EmitFuel(_fuel.Entry);
        }

        _slots.UseFrame();
        EmitAllocateFrame();
        for (var i = 0; i < _type.Parameters.Length; i++)
        {
            if (locals.OffsetOf(i) is { } offset)
            {
                EmitFrameAddress(offset);
                _slots.EmitLoadArgument(i + 1);
                Stubs.EmitStoreSlot(_il, _type.Parameters[i]);
            }
        }

        if (_type.Results.Length > 1)
        {
            EmitFrameAddress(DividedLocals.ExtraResultsOffset);
            _slots.EmitLoadArgument(_type.Parameters.Length + 1);
            _il.Emit(OpCodes.Stind_I);
        }

        EmitLoopOverParts(parts);
        if (_type.Results.Length > 0)
        {
            EmitFrameAddress(DividedLocals.ResultOffset);
            Stubs.EmitLoadSlot(_il, _type.Results[0]);
        }

        _il.Emit(OpCodes.Ret);
        EmitEpilogues();
    }

    private void EmitLoopOverParts(List<MethodInfo> parts)
    {
        var (again, done) = (_il.DefineLabel(), _il.DefineLabel());
        var labels = parts.Select(_ => _il.DefineLabel()).ToArray();
        var next = _il.DeclareLocal(typeof(int));
        EmitInteger(0);
        _il.Emit(OpCodes.Stloc, next);
        _il.MarkLabel(again);
        _il.Emit(OpCodes.Ldloc, next);
        EmitInteger(EntryBits);
        _il.Emit(OpCodes.Shr);
        _il.Emit(OpCodes.Switch, labels);
        _il.Emit(OpCodes.Br, done);
        for (var i = 0; i < labels.Length; i++)
        {
            _il.MarkLabel(labels[i]);
            _il.Emit(OpCodes.Ldarg_0);
            _il.Emit(OpCodes.Ldloc, _slots.Frame!);
            _il.Emit(OpCodes.Ldloc, next);
            EmitInteger((1 << EntryBits) - 1);
            _il.Emit(OpCodes.And);
            _il.Emit(OpCodes.Call, parts[i]);
            _il.Emit(OpCodes.Stloc, next);
            _il.Emit(OpCodes.Br, again);
        }

        _il.MarkLabel(done);
    }
}
