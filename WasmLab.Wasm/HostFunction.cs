namespace WasmLab.Wasm;

/// <summary>A function of the host that guest code can call.</summary>
/// <param name="caller">The instance that imported the function; its memory and <see cref="Instance.HostState"/> are at hand.</param>
/// <param name="arguments">
/// One slot a parameter: an i32 zero-extended (cast it to <c>int</c> or <c>uint</c>), an i64 as it is, an f32 or f64 as its bits
/// (<see cref="BitConverter.Int32BitsToSingle"/>, <see cref="BitConverter.Int64BitsToDouble"/>), a reference as an opaque handle that
/// <see cref="Instance.GetReference"/> resolves (0 is null). Only a v128 has two slots, the lower half first.
/// </param>
/// <param name="results">One slot a result, to be filled in the same form; of an i32 or f32 the low half counts.</param>
/// <remarks>
/// An exception that it throws ends the guest and reaches the caller of <see cref="Function.Invoke(ReadOnlySpan{long}, Span{long})"/>
/// as it is. The spans live only during the call.
/// </remarks>
public delegate void HostFunction(Instance caller, ReadOnlySpan<long> arguments, Span<long> results);
