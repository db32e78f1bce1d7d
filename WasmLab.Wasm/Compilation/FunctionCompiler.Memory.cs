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
        var memory = (int)instruction.Second;
        var address = CheckAddress(memory, Pop(), instruction.Value, access.Size);
        if (value is null)
        {
            Push(Operand.Load(instruction.Opcode, access.Value, memory, address, instruction.Value, MayTrap(memory, address, instruction.Value, access.Size)));
            return;
        }

        if (instruction.Opcode is >= Opcode.I32Store8 and <= Opcode.I64Store32)
        {
            value = CheckWhole(value);
        }

        SettleReadersOfMemory();
        EmitAddress(memory, address, instruction.Value, keep: false);
        EmitOperand(value);
        EmitStoreInstruction(instruction.Opcode);
    }

    /// <summary>
    /// Emits the bounds check of an access, if it needs one. Returns the address: as a native integer when it is checked, and otherwise
    /// as it was.
    /// </summary>
    private Operand CheckAddress(int memory, Operand address, long offset, int size) =>
        MayTrap(memory, address, offset, size) ? address : EmitBoundsCheck(memory, address, offset, size);

    /// <summary>Whether an access is left to the guard pages.</summary>
    private bool MayTrap(int memory, Operand address, long offset, int size) =>
        _isMemoryGuarded && address.Type == ValueType.I32 && offset + size <= GuardedArena.MaxOffset && !IsWithinMinimum(memory, address, offset, size);

    private bool IsWithinMinimum(int memory, Operand address, long offset, int size) =>
        address.Kind == OperandKind.Constant && (ulong)((uint)address.Value + offset + size) <= MinimumLength(memory);

    private Operand EmitBoundsCheck(int memory, Operand address, long offset, int size)
    {
        if (address.Type == ValueType.I64)
        {
            return CheckLongAddress(memory, address, (ulong)offset, (uint)size);
        }

        if (address.Kind == OperandKind.Constant)
        {
            if (!IsWithinMinimum(memory, address, offset, size))
            {
                EmitRefreshedMemoryLength();
                EmitNativeInteger((uint)address.Value + offset + size);
                EmitMemoryLength(memory);
                _il.Emit(OpCodes.Bgt_Un, TrapLabel(TrapKind.OutOfBoundsMemoryAccess));
            }

            return address;
        }

        EmitRefreshedMemoryLength();
        var slot = EmitToNative(address);
        _slots.EmitLoad(slot);
        EmitNativeInteger(offset + size);
        _il.Emit(OpCodes.Add);
        EmitMemoryLength(memory);
        _il.Emit(OpCodes.Bgt_Un, TrapLabel(TrapKind.OutOfBoundsMemoryAccess));
        return Operand.Temporary(slot, owned: true);
    }

    /// <summary>The check for 64 bits, where address and offset together could wrap around: it compares with the length less the rest.</summary>
    private Operand CheckLongAddress(int memory, Operand address, ulong offset, uint size)
    {
        EmitRefreshedMemoryLength();
        var slot = EmitToNative(address);
        var rest = offset + size;
        if (rest < offset)
        {
            _il.Emit(OpCodes.Ldc_I4_1);
            _il.Emit(OpCodes.Brtrue, TrapLabel(TrapKind.OutOfBoundsMemoryAccess));
        }
        else if (rest > MinimumLength(memory))
        {
            EmitMemoryLength(memory);
            EmitNativeInteger((long)rest);
            _il.Emit(OpCodes.Blt_Un, TrapLabel(TrapKind.OutOfBoundsMemoryAccess));
        }

        _slots.EmitLoad(slot);
        EmitMemoryLength(memory);
        EmitNativeInteger((long)rest);
        _il.Emit(OpCodes.Sub);
        _il.Emit(OpCodes.Bgt_Un, TrapLabel(TrapKind.OutOfBoundsMemoryAccess));
        return Operand.Temporary(slot, owned: true);
    }

    private Slot EmitToNative(Operand address)
    {
        var slot = _slots.Take(Native);
        EmitOperand(address);
        _il.Emit(OpCodes.Conv_U);
        _slots.EmitStore(slot);
        return slot;
    }

    private ulong MinimumLength(int memory) => _definition.Memories[memory].Limits.Minimum * Memory.PageSize;

    private void EmitAddress(int memory, Operand address, long offset, bool keep)
    {
        if (memory == 0)
        {
            _il.Emit(OpCodes.Ldloc, _memoryBase!);
        }
        else
        {
            EmitLoadContext(_module.Layout.Memory(memory) + MemoryView.BaseOffset);
        }

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

    private void EmitMemoryLength(int memory)
    {
        if (memory == 0 && !_isMemoryGuarded)
        {
            _il.Emit(OpCodes.Ldloc, _memoryLength!);
        }
        else
        {
            EmitLoadContext(_module.Layout.Memory(memory) + MemoryView.LengthOffset);
        }
    }

    /// <summary>An integer that is added to a native one: an int32 may stand for it when it is small enough.</summary>
    private void EmitNativeInteger(long value)
    {
        if (value is >= 0 and <= int.MaxValue)
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
            Discard(EmitBoundsCheck(operand.Memory, operand.Left!, operand.Value, InstructionTable.Access(operand.Opcode)!.Size));
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

    /// <summary>
    /// Sees to it that all of each load in an expression is in bounds although the user wants a part of the value: the just-in-time
    /// compiler would compute, and load, that part only.
    /// </summary>
    private Operand CheckWhole(Operand operand)
    {
        if (!operand.MayTrap)
        {
            return operand;
        }

        if (operand.Kind == OperandKind.Operation)
        {
            var left = CheckWhole(operand.Left!);
            return Operand.Operation(operand.Opcode, operand.Type, left, operand.Right is { } right ? CheckWhole(right) : null);
        }

        var size = InstructionTable.Access(operand.Opcode)!.Size;
        if (size == 1)
        {
            return operand;
        }

        var address = EmitBoundsCheck(operand.Memory, operand.Left!, operand.Value, size);
        return Operand.Load(operand.Opcode, operand.Type, operand.Memory, address, operand.Value, mayTrap: false);
    }

    /// <summary>Whether an instruction can do with less than all of its operands' bits.</summary>
    private static bool UsesParts(Opcode opcode) => opcode is Opcode.I32And or Opcode.I64And or Opcode.I32WrapI64
        or Opcode.I32Extend8S or Opcode.I32Extend16S or Opcode.I64Extend8S or Opcode.I64Extend16S or Opcode.I64Extend32S
        or Opcode.I32ReinterpretF32 or Opcode.I64ReinterpretF64 or Opcode.I8x16Splat or Opcode.I16x8Splat
        or Opcode.I8x16Swizzle or Opcode.I8x16RelaxedSwizzle or Opcode.F64x2PromoteLowF32x4 or Opcode.F64x2ConvertLowI32x4S or Opcode.F64x2ConvertLowI32x4U
        or (>= Opcode.I16x8ExtendLowI8x16S and <= Opcode.I16x8ExtendHighI8x16U) or (>= Opcode.I16x8ExtmulLowI8x16S and <= Opcode.I16x8ExtmulHighI8x16U)
        or (>= Opcode.I32x4ExtendLowI16x8S and <= Opcode.I32x4ExtendHighI16x8U) or (>= Opcode.I32x4ExtmulLowI16x8S and <= Opcode.I32x4ExtmulHighI16x8U)
        or (>= Opcode.I64x2ExtendLowI32x4S and <= Opcode.I64x2ExtendHighI32x4U) or (>= Opcode.I64x2ExtmulLowI32x4S and <= Opcode.I64x2ExtmulHighI32x4U);

    /// <summary>Whether an instruction can do with less than all bits of its second operand.</summary>
    private static bool UsesPartOfCount(Opcode opcode) => opcode is (>= Opcode.I32Shl and <= Opcode.I32Rotr) or (>= Opcode.I64Shl and <= Opcode.I64Rotr)
        || VectorInstructionTable.IsShift(opcode);

    private void EmitReloadMemoryLength()
    {
        if (!_isMemoryGuarded)
        {
            EmitLoadContext(InstanceContext.MemoryLengthOffset);
            _il.Emit(OpCodes.Stloc, _memoryLength!);
        }

        _memoryLengthIsStale = false;
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
                EmitMemoryLength(first);
                EmitInteger(16);
                _il.Emit(OpCodes.Shr_Un);
                EmitFromNative(_definition.Memories[first].AddressType);
                break;
            case Opcode.MemoryGrow:
                CallRuntime(nameof(RuntimeCalls.MemoryGrow), 1, _definition.Memories[first].AddressType, first);
                _memoryLengthIsStale = true;
                break;
            case Opcode.MemoryCopy:
                CallRuntime(nameof(RuntimeCalls.MemoryCopy), 3, null, _module.Layout.Memory(first), _module.Layout.Memory(second));
                break;
            case Opcode.MemoryFill:
                CallRuntime(nameof(RuntimeCalls.MemoryFill), 3, null, _module.Layout.Memory(first));
                break;
            case Opcode.MemoryInit:
                CallRuntime(nameof(RuntimeCalls.MemoryInit), 3, null, first, _module.Layout.Memory(second));
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
                EmitFromNative(_definition.Tables[first].AddressType);
                break;
            case Opcode.TableGrow:
                CallRuntime(nameof(RuntimeCalls.TableGrow), 2, _definition.Tables[first].AddressType, first);
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

    /// <summary>Pushes a size that lies on the IL stack as a native integer.</summary>
    private void EmitFromNative(ValueType type)
    {
        _il.Emit(type == ValueType.I64 ? OpCodes.Conv_U8 : OpCodes.Conv_I4);
        PushResult(type);
    }

    /// <summary>Calls a helper with the context, operands from the stack, and numbers that are known now.</summary>
    private void CallRuntime(string name, int operands, ValueType? result, params ReadOnlySpan<int> numbers)
    {
        SettleReadersOfMemory();
        var method = Calls[name];
        var parameters = method.GetParameters();
        var first = _operands.Count - operands;
        _il.Emit(OpCodes.Ldarg_0);
        for (var i = 0; i < operands; i++)
        {
            var operand = _operands[first + i];
            EmitOperand(operand);
            if (operand.Type == ValueType.I32 && parameters[i + 1].ParameterType == typeof(long))
            {
                _il.Emit(OpCodes.Conv_U8);
            }
            else if (operand.Type == ValueType.ExnRef)
            {
                _il.Emit(OpCodes.Call, Stubs.HandleOf);
            }
        }

        RemoveOperands(first);
        foreach (var number in numbers)
        {
            EmitInteger(number);
        }

        _il.Emit(OpCodes.Call, method);
        if (result is { } type)
        {
            if (type == ValueType.I32 && method.ReturnType == typeof(long))
            {
                _il.Emit(OpCodes.Conv_I4);
            }
            else if (type == ValueType.ExnRef)
            {
                _il.Emit(OpCodes.Call, Stubs.FromHandle);
            }

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

        RemoveOperands(first);
    }

    private void RemoveOperands(int first)
    {
        _operands.RemoveRange(first, _operands.Count - first);
        _settledBelow = Math.Min(_settledBelow, first);
    }
}
