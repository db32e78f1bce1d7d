namespace WasmLab.Wasm;

/// <summary>A module cannot be instantiated because an import is missing, or is of another type than the module needs.</summary>
public sealed class LinkException : Exception
{
    /// <summary>Names the import and what is wrong with it.</summary>
    /// <param name="import">The import that cannot be satisfied.</param>
    /// <param name="found">What was offered under that name, or null when nothing was.</param>
    public LinkException(ImportType import, string? found)
        : base(Describe(import, found)) => Import = import;

    internal LinkException(string message)
        : base(message)
    {
    }

    internal LinkException(string message, Exception cause)
        : base(message, cause)
    {
    }

    /// <summary>The import that could not be satisfied; null when the failure is not about one import.</summary>
    public ImportType? Import { get; }

    private static string Describe(ImportType import, string? found)
    {
        ArgumentNullException.ThrowIfNull(import);
        return found is null
            ? $"unknown import: {import.Module}.{import.Name} is not defined (needed: {import.Type})"
            : $"incompatible import type: {import.Module}.{import.Name} must be {import.Type}, but is {found}";
    }
}
