using Microsoft.Extensions.Logging;

namespace WasmLab.Hosting.Lab;

/// <summary>A step's log as indented lines.</summary>
internal sealed class ConsoleLines(TextWriter output) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        output.WriteLine("  " + formatter(state, exception));
}
