using Microsoft.Extensions.Logging;

namespace WasmLab.EmbeddedCluster.Ingresses.Server;

/// <summary>
/// Gives the web server's warnings to the process's log and nothing else: two lines a request from ASP.NET Core besides the access log would
/// cost more than forwarding it.
/// </summary>
internal static class RelayLoggerFactory
{
    public static ILoggerFactory Create(ILoggerFactory target) => LoggerFactory.Create(logging => logging
        .SetMinimumLevel(LogLevel.Warning)
        .AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None)
        .AddProvider(new Provider(target)));

    private sealed class Provider(ILoggerFactory target) : ILoggerProvider
    {
        public ILogger CreateLogger(string categoryName) => target.CreateLogger(categoryName);

        public void Dispose()
        {
            // The target belongs to the process.
        }
    }
}
