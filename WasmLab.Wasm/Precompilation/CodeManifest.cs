namespace WasmLab.Wasm.Precompilation;

/// <summary>Which methods of a module's assembly are what: rows of its table of methods, 0 for none.</summary>
/// <param name="Functions">The functions that the module defines, in order.</param>
/// <param name="Types">Its types, in order.</param>
internal sealed record CodeManifest(int[] Functions, CodeManifest.TypeRows[] Types)
{
    /// <summary>How many functions have code.</summary>
    public int CompiledFunctions => Functions.Count(row => row != 0);

    public void Write(BinaryWriter writer)
    {
        writer.Write(Functions.Length);
        foreach (var row in Functions)
        {
            writer.Write(row);
        }

        writer.Write(Types.Length);
        foreach (var type in Types)
        {
            writer.Write(type.TypeId);
            writer.Write(type.Entry);
            writer.Write(type.Lazy);
            writer.Write(type.Host);
        }
    }

    public static CodeManifest Read(BinaryReader reader)
    {
        var functions = new int[reader.ReadInt32()];
        for (var i = 0; i < functions.Length; i++)
        {
            functions[i] = reader.ReadInt32();
        }

        var types = new TypeRows[reader.ReadInt32()];
        for (var i = 0; i < types.Length; i++)
        {
            types[i] = new TypeRows(reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt32());
        }

        return new CodeManifest(functions, types);
    }

    /// <summary>A type: the number that the code compares in indirect calls, and the stubs.</summary>
    internal readonly record struct TypeRows(int TypeId, int Entry, int Lazy, int Host);
}
