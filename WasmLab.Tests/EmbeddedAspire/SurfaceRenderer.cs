using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace WasmLab.Tests.EmbeddedAspire;

/// <summary>Writes public types and members in the form of the published list: a line each.</summary>
internal static class SurfaceRenderer
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    public static IEnumerable<string> Members(Type type)
    {
        if (type.IsEnum)
        {
            return Enum.GetNames(type).Select(name => $"{type.Name}.{name} = {EnumValue(type, name)}");
        }

        return type.GetConstructors(Declared).Where(c => !c.IsStatic && IsVisible(c)).Select(c => $"{Access(c)}{SurfaceTypes.Self(type)}.{SurfaceTypes.Bare(type)}({Parameters(c)})")
            .Concat(type.GetProperties(Declared).Where(p => p.GetAccessors(nonPublic: true).Any(IsVisible)).Select(Property))
            .Concat(type.GetFields(Declared).Where(f => f.IsPublic || f.IsFamily || f.IsFamilyOrAssembly).Select(Field))
            .Concat(type.GetMethods(Declared).Where(IsOrdinary).Select(Method));
    }

    private static bool IsOrdinary(MethodInfo method)
        => IsVisible(method) && (!method.IsSpecialName || method.Name.StartsWith("op_", StringComparison.Ordinal));

    private static bool IsVisible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static string Access(MethodBase method)
    {
        if (method.DeclaringType!.IsInterface)
        {
            return "";
        }

        return method.IsPublic ? "public " : "protected ";
    }

    private static string Modifiers(MethodInfo method)
    {
        if (method.DeclaringType!.IsInterface)
        {
            return "";
        }

        return method switch
        {
            { IsStatic: true } => "static ",
            { IsAbstract: true } => "abstract ",
            { IsVirtual: true } when method.GetBaseDefinition() != method => "override ",
            { IsVirtual: true, IsFinal: false } => "virtual ",
            _ => "",
        };
    }

    private static string Method(MethodInfo method)
    {
        var type = SurfaceTypes.Self(method.DeclaringType!);
        var result = SurfaceTypes.Name(method.ReturnParameter);
        var generic = method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(a => a.Name))}>" : "";
        var signature = method.Name switch
        {
            "op_Equality" => $"{result} {type}.operator ==",
            "op_Inequality" => $"{result} {type}.operator !=",
            "op_Implicit" => $"{type}.implicit operator {result}",
            _ => $"{result} {type}.{method.Name}{generic}",
        };
        return Obsolete(method) + Priority(method) + Access(method) + Modifiers(method) + signature + $"({Parameters(method)})"
            + SurfaceTypes.Constraints(method.GetGenericArguments()) + DefaultImplementation(method);
    }

    private static string Property(PropertyInfo property)
    {
        var accessor = property.GetAccessors(nonPublic: true).First(IsVisible);
        var get = property.GetMethod is { } getter && IsVisible(getter) ? " get;" : "";
        var isInit = property.SetMethod?.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) ?? false;
        var set = property.SetMethod is { } setter && IsVisible(setter) ? isInit ? " init;" : " set;" : "";
        var required = property.GetCustomAttribute<RequiredMemberAttribute>() is not null;
        var name = property.GetIndexParameters() is { Length: > 0 } index ? $"this[{string.Join(", ", index.Select(Parameter))}]" : property.Name;
        return Obsolete(property) + Access(accessor) + Modifiers(accessor) + (required ? "required " : "")
            + $"{SurfaceTypes.Name(property)} {SurfaceTypes.Self(property.DeclaringType!)}.{name} {{{get}{set} }}"
            + (set == " init;" ? " /*init*/" : "") + (required ? " /*required*/" : "") + DefaultImplementation(accessor);
    }

    private static string Field(FieldInfo field)
    {
        var kind = field.IsLiteral ? "const " : (field.IsStatic ? "static " : "") + (field.IsInitOnly ? "readonly " : "");
        var value = field.IsLiteral ? $" = {Constant(field.FieldType, field.GetRawConstantValue())}" : "";
        return Obsolete(field) + $"public {kind}{SurfaceTypes.Name(field)} {SurfaceTypes.Self(field.DeclaringType!)}.{field.Name}{value}";
    }

    private static string Parameters(MethodBase method)
    {
        var extension = method.IsDefined(typeof(ExtensionAttribute)) ? "this " : "";
        return extension + string.Join(", ", method.GetParameters().Select(Parameter));
    }

    private static string Parameter(ParameterInfo parameter)
    {
        var prefix = parameter switch
        {
            { IsOut: true } => "out ",
            { ParameterType.IsByRef: true } when parameter.IsDefined(typeof(IsReadOnlyAttribute)) => "in ",
            { ParameterType.IsByRef: true } => "ref ",
            _ when parameter.IsDefined(typeof(ParamArrayAttribute)) => "params ",
            _ => "",
        };
        var value = parameter.HasDefaultValue ? $" = {Constant(parameter.ParameterType, parameter.DefaultValue)}" : "";
        return $"{prefix}{SurfaceTypes.Name(parameter)} {parameter.Name}{value}";
    }

    private static string Constant(Type type, object? value)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return value switch
        {
            null when type.IsValueType && Nullable.GetUnderlyingType(type) is null && !type.IsGenericParameter && value is null && type != typeof(int) && type != typeof(bool) && !type.IsEnum => $"default({type.Name})",
            null => "null",
            string text => $"\"{text}\"",
            bool flag => flag ? "true" : "false",
            _ when type.IsEnum => EnumText(type, Convert.ToInt64(value, CultureInfo.InvariantCulture)),
            _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
        };
    }

    private static string EnumValue(Type type, string name)
    {
        var value = Convert.ToInt64(Enum.Parse(type, name), CultureInfo.InvariantCulture);
        var parts = Parts(type, value).ToArray();
        return type.IsDefined(typeof(FlagsAttribute)) && parts.Length > 1
            ? string.Join(" | ", parts.Select(p => $"{type.Name}.{p}"))
            : value.ToString(CultureInfo.InvariantCulture);
    }

    private static string EnumText(Type type, long value)
        => Enum.GetName(type, Enum.ToObject(type, value)) is { } name
            ? $"{type.Name}.{name}"
            : string.Join(" | ", Parts(type, value).Select(p => $"{type.Name}.{p}"));

    private static IEnumerable<string> Parts(Type type, long value)
        => Enum.GetNames(type).Where(n => Convert.ToInt64(Enum.Parse(type, n), CultureInfo.InvariantCulture) is var bit && bit != 0 && (bit & (bit - 1)) == 0 && (value & bit) == bit);

    private static string Obsolete(MemberInfo member) => member.IsDefined(typeof(ObsoleteAttribute)) ? "[Obsolete] " : "";

    private static string Priority(MethodInfo method)
        => method.GetCustomAttribute<OverloadResolutionPriorityAttribute>() is { } priority ? $"[ORP {priority.Priority}] " : "";

    private static string DefaultImplementation(MethodInfo method)
        => method.DeclaringType!.IsInterface && !method.IsAbstract ? " /*default impl*/" : "";
}
