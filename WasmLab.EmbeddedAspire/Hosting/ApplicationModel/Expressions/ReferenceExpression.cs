using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>Text with values in it that are known when the application runs.</summary>
public class ReferenceExpression : IExpressionValue, IValueWithReferences
{
    /// <summary>The empty text.</summary>
    public static readonly ReferenceExpression Empty = new("", [], [], []);

    private ReferenceExpression(string format, IReadOnlyList<IValueProvider> valueProviders, IReadOnlyList<string> manifestExpressions, IReadOnlyList<string?> stringFormats)
    {
        Format = format;
        ValueProviders = valueProviders;
        ManifestExpressions = manifestExpressions;
        StringFormats = stringFormats;
    }

    /// <summary>The text with a numbered hole for each value, as <see cref="string.Format(string, object[])"/> has it.</summary>
    public string Format { get; }

    /// <summary>The values.</summary>
    public IReadOnlyList<IValueProvider> ValueProviders { get; }

    /// <summary>The expressions of the values.</summary>
    public IReadOnlyList<string> ManifestExpressions { get; }

    /// <summary>How each value is written; null is as it is, <c>uri</c> is escaped for an address.</summary>
    public IReadOnlyList<string?> StringFormats { get; }

    /// <inheritdoc/>
    public string ValueExpression => string.Format(CultureInfo.InvariantCulture, Format, [.. ManifestExpressions]);

    IEnumerable<object> IValueWithReferences.References => ValueProviders;

    /// <summary>Creates an expression from interpolated text.</summary>
    public static ReferenceExpression Create(in ExpressionInterpolatedStringHandler handler) => handler.Build();

    /// <summary>The text with its values.</summary>
    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken) => GetValueAsync(new ValueProviderContext(), cancellationToken);

    /// <summary>The text with its values, for a caller.</summary>
    public async ValueTask<string?> GetValueAsync(ValueProviderContext context, CancellationToken cancellationToken)
    {
        if (Format.Length == 0)
        {
            return null;
        }

        var values = new object?[ValueProviders.Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = Write(await ValueProviders[i].GetValueAsync(context, cancellationToken).ConfigureAwait(false), StringFormats[i]);
        }

        return string.Format(CultureInfo.InvariantCulture, Format, values);
    }

    internal static ReferenceExpression Create(string format, IReadOnlyList<IValueProvider> valueProviders, IReadOnlyList<string> manifestExpressions, IReadOnlyList<string?> stringFormats)
        => new(format, valueProviders, manifestExpressions, stringFormats);

    private static string? Write(string? value, string? stringFormat) => stringFormat switch
    {
        null or "" => value,
        "uri" => value is null ? null : Uri.EscapeDataString(value),
        _ => throw new FormatException($"'{stringFormat}' is not a format of a value in a reference expression. Use 'uri', or none."),
    };

    /// <summary>Takes the parts of interpolated text.</summary>
    [InterpolatedStringHandler]
    public ref struct ExpressionInterpolatedStringHandler
    {
        private readonly ExpressionParts _parts;

        /// <summary>Creates the handler.</summary>
        public ExpressionInterpolatedStringHandler(int literalLength, int formattedCount)
        {
            _parts = new ExpressionParts(literalLength, formattedCount);
        }

        /// <summary>Appends text.</summary>
        public void AppendLiteral(string value) => _parts.Literal(value);

        /// <summary>Appends text.</summary>
        public void AppendFormatted(string? value) => _parts.Literal(value);

        /// <summary>Appends text in a format.</summary>
        public void AppendFormatted(string? value, string? format = null) => _parts.Literal(Write(value, format));

        /// <summary>Appends a value.</summary>
        public void AppendFormatted<T>(T valueProvider)
            where T : IValueProvider, IManifestExpressionProvider
            => _parts.Value(valueProvider, valueProvider.ValueExpression, null);

        /// <summary>Appends a value in a format.</summary>
        public void AppendFormatted<T>(T valueProvider, string? format = null)
            where T : IValueProvider, IManifestExpressionProvider
            => _parts.Value(valueProvider, valueProvider.ValueExpression, format);

        /// <summary>Appends the value of a resource.</summary>
        public void AppendFormatted<T>(IResourceBuilder<T> valueProvider)
            where T : IResource, IValueProvider, IManifestExpressionProvider
            => AppendFormatted(valueProvider.Resource);

        /// <summary>Appends the value of a resource in a format.</summary>
        public void AppendFormatted<T>(IResourceBuilder<T> valueProvider, string? format = null)
            where T : IResource, IValueProvider, IManifestExpressionProvider
            => AppendFormatted(valueProvider.Resource, format);

        internal readonly ReferenceExpression Build() => _parts?.Build() ?? Empty;
    }

    internal sealed class ExpressionParts(int literalLength = 0, int formattedCount = 0)
    {
        private readonly StringBuilder _format = new(literalLength + (4 * formattedCount));
        private readonly List<IValueProvider> _valueProviders = new(formattedCount);
        private readonly List<string> _manifestExpressions = new(formattedCount);
        private readonly List<string?> _stringFormats = new(formattedCount);

        public bool IsEmpty => _format.Length == 0;

        public void Literal(string? value) => _format.Append(value?.Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal));

        public void Formatted(string? value, string? format) => Literal(Write(value, format));

        public void Value(IValueProvider value, string manifestExpression, string? format)
        {
            _format.Append('{').Append(_valueProviders.Count).Append('}');
            _valueProviders.Add(value);
            _manifestExpressions.Add(manifestExpression);
            _stringFormats.Add(format);
        }

        public ReferenceExpression Build() => Create(_format.ToString(), [.. _valueProviders], [.. _manifestExpressions], [.. _stringFormats]);
    }
}
