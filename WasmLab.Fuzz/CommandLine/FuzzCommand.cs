using System.CommandLine;

namespace WasmLab.Fuzz.CommandLine;

/// <summary>The program's commands.</summary>
internal static class FuzzCommand
{
    public static int Invoke(string[] arguments)
    {
        var root = new RootCommand("Shows that the engine is safe on anything: fuzzing, comparison with other engines, and a soak.")
        {
            MutateCommand.Build(),
            DifferCommand.Build(),
            SoakCommand.Build(),
            MutateCommand.BuildWorker(),
            MutateCommand.BuildShow(),
        };
        return root.Parse(arguments).Invoke();
    }
}
