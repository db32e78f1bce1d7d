namespace WasmLab.Wasm.Compilation;

/// <summary>Compiling recurses over the nesting of what is compiled, which a module chooses: it gets a stack of its own.</summary>
internal static class CompilerThread
{
    private const int StackSize = 64 * 1024 * 1024;

    /// <summary>Does something there and waits for its end.</summary>
    public static T Run<T>(Func<T> work) => Start(work).GetAwaiter().GetResult();

    /// <summary>Does something there.</summary>
    public static Task<T> Start<T>(Func<T> work)
    {
        var completion = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(
            () =>
            {
                try
                {
                    completion.SetResult(work());
                }
                catch (Exception exception)
                {
                    completion.SetException(exception);
                }
            },
            StackSize)
        {
            IsBackground = true,
            Name = "wasm-compiler",
        };
        thread.Start();
        return completion.Task;
    }
}
