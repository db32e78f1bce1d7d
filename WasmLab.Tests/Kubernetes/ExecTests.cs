using System.Security.Cryptography;
using System.Text;
using WasmLab.Kubernetes;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.Kubernetes;

[Trait(Category.Name, Category.Unit)]
public sealed class ExecTests
{
    private const string Success = """{"metadata":{},"status":"Success"}""";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Exec_GivesOutputAndExitCode()
    {
        await using var server = await PodStreamServer.StartAsync(async connection =>
        {
            connection.Path.ShouldBe("/api/v1/namespaces/shop/pods/web/exec");
            connection.Query["command"].ToArray().ShouldBe(["sh", "-c", "echo a b"]);
            connection.Query["container"].ToArray().ShouldBe(["main"]);
            connection.Query.ContainsKey("stdin").ShouldBeFalse();
            foreach (var channel in (byte[])[1, 2, 3])
            {
                await connection.SendAsync(channel);
            }

            await connection.SendAsync(1, "a ");
            await connection.SendAsync(2, "warning");
            await connection.SendAsync(1, "b\n");
            await connection.SendAsync(3, Success);
            await connection.CloseAsync();
        });

        var result = await server.Client.ExecAsync("web", "shop", ["sh", "-c", "echo a b"], new() { Container = "main" }, Ct);

        result.ShouldBe(new ExecResult(0, "a b\n", "warning"));
    }

    [Fact]
    public async Task CommandFails_GivesItsExitCode()
    {
        await using var server = await PodStreamServer.StartAsync(async connection =>
        {
            await connection.SendAsync(2, "no such file");
            await connection.SendAsync(3, """
                {"metadata":{},"status":"Failure","message":"command terminated with non-zero exit code","reason":"NonZeroExitCode",
                 "details":{"causes":[{"reason":"ExitCode","message":"42"}]}}
                """);
            // And goes without a goodbye.
        });

        var result = await server.Client.ExecAsync("web", "shop", ["false"], null, Ct);

        result.ShouldBe(new ExecResult(42, "", "no such file"));
    }

    [Fact]
    public async Task ProgramCannotStart_IsTheServersOwnError()
    {
        await using var server = await PodStreamServer.StartAsync(async connection =>
        {
            await connection.SendAsync(3, """
                {"metadata":{},"status":"Failure","message":"Internal error occurred: exec: \"nope\": executable file not found in $PATH","reason":"InternalError","code":500}
                """);
            await connection.CloseAsync();
        });

        var error = await Should.ThrowAsync<KubernetesException>(() => server.Client.ExecAsync("web", "shop", ["nope"], null, Ct));

        error.Message.ShouldContain("executable file not found");
    }

    [Fact]
    public async Task ConnectionEndsBeforeTheCommand_IsAnIOException()
    {
        await using var server = await PodStreamServer.StartAsync(connection => connection.CloseAsync());

        var error = await Should.ThrowAsync<IOException>(() => server.Client.ExecAsync("web", "shop", ["sleep"], null, Ct));

        error.Message.ShouldContain("before the command did");
    }

    [Theory]
    [InlineData("v4.channel.k8s.io")]
    [InlineData("v5.channel.k8s.io")]
    public async Task Input_OfTensOfMegabytes_IsStreamed(string protocol)
    {
        const int Size = 40_000_000;
        await using var server = await PodStreamServer.StartAsync(
            async connection =>
            {
                connection.Offered.ShouldBe(["v5.channel.k8s.io", "v4.channel.k8s.io"]);
                connection.Query["stdin"].ToString().ShouldBe("true");
                using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
                for (var left = Size; left > 0;)
                {
                    var message = await connection.ReceiveAsync();
                    message[0].ShouldBe((byte)0);
                    hash.AppendData(message.AsSpan(1));
                    left -= message.Length - 1;
                }

                if (protocol.StartsWith("v5", StringComparison.Ordinal))
                {
                    (await connection.ReceiveAsync()).ShouldBe([255, 0]);
                }

                await connection.SendAsync(1, Convert.ToHexString(hash.GetCurrentHash()));
                await connection.SendAsync(3, Success);
                await connection.CloseAsync();
            },
            protocol);
        var input = new PatternStream(Size);
        using var output = new MemoryStream();

        var result = await server.Client.ExecAsync("web", "shop", ["sha256sum"], new() { Stdin = input, Stdout = output }, Ct);

        result.ShouldBe(new ExecResult(0, "", ""));
        Encoding.ASCII.GetString(output.ToArray()).ShouldBe(Convert.ToHexString(await SHA256.HashDataAsync(new PatternStream(Size), Ct)));
    }

    [Fact]
    public async Task Input_NobodyReads_IsNotReadAhead()
    {
        var release = new TaskCompletionSource();
        await using var server = await PodStreamServer.StartAsync(async connection =>
        {
            await release.Task;
            await connection.SendAsync(3, Success);
            await connection.CloseAsync();
        });
        var input = new PatternStream(long.MaxValue);

        var exec = server.Client.ExecAsync("web", "shop", ["sleep", "1"], new() { Stdin = input }, Ct);
        var seen = -1L;
        await Wait.UntilAsync("the input stands still", async () =>
        {
            var before = seen;
            await Task.Delay(200, Ct);
            seen = input.Given;
            return before == seen && seen > 0;
        });
        seen.ShouldBeLessThan(64 * 1024 * 1024);
        release.SetResult();

        (await exec).ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task InputFails_EndsTheCommand()
    {
        await using var server = await PodStreamServer.StartAsync(async connection => await connection.ReceiveAsync());

        await Should.ThrowAsync<InvalidDataException>(
            () => server.Client.ExecAsync("web", "shop", ["cat"], new() { Stdin = new FailingStream() }, Ct));
    }

    private sealed class PatternStream(long size) : ReadOnlyStream
    {
        public long Given { get; private set; }

        public override int Read(byte[] buffer, int offset, int count)
        {
            count = (int)Math.Min(count, size - Given);
            for (var i = 0; i < count; i++)
            {
                buffer[offset + i] = (byte)((Given + i) * 31 >> 3);
            }

            Given += count;
            return count;
        }
    }

    private sealed class FailingStream : ReadOnlyStream
    {
        public override int Read(byte[] buffer, int offset, int count) => throw new InvalidDataException("the disk is gone");
    }

    private abstract class ReadOnlyStream : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
