using System.Text;

namespace WasmLab.Tests.Wasi.RealPrograms;

/// <summary>What a program did, wherever it ran.</summary>
internal sealed record ProgramOutcome(int ExitCode, byte[] OutputBytes, string Error)
{
    public string Output => Encoding.UTF8.GetString(OutputBytes);

    /// <summary>Fails unless both ended the same way and printed the same.</summary>
    public void ShouldBeAs(ProgramOutcome expected)
    {
        (ExitCode, Output).ShouldBe((expected.ExitCode, expected.Output), $"ours said: {Error}\nthe other said: {expected.Error}");
        OutputBytes.ShouldBe(expected.OutputBytes);
    }
}
