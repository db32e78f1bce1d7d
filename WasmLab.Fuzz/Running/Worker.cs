using System.Collections.Concurrent;
using WasmLab.Fuzz.Corpora;

namespace WasmLab.Fuzz.Running;

/// <summary>
/// The process in which cases run. It tells its findings and its counts on standard output, a line each:
/// <c>finding INDEX TEXT</c>, <c>outcome COUNT NAME</c>, and at last <c>reached INDEX</c>, the first case that did not run.
/// </summary>
internal static class Worker
{
    public static void Run(FuzzOptions options, string progressPath, TextWriter output)
    {
        var corpus = Corpus.Load(options.Corpus);
        using var progress = ProgressFile.Open(progressPath);
        using var runner = new CaseRunner();
        var outcomes = new ConcurrentDictionary<string, long>();
        var next = options.First;
        var end = options.First + options.Count;
        var start = TimeProvider.System.GetTimestamp();
        var threads = Enumerable.Range(0, options.Threads).Select(number => new Thread(() => RunCases(number))).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        foreach (var (name, count) in outcomes)
        {
            output.WriteLine($"outcome {count} {name}");
        }

        output.WriteLine($"reached {Math.Min(next, end)}");

        void RunCases(int thread)
        {
            while (TimeProvider.System.GetElapsedTime(start) < options.Duration)
            {
                var index = Interlocked.Increment(ref next) - 1;
                if (index >= end)
                {
                    break;
                }

                progress.Start(thread, index);
                outcomes.AddOrUpdate(RunCase(index), 1, (_, count) => count + 1);
            }

            progress.End(thread);
        }

        string RunCase(long index)
        {
            var module = FuzzCase.ModuleOf(corpus, options.Seed, index);
            var random = new Random(unchecked((int)(options.Seed + index)));
            try
            {
                return FuzzCase.IsWasi(index) ? runner.RunWasi(module, random) : runner.Run(module, random);
            }
            catch (Exception exception)
            {
                lock (output)
                {
                    output.WriteLine($"finding {index} {exception.ToString().ReplaceLineEndings(" | ")}");
                }

                return $"Finding: {exception.GetType().Name}";
            }
        }
    }
}
