using System.Runtime.ExceptionServices;

namespace WasmLab.Wasm.Compilation;

/// <summary>Compiling recurses over the nesting of what is compiled, which a module chooses: it gets a stack of its own.</summary>
internal static class CompilerThread
{
    private const int StackSize = 64 * 1024 * 1024;

    /// <summary>Does something there and waits for its end.</summary>
    public static T Run<T>(Func<T> work)
    {
        T? result = default;
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(
            () =>
            {
                try
                {
                    result = work();
                }
                catch (Exception exception)
                {
                    failure = ExceptionDispatchInfo.Capture(exception);
                }
            },
            StackSize)
        {
            IsBackground = true,
            Name = "wasm-compiler",
        };
        thread.Start();
        thread.Join();
        failure?.Throw();
        return result!;
    }
}
