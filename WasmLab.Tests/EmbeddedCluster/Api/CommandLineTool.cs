using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace WasmLab.Tests.EmbeddedCluster.Api;

/// <summary>A program that tests drive the API with, found on PATH or named by an environment variable.</summary>
internal sealed class CommandLineTool(string path, IReadOnlyDictionary<string, string> environment)
{
    /// <summary>Where the program is; null when there is none.</summary>
    public static string? Find(string name, string variable)
    {
        if (Environment.GetEnvironmentVariable(variable) is { Length: > 0 } given)
        {
            return given;
        }

        var extensions = OperatingSystem.IsWindows() ? new[] { ".exe", ".cmd" } : [""];
        return (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .SelectMany(directory => extensions.Select(extension => Path.Combine(directory, name + extension)))
            .FirstOrDefault(File.Exists);
    }

    /// <summary>Runs it and gives what it printed; fails unless it exits as expected.</summary>
    public async Task<string> RunAsync(IEnumerable<string> arguments, string? input = null, int exitCode = 0)
    {
        var list = arguments.ToList();
        using var process = Start(list);
        var output = new StringBuilder();
        process.OutputDataReceived += (_, line) => Append(output, line.Data);
        process.ErrorDataReceived += (_, line) => Append(output, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(TimeSpan.FromSeconds(60));
        try
        {
            await process.WaitForExitAsync(deadline.Token);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }

        process.ExitCode.ShouldBe(exitCode, $"{Path.GetFileName(path)} {string.Join(' ', list)}\n{output}");
        return output.ToString();
    }

    /// <summary>Starts it, for streams.</summary>
    public Process Start(IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(path, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start) ?? throw new Win32Exception($"{path} does not start");
    }

    private static void Append(StringBuilder output, string? line)
    {
        if (line is not null)
        {
            lock (output)
            {
                output.Append(line).Append('\n');
            }
        }
    }
}
