namespace Aspire.Hosting.ApplicationModel;

/// <summary>Marks a parameter that names a part of the model.</summary>
public interface IModelNameParameter
{
}

/// <summary>Marks a parameter that names a resource.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class ResourceNameAttribute : Attribute, IModelNameParameter
{
}

/// <summary>Marks a parameter that names an endpoint.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class EndpointNameAttribute : Attribute, IModelNameParameter
{
}

internal static class ModelName
{
    public const int MaxLength = 64;

    /// <summary>What is wrong with a name; null when nothing is.</summary>
    public static string? Validate(string kind, string name)
    {
        if (name.Length is 0 or > MaxLength)
        {
            return $"{kind} name '{name}' is invalid. It must be between 1 and {MaxLength} characters long.";
        }

        if (!name.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'))
        {
            return $"{kind} name '{name}' is invalid. It may contain only ASCII letters, digits and hyphens.";
        }

        if (!char.IsAsciiLetter(name[0]))
        {
            return $"{kind} name '{name}' is invalid. It must start with an ASCII letter.";
        }

        if (name[^1] == '-')
        {
            return $"{kind} name '{name}' is invalid. It must not end with a hyphen.";
        }

        return name.Contains("--", StringComparison.Ordinal)
            ? $"{kind} name '{name}' is invalid. It must not contain two hyphens in a row."
            : null;
    }
}
