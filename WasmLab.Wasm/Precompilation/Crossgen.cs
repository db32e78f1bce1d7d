using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace WasmLab.Wasm.Precompilation;

/// <summary>.NET's compiler of assemblies to the processor's code: the program crossgen2, of the package Microsoft.NETCore.App.Crossgen2.</summary>
internal sealed partial class Crossgen(string program)
{
    /// <summary>Compiles an assembly of a module.</summary>
    /// <param name="assembly">The file.</param>
    /// <param name="output">The file to write.</param>
    /// <param name="compiling">Called for every method.</param>
    /// <param name="cancellation">Ends the compiler.</param>
    /// <returns>The methods that are left to the just-in-time compiler.</returns>
    /// <exception cref="PrecompilationException">The compiler is not there, or fails.</exception>
    public IReadOnlySet<string> Compile(string assembly, string output, Action compiling, CancellationToken cancellation)
    {
        var responses = Path.ChangeExtension(output, ".rsp");
        File.WriteAllLines(responses, Arguments(assembly, output));
        var start = new ProcessStartInfo(program, [$"@{responses}"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        using var process = Start(start);
        using var registration = cancellation.Register(() => process.Kill(entireProcessTree: true));
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        var uncompiled = new HashSet<string>();
        var lastLine = "";
        while (process.StandardOutput.ReadLine() is { } line)
        {
            if (line.StartsWith("Compiling ", StringComparison.Ordinal))
            {
                compiling();
            }
            else if (Uncompiled().Match(line) is { Success: true } match)
            {
                uncompiled.Add(match.Groups[1].Value);
            }

            lastLine = line.Trim() is { Length: > 0 } text ? text : lastLine;
        }

        process.WaitForExit();
        cancellation.ThrowIfCancellationRequested();
        if (process.ExitCode != 0)
        {
            var message = errors.Result.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).FirstOrDefault() ?? lastLine;
            throw new PrecompilationException($"{program} failed with code {process.ExitCode}: {message}");
        }

        return uncompiled;
    }

    private Process Start(ProcessStartInfo start)
    {
        try
        {
            var process = Process.Start(start)!;
            try
            {
                process.PriorityClass = ProcessPriorityClass.BelowNormal;
            }
            catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception)
            {
                // It has ended already.
            }

            return process;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new PrecompilationException($"{program} cannot be started: {e.Message}", e);
        }
    }

    private static IEnumerable<string> Arguments(string assembly, string output)
    {
        var engine = typeof(Engine).Assembly.Location;
        var framework = Path.GetDirectoryName(typeof(object).Assembly.Location);
        if (engine.Length == 0 || string.IsNullOrEmpty(framework))
        {
            throw new PrecompilationException("modules cannot be compiled ahead of time by a program that was published as a single file, because the compiler needs the assemblies");
        }

        // The engine belongs to the same version bubble: its helpers are inlined, and the code is for this very build of it.
        return
        [
            assembly,
            $"-o:{output}",
            $"-r:{Path.Combine(framework, "*.dll")}",
            $"-r:{engine}",
            "--inputbubble",
            $"--inputbubbleref:{engine}",
            $"--targetos:{(OperatingSystem.IsWindows() ? "windows" : OperatingSystem.IsMacOS() ? "osx" : "linux")}",
            $"--targetarch:{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}",
            $"--instruction-set:{CodeIdentity.InstructionSet}",
            "--optimize",
            "--verbose",
        ];
    }

    [GeneratedRegex(@"Method `\[[^\]]*\]" + ModuleAssembly.TypeName + @"\.([^(]+)\(.*was not compiled")]
    private static partial Regex Uncompiled();
}
