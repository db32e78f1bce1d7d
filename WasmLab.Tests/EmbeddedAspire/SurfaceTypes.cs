using System.Reflection;

namespace WasmLab.Tests.EmbeddedAspire;

/// <summary>Writes types in the form of the published list.</summary>
internal static class SurfaceTypes
{
    private static readonly NullabilityInfoContext s_nullability = new();

    private static readonly Dictionary<Type, string> s_keywords = new()
    {
        [typeof(void)] = "void",
        [typeof(object)] = "object",
        [typeof(string)] = "string",
        [typeof(bool)] = "bool",
        [typeof(int)] = "int",
        [typeof(long)] = "long",
        [typeof(double)] = "double",
        [typeof(byte)] = "byte",
    };

    /// <summary>The line of a type, without what it derives from.</summary>
    public static string Declaration(Type type)
    {
        var prefix = type.GetCustomAttributesData().Select(a => (a.AttributeType.Name, a)).Select(a => a.Name switch
        {
            "ExperimentalAttribute" => $"[Experimental {a.a.ConstructorArguments[0].Value}] ",
            "ObsoleteAttribute" when !type.IsByRefLike => "[Obsolete] ",
            _ => "",
        });
        return $"{string.Concat(prefix)}TYPE {Kind(type)} {Self(type)}{Constraints(type.GetGenericArguments())}";
    }

    /// <summary>The base type and the interfaces that it adds.</summary>
    public static IEnumerable<string> Bases(Type type, out IReadOnlySet<string> ofBase)
    {
        var inherited = type.BaseType?.GetInterfaces() ?? [];
        ofBase = inherited.Select(i => Plain(i)).ToHashSet();
        var result = type.GetInterfaces().Except(inherited).Select(i => Plain(i)).ToList();
        if (type.BaseType is { } baseType && !type.IsValueType && baseType != typeof(object))
        {
            result.Insert(0, Plain(baseType));
        }

        return type.IsEnum ? [] : result;
    }

    public static string Self(Type type) => type.IsGenericTypeDefinition
        ? $"{Bare(type)}<{string.Join(", ", type.GetGenericArguments().Select(a => Variance(a) + a.Name))}>"
        : Bare(type);

    public static string Bare(Type type) => type.Name.Split('`')[0];

    public static string Name(ParameterInfo parameter) => Name(s_nullability.Create(parameter), parameter.ParameterType);

    public static string Name(PropertyInfo property) => Name(s_nullability.Create(property), property.PropertyType);

    public static string Name(FieldInfo field) => Name(s_nullability.Create(field), field.FieldType);

    public static string Constraints(Type[] parameters) => string.Concat(parameters.Select(p =>
    {
        var attributes = p.GenericParameterAttributes;
        var parts = new List<string>();
        if (attributes.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint))
        {
            parts.Add("class");
        }

        parts.AddRange(p.GetGenericParameterConstraints().Select(c => Plain(c)));
        if (attributes.HasFlag(GenericParameterAttributes.DefaultConstructorConstraint))
        {
            parts.Add("new()");
        }

        return parts.Count == 0 ? "" : $" where {p.Name} : {string.Join(", ", parts)}";
    }));

    private static string Kind(Type type)
    {
        if (type.IsInterface)
        {
            return "interface";
        }

        if (type.IsValueType)
        {
            return type.IsEnum ? "enum" : "struct";
        }

        var record = type.GetMethod("<Clone>$", BindingFlags.Public | BindingFlags.Instance) is not null ? "record " : "";
        return type switch
        {
            { IsAbstract: true, IsSealed: true } => "static class",
            { IsAbstract: true } => $"abstract {record}class",
            { IsSealed: true } => $"sealed {record}class",
            _ => $"{record}class",
        };
    }

    private static string Variance(Type parameter)
        => parameter.GenericParameterAttributes.HasFlag(GenericParameterAttributes.Covariant) ? "out " : "";

    private static string Name(NullabilityInfo nullability, Type type)
    {
        if (type.IsByRef)
        {
            type = type.GetElementType()!;
        }

        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            return Plain(underlying) + "?";
        }

        var mark = !type.IsValueType && nullability.ReadState == NullabilityState.Nullable && !(type.IsGenericParameter && nullability.WriteState != NullabilityState.Nullable) ? "?" : "";
        if (type.IsArray)
        {
            return Name(nullability.ElementType!, type.GetElementType()!) + "[]" + mark;
        }

        if (!type.IsGenericType)
        {
            return Plain(type) + mark;
        }

        if (type.IsGenericTypeDefinition)
        {
            return Self(type) + mark;
        }

        var arguments = type.GetGenericArguments();
        var known = nullability.GenericTypeArguments;
        return $"{Bare(type)}<{string.Join(", ", arguments.Select((a, i) => i < known.Length ? Name(known[i], a) : Plain(a)))}>{mark}";
    }

    private static string Plain(Type type)
    {
        if (s_keywords.TryGetValue(type, out var keyword))
        {
            return keyword;
        }

        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            return Plain(underlying) + "?";
        }

        if (type.IsArray)
        {
            return Plain(type.GetElementType()!) + "[]";
        }

        return type.IsGenericType
            ? $"{Bare(type)}<{string.Join(", ", type.GetGenericArguments().Select(Plain))}>"
            : type.Name;
    }
}
