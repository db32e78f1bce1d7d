using WasmLab.Wasm.Binary;

namespace WasmLab.Wasm.Validation;

/// <summary>
/// Validates a function's body by the algorithm in the specification's appendix. Nesting is kept on stacks of its own, so no depth of it
/// can exhaust the thread's. One object validates many functions, one after the other.
/// </summary>
internal sealed partial class FunctionValidator(ModuleDefinition module, bool[] declaredFunctions)
{
    private static readonly ValueType[] None = [];
    private static readonly ValueType[][] Single = CreateSingle();

    private readonly OperandStack _stack = new();
    private int[] _checkedLabels = [];
    private int _branchTables;
    private LocalTypes _locals;
    private FunctionType _type = null!;

    public void Validate(FunctionType type, CodeBody body)
    {
        var reader = module.Reader(body.Start, body.End, "code");
        _locals = new LocalTypes(type, body);
        _type = type;
        _stack.Clear();
        _stack.PushFrame(Opcode.Block, None, type.Results);
        while (_stack.Depth > 0)
        {
            if (reader.AtEnd)
            {
                throw reader.Malformed("unexpected end of section or function: END opcode expected");
            }

            InstructionDecoder.Read(ref reader, out var instruction);
            Check(in instruction, in reader);
            if (_stack.Height > Limit.OperandStack)
            {
                throw reader.TooLarge($"operand stack too high: the limit is {Limit.OperandStack} values", instruction.Offset);
            }
        }

        if (!reader.AtEnd)
        {
            throw reader.Malformed("section size mismatch: END opcode expected at the end of the function only");
        }
    }

    /// <summary>What a block takes and gives.</summary>
    public static (IReadOnlyList<ValueType> Parameters, IReadOnlyList<ValueType> Results) BlockType(ModuleDefinition module, long type) => type switch
    {
        InstructionDecoder.EmptyBlock => (None, None),
        >= 0 => (module.Types[(int)type].Parameters, module.Types[(int)type].Results),
        _ => (None, Single[type & 0x7F]),
    };

    private static ValueType[][] CreateSingle()
    {
        var single = new ValueType[128][];
        for (var i = 0; i < single.Length; i++)
        {
            single[i] = [(ValueType)i];
        }

        return single;
    }

    private void Check(in Instruction instruction, in WasmReader reader)
    {
        var at = instruction.Offset;
        if (InstructionTable.Signature(instruction.Opcode) is { } signature)
        {
            var parameters = signature.Parameters;
            for (var i = parameters.Length - 1; i >= 0; i--)
            {
                _stack.Pop(parameters[i], reader, at);
            }

            _stack.Push(signature.Result);
            return;
        }

        if (InstructionTable.Access(instruction.Opcode) is { } access)
        {
            CheckAccess(in instruction, access, in reader);
            return;
        }

        switch (instruction.Opcode)
        {
            case <= Opcode.ReturnCallIndirect or Opcode.TryTable:
                CheckControl(in instruction, in reader);
                break;
            case <= Opcode.SelectTyped:
                CheckParametric(in instruction, in reader);
                break;
            case <= Opcode.GlobalSet:
                CheckVariable(in instruction, in reader);
                break;
            case Opcode.TableGet or Opcode.TableSet:
            case >= Opcode.TableInit and <= Opcode.TableFill:
                CheckTable(in instruction, in reader);
                break;
            case >= Opcode.V128Load:
                CheckVector(in instruction, in reader);
                break;
            case Opcode.RefNull or Opcode.RefIsNull or Opcode.RefFunc:
                CheckReference(in instruction, in reader);
                break;
            default:
                CheckMemoryOrConstant(in instruction, in reader);
                break;
        }
    }

    private void CheckControl(in Instruction instruction, in WasmReader reader)
    {
        var at = instruction.Offset;
        switch (instruction.Opcode)
        {
            case Opcode.Unreachable:
                _stack.SetUnreachable();
                break;
            case Opcode.Nop:
                break;
            case Opcode.Block or Opcode.Loop or Opcode.If:
                OpenBlock(in instruction, in reader);
                break;
            case Opcode.TryTable:
                CheckTryTable(in instruction, in reader);
                break;
            case Opcode.Throw:
                _stack.Pop(TagParameters(instruction.First, in reader, at), reader, at);
                _stack.SetUnreachable();
                break;
            case Opcode.ThrowRef:
                _stack.Pop(ValueType.ExnRef, reader, at);
                _stack.SetUnreachable();
                break;
            case Opcode.Else:
                if (_stack.Top.Opcode != Opcode.If)
                {
                    throw reader.Malformed("END opcode expected: else without if", at);
                }

                var then = _stack.PopFrame(reader, at);
                _stack.PushFrame(Opcode.Else, then.Parameters, then.Results);
                break;
            case Opcode.End:
                var closed = _stack.PopFrame(reader, at);
                if (closed.Opcode == Opcode.If && !closed.Parameters.SequenceEqual(closed.Results))
                {
                    throw reader.Invalid("type mismatch: an if without else must give what it takes", at);
                }

                if (_stack.Depth > 0)
                {
                    _stack.Push(closed.Results);
                }

                break;
            case Opcode.Br:
                _stack.Pop(LabelTypes(instruction.First, in reader, at), reader, at);
                _stack.SetUnreachable();
                break;
            case Opcode.BrIf:
                _stack.Pop(ValueType.I32, reader, at);
                var types = LabelTypes(instruction.First, in reader, at);
                _stack.Pop(types, reader, at);
                _stack.Push(types);
                break;
            case Opcode.BrTable:
                CheckBranchTable(in instruction, in reader);
                break;
            case Opcode.Return:
                _stack.Pop(_type.Results, reader, at);
                _stack.SetUnreachable();
                break;
            case Opcode.Call:
                CheckCall(Callee(in instruction, in reader), in reader, at);
                break;
            case Opcode.CallIndirect:
                CheckCall(IndirectCallee(in instruction, in reader), in reader, at);
                break;
            case Opcode.ReturnCall:
                CheckTailCall(Callee(in instruction, in reader), in reader, at);
                break;
            case Opcode.ReturnCallIndirect:
                CheckTailCall(IndirectCallee(in instruction, in reader), in reader, at);
                break;
        }
    }

    private FunctionType Callee(in Instruction instruction, in WasmReader reader) => instruction.First < module.Functions.Count
        ? module.FunctionType(instruction.First)
        : throw reader.Invalid($"unknown function {instruction.First}", instruction.Offset);

    private FunctionType IndirectCallee(in Instruction instruction, in WasmReader reader)
    {
        var at = instruction.Offset;
        var table = CheckTableIndex(instruction.Second, in reader, at);
        if (table.Element != ValueType.FuncRef)
        {
            throw reader.Invalid("type mismatch: an indirect call needs a table of funcref", at);
        }

        if (instruction.First >= module.Types.Count)
        {
            throw reader.Invalid($"unknown type {instruction.First}", at);
        }

        _stack.Pop(table.AddressType, reader, at);
        return module.Types[(int)instruction.First];
    }

    private void OpenBlock(in Instruction instruction, in WasmReader reader)
    {
        if (instruction.Value >= module.Types.Count)
        {
            throw reader.Invalid($"unknown type {instruction.Value}", instruction.Offset);
        }

        if (instruction.Opcode == Opcode.If)
        {
            _stack.Pop(ValueType.I32, reader, instruction.Offset);
        }

        var (parameters, results) = BlockType(module, instruction.Value);
        _stack.Pop(parameters, reader, instruction.Offset);
        _stack.PushFrame(instruction.Opcode, parameters, results);
    }

    private void CheckTryTable(in Instruction instruction, in WasmReader reader)
    {
        var at = instruction.Offset;
        foreach (var clause in instruction.Catches!)
        {
            IEnumerable<ValueType> given = clause.Tag is { } tag ? TagParameters(tag, in reader, at) : None;
            if (!LabelTypes(clause.Label, in reader, at).SequenceEqual(clause.TakesReference ? given.Append(ValueType.ExnRef) : given))
            {
                throw reader.Invalid("type mismatch: a catch clause gives other values than its label takes", at);
            }
        }

        OpenBlock(in instruction, in reader);
    }

    private IReadOnlyList<ValueType> TagParameters(uint tag, in WasmReader reader, int offset) => tag < module.Tags.Count
        ? module.Types[module.Tags[(int)tag]].Parameters
        : throw reader.Invalid($"unknown tag {tag}", offset);

    private IReadOnlyList<ValueType> LabelTypes(uint label, in WasmReader reader, int offset) => label < (uint)_stack.Depth
        ? _stack.Label((int)label).LabelTypes
        : throw reader.Invalid($"unknown label {label}", offset);

    private void CheckBranchTable(in Instruction instruction, in WasmReader reader)
    {
        var at = instruction.Offset;
        _stack.Pop(ValueType.I32, reader, at);
        var targets = instruction.Many!;
        var arity = LabelTypes(targets[^1], in reader, at).Count;
        if (_checkedLabels.Length < _stack.Depth)
        {
            _checkedLabels = new int[_stack.Depth * 2];
        }

        _branchTables++;
        foreach (var target in targets)
        {
            var types = LabelTypes(target, in reader, at);
            if (_checkedLabels[target] == _branchTables)
            {
                continue;
            }

            _checkedLabels[target] = _branchTables;
            if (types.Count != arity)
            {
                throw reader.Invalid("type mismatch: the labels of a br_table take different numbers of values", at);
            }

            _stack.Peek(types, reader, at);
        }

        _stack.Pop(LabelTypes(targets[^1], in reader, at), reader, at);
        _stack.SetUnreachable();
    }

    private void CheckCall(FunctionType type, in WasmReader reader, int offset)
    {
        _stack.Pop(type.Parameters, reader, offset);
        _stack.Push(type.Results);
    }

    private void CheckTailCall(FunctionType type, in WasmReader reader, int offset)
    {
        _stack.Pop(type.Parameters, reader, offset);
        if (!type.Results.SequenceEqual(_type.Results))
        {
            throw reader.Invalid($"type mismatch: the callee gives {type}, the function {_type}", offset);
        }

        _stack.SetUnreachable();
    }

    private void CheckParametric(in Instruction instruction, in WasmReader reader)
    {
        var at = instruction.Offset;
        if (instruction.Opcode == Opcode.Drop)
        {
            _stack.Pop(reader, at);
            return;
        }

        _stack.Pop(ValueType.I32, reader, at);
        if (instruction.Many is { } types)
        {
            if (types.Length != 1)
            {
                throw reader.Invalid("invalid result arity: a select has one result", at);
            }

            _stack.Pop((ValueType)types[0], reader, at);
            _stack.Pop((ValueType)types[0], reader, at);
            _stack.Push((ValueType)types[0]);
            return;
        }

        var second = _stack.Pop(reader, at);
        var first = _stack.Pop(second, reader, at);
        if (first.IsReference() || second.IsReference())
        {
            throw reader.Invalid("type mismatch: a select of references must name their type", at);
        }

        _stack.Push(first == ValueType.None ? second : first);
    }

    private void CheckVariable(in Instruction instruction, in WasmReader reader)
    {
        var at = instruction.Offset;
        var isGlobal = instruction.Opcode is Opcode.GlobalGet or Opcode.GlobalSet;
        if (instruction.First >= (isGlobal ? module.Globals.Count : _locals.Count))
        {
            throw reader.Invalid($"unknown {(isGlobal ? "global" : "local")} {instruction.First}", at);
        }

        var index = (int)instruction.First;
        switch (instruction.Opcode)
        {
            case Opcode.LocalGet:
                _stack.Push(_locals[index]);
                break;
            case Opcode.LocalSet:
                _stack.Pop(_locals[index], reader, at);
                break;
            case Opcode.LocalTee:
                _stack.Pop(_locals[index], reader, at);
                _stack.Push(_locals[index]);
                break;
            case Opcode.GlobalGet:
                _stack.Push(module.Globals[index].Value);
                break;
            case Opcode.GlobalSet:
                if (!module.Globals[index].IsMutable)
                {
                    throw reader.Invalid($"global is immutable: {index}", at);
                }

                _stack.Pop(module.Globals[index].Value, reader, at);
                break;
        }
    }

    private void CheckTable(in Instruction instruction, in WasmReader reader)
    {
        var at = instruction.Offset;
        var table = (int)instruction.First;
        switch (instruction.Opcode)
        {
            case Opcode.TableGet:
                CheckTableIndex(instruction.First, in reader, at);
                _stack.Pop(IndexType(table), reader, at);
                _stack.Push(ElementType(table));
                break;
            case Opcode.TableSet:
                CheckTableIndex(instruction.First, in reader, at);
                _stack.Pop(ElementType(table), reader, at);
                _stack.Pop(IndexType(table), reader, at);
                break;
            case Opcode.TableSize:
                CheckTableIndex(instruction.First, in reader, at);
                _stack.Push(IndexType(table));
                break;
            case Opcode.TableGrow:
                CheckTableIndex(instruction.First, in reader, at);
                _stack.Pop(IndexType(table), reader, at);
                _stack.Pop(ElementType(table), reader, at);
                _stack.Push(IndexType(table));
                break;
            case Opcode.TableFill:
                CheckTableIndex(instruction.First, in reader, at);
                _stack.Pop(IndexType(table), reader, at);
                _stack.Pop(ElementType(table), reader, at);
                _stack.Pop(IndexType(table), reader, at);
                break;
            case Opcode.TableCopy:
                var (target, source) = (CheckTableIndex(instruction.First, in reader, at), CheckTableIndex(instruction.Second, in reader, at));
                RequireSameType(target.Element, source.Element, in reader, at);
                PopRange(target.AddressType, source.AddressType, Narrower(target.AddressType, source.AddressType), in reader, at);
                break;
            case Opcode.TableInit:
                var initialized = CheckTableIndex(instruction.Second, in reader, at);
                RequireSameType(CheckElementSegment(instruction.First, in reader, at), initialized.Element, in reader, at);
                PopRange(initialized.AddressType, ValueType.I32, ValueType.I32, in reader, at);
                break;
            case Opcode.ElemDrop:
                CheckElementSegment(instruction.First, in reader, at);
                break;
        }
    }

    private ValueType ElementType(int table) => module.Tables[table].Element;

    private ValueType IndexType(int table) => module.Tables[table].AddressType;

    private void CheckReference(in Instruction instruction, in WasmReader reader)
    {
        var at = instruction.Offset;
        switch (instruction.Opcode)
        {
            case Opcode.RefNull:
                _stack.Push((ValueType)instruction.First);
                break;
            case Opcode.RefIsNull:
                var type = _stack.Pop(reader, at);
                if (type != ValueType.None && !type.IsReference())
                {
                    throw reader.Invalid($"type mismatch: expected a reference, found {type.Name()}", at);
                }

                _stack.Push(ValueType.I32);
                break;
            case Opcode.RefFunc:
                if (instruction.First >= module.Functions.Count)
                {
                    throw reader.Invalid($"unknown function {instruction.First}", at);
                }

                if (!declaredFunctions[instruction.First])
                {
                    throw reader.Invalid($"undeclared function reference {instruction.First}", at);
                }

                _stack.Push(ValueType.FuncRef);
                break;
        }
    }

    private void CheckMemoryOrConstant(in Instruction instruction, in WasmReader reader)
    {
        var at = instruction.Offset;
        switch (instruction.Opcode)
        {
            case Opcode.I32Const:
                _stack.Push(ValueType.I32);
                break;
            case Opcode.I64Const:
                _stack.Push(ValueType.I64);
                break;
            case Opcode.F32Const:
                _stack.Push(ValueType.F32);
                break;
            case Opcode.F64Const:
                _stack.Push(ValueType.F64);
                break;
            case Opcode.MemorySize:
                _stack.Push(AddressType(instruction.First, in reader, at));
                break;
            case Opcode.MemoryGrow:
                _stack.Pop(AddressType(instruction.First, in reader, at), reader, at);
                _stack.Push(AddressType(instruction.First, in reader, at));
                break;
            case Opcode.MemoryCopy:
                var (target, source) = (AddressType(instruction.First, in reader, at), AddressType(instruction.Second, in reader, at));
                PopRange(target, source, Narrower(target, source), in reader, at);
                break;
            case Opcode.MemoryFill:
                var filled = AddressType(instruction.First, in reader, at);
                PopRange(filled, ValueType.I32, filled, in reader, at);
                break;
            case Opcode.MemoryInit:
                var initialized = AddressType(instruction.Second, in reader, at);
                CheckDataSegment(instruction.First, in reader, at);
                PopRange(initialized, ValueType.I32, ValueType.I32, in reader, at);
                break;
            case Opcode.DataDrop:
                CheckDataSegment(instruction.First, in reader, at);
                break;
            default:
                throw reader.Malformed($"illegal opcode {(int)instruction.Opcode:x2}", at);
        }
    }

    private void CheckAccess(in Instruction instruction, MemoryAccess access, in WasmReader reader)
    {
        if (access.IsStore)
        {
            _stack.Pop(access.Value, reader, instruction.Offset);
            CheckAddress(in instruction, access, in reader);
        }
        else
        {
            CheckAddress(in instruction, access, in reader);
            _stack.Push(access.Value);
        }
    }

    private void CheckAddress(in Instruction instruction, MemoryAccess access, in WasmReader reader)
    {
        var at = instruction.Offset;
        var addressType = AddressType(instruction.Second, in reader, at);
        if (instruction.First > (uint)access.NaturalAlignment)
        {
            throw reader.Invalid("alignment must not be larger than natural", at);
        }

        if (addressType == ValueType.I32 && (ulong)instruction.Value > uint.MaxValue)
        {
            throw reader.Invalid("offset out of range", at);
        }

        _stack.Pop(addressType, reader, at);
    }

    /// <summary>Pops what a bulk operation takes: where to, where from or a value, and how many.</summary>
    private void PopRange(ValueType target, ValueType source, ValueType count, in WasmReader reader, int offset)
    {
        _stack.Pop(count, reader, offset);
        _stack.Pop(source, reader, offset);
        _stack.Pop(target, reader, offset);
    }

    private static ValueType Narrower(ValueType left, ValueType right) =>
        left == ValueType.I64 && right == ValueType.I64 ? ValueType.I64 : ValueType.I32;

    private ValueType AddressType(uint memory, in WasmReader reader, int offset) => memory < module.Memories.Count
        ? module.Memories[(int)memory].AddressType
        : throw reader.Invalid($"unknown memory {memory}", offset);

    private static void RequireSameType(ValueType left, ValueType right, in WasmReader reader, int offset)
    {
        if (left != right)
        {
            throw reader.Invalid($"type mismatch: {left.Name()} and {right.Name()}", offset);
        }
    }

    private TableType CheckTableIndex(uint table, in WasmReader reader, int offset) => table < module.Tables.Count
        ? module.Tables[(int)table]
        : throw reader.Invalid($"unknown table {table}", offset);

    private ValueType CheckElementSegment(uint segment, in WasmReader reader, int offset) => segment < module.Elements.Count
        ? module.Elements[(int)segment].Type
        : throw reader.Invalid($"unknown elem segment {segment}", offset);

    private void CheckDataSegment(uint segment, in WasmReader reader, int offset)
    {
        if (segment >= (uint)module.Data.Count)
        {
            throw reader.Invalid($"unknown data segment {segment}", offset);
        }

        if (module.DataCount is null)
        {
            throw reader.Malformed("data count section required", offset);
        }
    }
}
