namespace WasmLab.Tests.Hosting.StandIns;

/// <summary>A call of a stand-in tool, as its process received it.</summary>
/// <param name="Tool">The tool's name.</param>
/// <param name="Arguments">Its arguments.</param>
/// <param name="KubeConfig">What <c>KUBECONFIG</c> was; empty when it was not set.</param>
internal sealed record ToolCall(string Tool, IReadOnlyList<string> Arguments, string KubeConfig)
{
    /// <summary>The words of the call, for a test to look for.</summary>
    public override string ToString() => string.Join(' ', [Tool, .. Arguments]);

    /// <summary>True when the arguments begin with these.</summary>
    public bool Begins(params string[] words) => Arguments.Take(words.Length).SequenceEqual(words);

    /// <summary>The word after an option, or null.</summary>
    public string? Option(string name) => Arguments.SkipWhile(word => word != name).Skip(1).FirstOrDefault();
}

/// <summary>What a stand-in tool's process writes and ends with.</summary>
internal sealed record ToolAnswer(string Output = "", string Error = "", int ExitCode = 0)
{
    public static ToolAnswer Silent { get; } = new();

    public static ToolAnswer Of(string output) => new(output + "\n");

    public static ToolAnswer Failed(int exitCode, string error, string output = "") => new(output, error + "\n", exitCode);
}
