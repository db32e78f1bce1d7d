using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Aspire.Hosting;

/// <summary>The kind of value that an input takes.</summary>
public enum InputType
{
    /// <summary>One line of text.</summary>
    Text = 0,

    /// <summary>Text that is not shown.</summary>
    SecretText = 1,

    /// <summary>One of the options.</summary>
    Choice = 2,

    /// <summary>True or false.</summary>
    Boolean = 3,

    /// <summary>A number.</summary>
    Number = 4,

    /// <summary>A file.</summary>
    File = 5,
}

/// <summary>One value that a command asks for.</summary>
public sealed class InteractionInput
{
    /// <summary>The name by which the command finds the value.</summary>
    public required string Name { get; init; }

    /// <summary>The kind of value.</summary>
    public required InputType InputType { get; init; }

    /// <summary>What is shown beside the input; null shows the name.</summary>
    public string? Label { get; init; }

    /// <summary>A longer explanation.</summary>
    public string? Description { get; init; }

    /// <summary>Whether the description is Markdown.</summary>
    public bool EnableDescriptionMarkdown { get; init; }

    /// <summary>What is shown in an empty input.</summary>
    public string? Placeholder { get; init; }

    /// <summary>Whether a value must be given.</summary>
    public bool Required { get; init; }

    /// <summary>The longest text; null is no limit.</summary>
    public int? MaxLength { get; init; }

    /// <summary>Whether a choice may be a value that is not among the options.</summary>
    public bool AllowCustomChoice { get; init; }

    /// <summary>Whether the input cannot be changed.</summary>
    public bool Disabled { get; set; }

    /// <summary>The options of a choice: value and what is shown for it.</summary>
    public IReadOnlyList<KeyValuePair<string, string>>? Options { get; set; }

    /// <summary>The value.</summary>
    public string? Value { get; set; }
}

/// <summary>Inputs by position and by name (ignoring case).</summary>
public sealed class InteractionInputCollection : IReadOnlyList<InteractionInput>
{
    private readonly IReadOnlyList<InteractionInput> _inputs;
    private readonly Dictionary<string, InteractionInput> _byName = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Creates a collection.</summary>
    /// <exception cref="InvalidOperationException">Two inputs have one name.</exception>
    public InteractionInputCollection(IReadOnlyList<InteractionInput> inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        _inputs = inputs;
        foreach (var input in inputs)
        {
            if (!_byName.TryAdd(input.Name, input))
            {
                throw new InvalidOperationException($"Two inputs are named '{input.Name}'. Give each input its own name (ignoring case).");
            }
        }
    }

    /// <summary>The number of inputs.</summary>
    public int Count => _inputs.Count;

    /// <summary>The names of the inputs.</summary>
    public IEnumerable<string> Names => _inputs.Select(i => i.Name);

    /// <summary>The input at a position.</summary>
    public InteractionInput this[int index] => _inputs[index];

    /// <summary>The input with a name.</summary>
    /// <exception cref="KeyNotFoundException">There is no such input.</exception>
    public InteractionInput this[string name] => _byName.TryGetValue(name, out var input)
        ? input
        : throw new KeyNotFoundException($"There is no input named '{name}'. The inputs are: {string.Join(", ", Names)}.");

    /// <summary>Whether there is an input with a name.</summary>
    public bool ContainsName(string name) => _byName.ContainsKey(name);

    /// <summary>Finds an input by name.</summary>
    public bool TryGetByName(string name, [NotNullWhen(true)] out InteractionInput? input) => _byName.TryGetValue(name, out input);

    /// <summary>The value of an input as text; null when there is none.</summary>
    public string? GetString(string name) => this[name].Value;

    /// <summary>The value of an input as true or false; false when there is none.</summary>
    public bool GetBoolean(string name) => bool.TryParse(this[name].Value, out var value) && value;

    /// <summary>The value of an input as a whole number.</summary>
    public int GetInt32(string name) => int.Parse(this[name].Value ?? "", NumberStyles.Integer, CultureInfo.InvariantCulture);

    /// <summary>The value of an input as a number.</summary>
    public double GetDouble(string name) => double.Parse(this[name].Value ?? "", NumberStyles.Float, CultureInfo.InvariantCulture);

    /// <summary>The inputs as an array.</summary>
    public InteractionInput[] ToArray() => [.. _inputs];

    /// <inheritdoc/>
    public IEnumerator<InteractionInput> GetEnumerator() => _inputs.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>Lets a command check its arguments before it is executed.</summary>
public sealed class InputsDialogValidationContext
{
    private readonly List<(string Input, string Error)> _errors = [];

    /// <summary>The inputs with their values.</summary>
    public required InteractionInputCollection Inputs { get; init; }

    /// <summary>The services of the application.</summary>
    public required IServiceProvider Services { get; init; }

    /// <summary>Cancelled when the answer is no longer wanted.</summary>
    public required CancellationToken CancellationToken { get; init; }

    internal IReadOnlyList<(string Input, string Error)> Errors => _errors;

    /// <summary>Reports that an input's value is not acceptable.</summary>
    public void AddValidationError(InteractionInput input, string errorMessage)
    {
        ArgumentNullException.ThrowIfNull(input);
        AddValidationError(input.Name, errorMessage);
    }

    /// <summary>Reports that the value of the input with this name is not acceptable.</summary>
    public void AddValidationError(string inputName, string errorMessage) => _errors.Add((inputName, errorMessage));
}
