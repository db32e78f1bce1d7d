namespace WasmLab.Wasm.Compilation;
internal sealed class CompiledModule(Module module)
{
    public nint CodeOf(int function) => throw new NotSupportedException(module.ToString() + function);
}
