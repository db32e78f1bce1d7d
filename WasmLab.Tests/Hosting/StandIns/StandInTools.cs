using System.Collections.Concurrent;
using System.Globalization;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.Hosting.StandIns;

/// <summary>
/// Tools that stand in for those of others: real programs in a folder that becomes the PATH. Each is the same few lines of shell, which hand
/// the call to this process and give its answer as their own. Every call is logged.
/// </summary>
internal sealed class StandInTools : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    private readonly TemporaryDirectory _folder = new();
    private readonly ConcurrentQueue<ToolCall> _calls = new();
    private readonly ConcurrentDictionary<string, Func<ToolCall, Task<ToolAnswer>>> _tools = new();
    private readonly CancellationTokenSource _ended = new();
    private readonly Task _serving;

    public StandInTools()
    {
        Directory.CreateDirectory(_folder["bin"]);
        Directory.CreateDirectory(_folder["calls"]);
        _serving = Task.Run(ServeAsync);
    }

    /// <summary>The folder of the programs.</summary>
    public string Bin => _folder["bin"];

    /// <summary>Every call so far, in the order of arrival.</summary>
    public IReadOnlyList<ToolCall> Calls => [.. _calls];

    /// <summary>The calls of a tool whose arguments contain these words one after the other.</summary>
    public IReadOnlyList<ToolCall> CallsOf(string tool, string words) =>
        [.. _calls.Where(call => call.Tool == tool && $" {string.Join(' ', call.Arguments)} ".Contains($" {words} ", StringComparison.Ordinal))];

    /// <summary>Puts a tool into the folder.</summary>
    public void Add(string tool, Func<ToolCall, Task<ToolAnswer>> answer)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The stand-ins of the tools are shell scripts.");
        _tools[tool] = answer;
        var path = Path.Combine(Bin, tool);
        File.WriteAllText(path, Script());
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    /// <inheritdoc cref="Add(string, Func{ToolCall, Task{ToolAnswer}})"/>
    public void Add(string tool, Func<ToolCall, ToolAnswer> answer) => Add(tool, call => Task.FromResult(answer(call)));

    /// <summary>Takes a tool out of the folder.</summary>
    public void Remove(string tool) => File.Delete(Path.Combine(Bin, tool));

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await _serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ended.Dispose();
        _folder.Dispose();
    }

    private string Script() =>
        $$"""
        #!/bin/sh
        PATH=/usr/bin:/bin
        call=$(mktemp -d '{{_folder["calls"]}}/XXXXXXXX') || exit 70
        printf '%s\0' "${0##*/}" "$KUBECONFIG" "$@" >"$call/words.new"
        mv "$call/words.new" "$call/words"
        while [ ! -e "$call/exit" ]; do
            [ -d "$call" ] || exit 70
            sleep 0.02
        done
        cat "$call/stdout"
        cat "$call/stderr" >&2
        exit "$(cat "$call/exit")"

        """;

    private async Task ServeAsync()
    {
        var seen = new HashSet<string>();
        while (true)
        {
            foreach (var folder in Directory.EnumerateDirectories(_folder["calls"]))
            {
                if (File.Exists(Path.Combine(folder, "words")) && seen.Add(folder))
                {
                    _ = Task.Run(() => AnswerAsync(folder));
                }
            }

            await Task.Delay(Pause, _ended.Token);
        }
    }

    private async Task AnswerAsync(string folder)
    {
        var words = (await File.ReadAllTextAsync(Path.Combine(folder, "words"))).Split('\0')[..^1];
        var call = new ToolCall(words[0], words[2..], words[1]);
        _calls.Enqueue(call);
        ToolAnswer answer;
        try
        {
            answer = await _tools[call.Tool](call).WaitAsync(_ended.Token);
        }
        catch (OperationCanceledException)
        {
            return;
        }
        catch (Exception exception)
        {
            answer = ToolAnswer.Failed(70, $"the stand-in failed: {exception}");
        }

        await File.WriteAllTextAsync(Path.Combine(folder, "stdout"), answer.Output);
        await File.WriteAllTextAsync(Path.Combine(folder, "stderr"), answer.Error);
        await File.WriteAllTextAsync(Path.Combine(folder, "exit.new"), answer.ExitCode.ToString(CultureInfo.InvariantCulture));
        File.Move(Path.Combine(folder, "exit.new"), Path.Combine(folder, "exit"));
    }
}
