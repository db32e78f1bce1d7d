using System.Reflection.Emit;
using WasmLab.Wasm.Runtime;

namespace WasmLab.Wasm.Compilation;

/// <summary>The counting of fuel, in engines that ask for it.</summary>
internal sealed partial class FunctionCompiler
{
    private readonly FuelCosts? _fuel;
    private LocalBuilder? _fuelLeft;

    /// <summary>Takes fuel from the instance, and traps when it had too little. The IL stack must be empty.</summary>
    private void EmitFuel(int cost)
    {
        _fuelLeft ??= _il.DeclareLocal(typeof(long));
        EmitContextAddress(InstanceContext.FuelOffset);
        _il.Emit(OpCodes.Ldind_I8);
        EmitInteger(cost);
        _il.Emit(OpCodes.Conv_I8);
        _il.Emit(OpCodes.Sub);
        _il.Emit(OpCodes.Stloc, _fuelLeft);

        EmitContextAddress(InstanceContext.FuelOffset);
        _il.Emit(OpCodes.Ldloc, _fuelLeft);
        _il.Emit(OpCodes.Stind_I8);

        _il.Emit(OpCodes.Ldloc, _fuelLeft);
        _il.Emit(OpCodes.Ldc_I4_0);
        _il.Emit(OpCodes.Conv_I8);
        _il.Emit(OpCodes.Blt, TrapLabel(TrapKind.OutOfFuel));
    }
}
