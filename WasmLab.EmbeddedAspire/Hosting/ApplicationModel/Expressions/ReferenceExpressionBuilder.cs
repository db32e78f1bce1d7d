using System.Runtime.CompilerServices;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>Builds a <see cref="ReferenceExpression"/> step by step.</summary>
public class ReferenceExpressionBuilder
{
    private readonly ReferenceExpression.ExpressionParts _parts = new();

    /// <summary>Whether nothing is appended yet.</summary>
    public bool IsEmpty => _parts.IsEmpty;

    /// <summary>Appends interpolated text.</summary>
#pragma warning disable CA1822 // The handler has appended to this builder by the time this is called.
    public void Append([InterpolatedStringHandlerArgument("")] in ReferenceExpressionBuilderInterpolatedStringHandler handler)
#pragma warning restore CA1822
    {
    }

    /// <summary>Appends text.</summary>
    public void AppendLiteral(string value) => _parts.Literal(value);

    /// <summary>Appends text.</summary>
    public void AppendFormatted(string? value) => _parts.Literal(value);

    /// <summary>Appends text in a format.</summary>
    public void AppendFormatted(string? value, string? format = null) => _parts.Formatted(value, format);

    /// <summary>Appends a value.</summary>
    public void AppendFormatted<T>(T valueProvider)
        where T : IValueProvider, IManifestExpressionProvider
        => _parts.Value(valueProvider, valueProvider.ValueExpression, null);

    /// <summary>Appends a value in a format.</summary>
    public void AppendFormatted<T>(T valueProvider, string? format)
        where T : IValueProvider, IManifestExpressionProvider
        => _parts.Value(valueProvider, valueProvider.ValueExpression, format);

    /// <summary>The expression.</summary>
    public ReferenceExpression Build() => _parts.Build();

    /// <summary>Takes the parts of interpolated text.</summary>
    [InterpolatedStringHandler]
    public ref struct ReferenceExpressionBuilderInterpolatedStringHandler
    {
        private readonly ReferenceExpressionBuilder _builder;

        /// <summary>Creates the handler.</summary>
        public ReferenceExpressionBuilderInterpolatedStringHandler(int literalLength, int formattedCount, ReferenceExpressionBuilder builder)
        {
            _builder = builder;
        }

        /// <summary>Appends text.</summary>
        public void AppendLiteral(string value) => _builder.AppendLiteral(value);

        /// <summary>Appends text.</summary>
        public void AppendFormatted(string? value) => _builder.AppendFormatted(value);

        /// <summary>Appends a value.</summary>
        public void AppendFormatted<T>(T valueProvider)
            where T : IValueProvider, IManifestExpressionProvider
            => _builder.AppendFormatted(valueProvider);

        /// <summary>Appends a value in a format.</summary>
        public void AppendFormatted<T>(T valueProvider, string? format)
            where T : IValueProvider, IManifestExpressionProvider
            => _builder.AppendFormatted(valueProvider, format);
    }
}
