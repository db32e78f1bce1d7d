using System.Globalization;
using System.Reflection;
using System.Reflection.Emit;
using System.Text;
using WasmLab.Wasm.Compilation;

namespace WasmLab.Wasm.Precompilation;

/// <summary>Methods of a class in an assembly that is going to be a file.</summary>
internal sealed class PersistedMethods(TypeBuilder type) : IMethodFactory
{
    private const int MaxNameLength = 100;

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    public (MethodInfo Method, ILGenerator IL) Define(string name, Type? result, Type[] parameters)
    {
        var method = type.DefineMethod(UniqueName(name), MethodAttributes.Public | MethodAttributes.Static, result, parameters);
        method.InitLocals = false;
        return (method, method.GetILGenerator());
    }

    // Guests' names may be anything; metadata, and what the compiler prints, is not prepared for that.
    private string UniqueName(string name)
    {
        var unique = new StringBuilder();
        foreach (var character in name.AsSpan(0, Math.Min(name.Length, MaxNameLength)))
        {
            unique.Append(char.IsAsciiLetterOrDigit(character) || character is '_' or '.' or '-' ? character : '_');
        }

        return unique.Append('#').Append((Count++).ToString(CultureInfo.InvariantCulture)).ToString();
    }
}
