using System.Reflection;
using System.Reflection.Emit;
using WasmLab.Wasm.Binary;
using WasmLab.Wasm.Runtime;
using WasmLab.Wasm.Validation;

namespace WasmLab.Wasm.Compilation;

/// <summary>
/// Loads, stores and the operations on whole ranges. The memory's base never moves and its length only grows; both are kept in
/// locals, and the length is read again after whatever may have changed it. A guarded memory needs no length.
/// </summary>
internal sealed partial class FunctionCompiler
{
    private static readonly Dictionary<string, MethodInfo> Calls =
        typeof(RuntimeCalls).GetMethods(BindingFlags.Public | BindingFlags.Static).ToDictionary(method => method.Name);

    private void CompileAccess(in Instruction instruction, MemoryAccess access)
    {
        var value = access.IsStore ? Pop() : null;
        var address = Pop();
        address = CheckAddress(address, instruction.Value, access.Size);
        if (value is null)
        {
            Push(Operand.Load(instruction.Opcode, access.Value, address, instruction.Value, MayTrap(address, instruction.Value, access.Size)));
            return;
        }

        SettleReadersOfMemory();
        EmitAddress(address, instruction.Value, keep: false);
        EmitOperand(value);
        EmitStoreInstruction(instruction.Opcode);
    }

    /// <summary>
    /// Emits the bounds check of an access, if it needs one. Returns the address: as a native integer when it is checked, and otherwise
    /// as it was.
    /// </summary>
    private Operand CheckAddress(Operand address, long offset, int size) =>
        MayTrap(address, offset, size) ? address : EmitBoundsCheck(address, offset, size);

    /// <summary>Whether an access is left to the guard pages.</summary>
    private bool MayTrap(Operand address, long offset, int size) =>
        _isMemoryGuarded && address.Type == ValueType.I32 && offset + size <= GuardedArena.MaxOffset && !IsWithinMinimum(address, offset, size);

    private bool IsWithinMinimum(Operand address, long offset, int size) =>
        address.Kind == OperandKind.Constant && (uint)address.Value + offset + size <= (long)_definition.Memories[0].Limits.Minimum * Memory.PageSize;

    private Operand EmitBoundsCheck(Operand address, long offset, int size)
    {
        if (address.Kind == OperandKind.Constant)
        {
            if (!IsWithinMinimum(address, offset, size))
            {
                EmitRefreshedMemoryLength();
                EmitNativeInteger((uint)address.Value + offset + size);
                EmitMemoryLength();
                _il.Emit(OpCodes.Bgt_Un, TrapLabel(TrapKind.OutOfBoundsMemoryAccess));
            }

            return address;
        }

        EmitRefreshedMemoryLength();
        var slot = _slots.Take(Native);
        EmitOperand(address);
        _il.Emit(OpCodes.Conv_U);
        _slots.EmitStore(slot);

        _slots.EmitLoad(slot);
        EmitNativeInteger(offset + size);
        _il.Emit(OpCodes.Add);
        EmitMemoryLength();
        _il.Emit(OpCodes.Bgt_Un, TrapLabel(TrapKind.OutOfBoundsMemoryAccess));
        return Operand.Temporary(slot, owned: true);
    }

    private void EmitAddress(Operand address, long offset, bool keep)
    {
        _il.Emit(OpCodes.Ldloc, _memoryBase!);
        if (address.Kind == OperandKind.Constant)
        {
            offset += (uint)address.Value;
        }
        else
        {
            EmitOperand(address, keep);
            if (address.Type != Native)
            {
                _il.Emit(OpCodes.Conv_U);
            }

            _il.Emit(OpCodes.Add);
        }

        if (offset != 0)
        {
            EmitNativeInteger(offset);
            _il.Emit(OpCodes.Add);
        }
    }

    /// <summary>An integer that is added to a native one: an int32 may stand for it when it is small enough.</summary>
    private void EmitNativeInteger(long value)
    {
        if (value <= int.MaxValue)
        {
            EmitInteger((int)value);
            _il.Emit(OpCodes.Conv_I);
        }
        else
        {
            _il.Emit(OpCodes.Ldc_I8, value);
            _il.Emit(OpCodes.Conv_I);
        }
    }

    /// <summary>
    /// Discards an expression, but not the traps in it: a load whose value nobody wants would be left out by the just-in-time compiler,
    /// or shortened, so it is checked instead.
    /// </summary>
    private void EmitDrop(Operand operand)
    {
        if (!operand.MayTrap)
        {
            Discard(operand);
        }
        else if (operand.Kind == OperandKind.Load)
        {
            Discard(EmitBoundsCheck(operand.Left!, operand.Value, InstructionTable.Access(operand.Opcode)!.Size));
        }
        else
        {
            EmitDrop(operand.Left!);
            if (operand.Right is { } right)
            {
                EmitDrop(right);
            }
        }
    }

    private void EmitReloadMemoryLength()
    {
        if (!_isMemoryGuarded)
        {
            EmitLoadContext(InstanceContext.MemoryLengthOffset);
            _il.Emit(OpCodes.Stloc, _memoryLength!);
        }

        _memoryLengthIsStale = false;
    }

    private void EmitMemoryLength()
    {
        if (_isMemoryGuarded)
        {
            EmitLoadContext(InstanceContext.MemoryLengthOffset);
        }
        else
        {
            _il.Emit(OpCodes.Ldloc, _memoryLength!);
        }
    }

    private void EmitRefreshedMemoryLength()
    {
        if (_memoryLengthIsStale && _summary.UsesMemory)
        {
            EmitReloadMemoryLength();
        }
    }

    private void EmitLoadInstruction(Opcode opcode)
    {
        if (opcode >= Opcode.V128Load)
        {
            VectorEmitter.EmitLoad(_il, opcode);
            return;
        }

        _il.Emit(opcode switch
        {
            Opcode.I32Load or Opcode.I64Load32S => OpCodes.Ldind_I4,
            Opcode.I64Load => OpCodes.Ldind_I8,
            Opcode.F32Load => OpCodes.Ldind_R4,
            Opcode.F64Load => OpCodes.Ldind_R8,
            Opcode.I32Load8S or Opcode.I64Load8S => OpCodes.Ldind_I1,
            Opcode.I32Load8U or Opcode.I64Load8U => OpCodes.Ldind_U1,
            Opcode.I32Load16S or Opcode.I64Load16S => OpCodes.Ldind_I2,
            Opcode.I32Load16U or Opcode.I64Load16U => OpCodes.Ldind_U2,
            _ => OpCodes.Ldind_U4,
        });
        if (opcode is Opcode.I64Load8S or Opcode.I64Load16S or Opcode.I64Load32S)
        {
            _il.Emit(OpCodes.Conv_I8);
        }
        else if (opcode is Opcode.I64Load8U or Opcode.I64Load16U or Opcode.I64Load32U)
        {
            _il.Emit(OpCodes.Conv_U8);
        }
    }

    private void EmitStoreInstruction(Opcode opcode)
    {
        if (opcode == Opcode.V128Store)
        {
            VectorEmitter.EmitStoreWhole(_il);
            return;
        }

        if (opcode is Opcode.I64Store8 or Opcode.I64Store16 or Opcode.I64Store32)
        {
            _il.Emit(OpCodes.Conv_I4);
        }

        _il.Emit(opcode switch
        {
            Opcode.I64Store => OpCodes.Stind_I8,
            Opcode.F32Store => OpCodes.Stind_R4,
            Opcode.F64Store => OpCodes.Stind_R8,
            Opcode.I32Store8 or Opcode.I64Store8 => OpCodes.Stind_I1,
            Opcode.I32Store16 or Opcode.I64Store16 => OpCodes.Stind_I2,
            _ => OpCodes.Stind_I4,
        });
    }

    private void CompileBulk(in Instruction instruction)
    {
        var (first, second) = ((int)instruction.First, (int)instruction.Second);
        switch (instruction.Opcode)
        {
            case Opcode.MemorySize:
                EmitRefreshedMemoryLength();
                EmitMemoryLength();
                EmitInteger(16);
                _il.Emit(OpCodes.Shr_Un);
                _il.Emit(OpCodes.Conv_I4);
                PushResult(ValueType.I32);
                break;
            case Opcode.MemoryGrow:
                CallRuntime(nameof(RuntimeCalls.MemoryGrow), 1, ValueType.I32);
                _memoryLengthIsStale = true;
                break;
            case Opcode.MemoryCopy:
                CallRuntime(nameof(RuntimeCalls.MemoryCopy), 3, null);
                break;
            case Opcode.MemoryFill:
                CallRuntime(nameof(RuntimeCalls.MemoryFill), 3, null);
                break;
            case Opcode.MemoryInit:
                CallRuntime(nameof(RuntimeCalls.MemoryInit), 3, null, first);
                break;
            case Opcode.DataDrop:
                CallRuntime(nameof(RuntimeCalls.DataDrop), 0, null, first);
                break;
            case Opcode.TableGet:
                CallRuntime(nameof(RuntimeCalls.TableGet), 1, _definition.Tables[first].Element, first);
                break;
            case Opcode.TableSet:
                CallRuntime(nameof(RuntimeCalls.TableSet), 2, null, first);
                break;
            case Opcode.TableSize:
                EmitLoadContext(_module.Layout.Table(first) + TableView.LengthOffset);
                _il.Emit(OpCodes.Conv_I4);
                PushResult(ValueType.I32);
                break;
            case Opcode.TableGrow:
                CallRuntime(nameof(RuntimeCalls.TableGrow), 2, ValueType.I32, first);
                break;
            case Opcode.TableFill:
                CallRuntime(nameof(RuntimeCalls.TableFill), 3, null, first);
                break;
            case Opcode.TableCopy:
                CallRuntime(nameof(RuntimeCalls.TableCopy), 3, null, first, second);
                break;
            case Opcode.TableInit:
                CallRuntime(nameof(RuntimeCalls.TableInit), 3, null, second, first);
                break;
            case Opcode.ElemDrop:
                CallRuntime(nameof(RuntimeCalls.ElementDrop), 0, null, first);
                break;
        }
    }

    /// <summary>Calls a helper with the context, operands from the stack, and indices that are known now.</summary>
    private void CallRuntime(string method, int operands, ValueType? result, params ReadOnlySpan<int> indices)
    {
        SettleReadersOfMemory();
        _il.Emit(OpCodes.Ldarg_0);
        EmitAndPop(operands);
        foreach (var index in indices)
        {
            EmitInteger(index);
        }

        _il.Emit(OpCodes.Call, Calls[method]);
        if (result is { } type)
        {
            PushResult(type);
        }
    }

    /// <summary>Puts the top operands on the IL stack, the topmost last.</summary>
    private void EmitAndPop(int count)
    {
        var first = _operands.Count - count;
        for (var i = first; i < _operands.Count; i++)
        {
            EmitOperand(_operands[i]);
        }

        _operands.RemoveRange(first, count);
        _settledBelow = Math.Min(_settledBelow, first);
    }
}
