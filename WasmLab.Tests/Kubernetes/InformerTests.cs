using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using WasmLab.EmbeddedCluster.Api;
using WasmLab.EmbeddedCluster.Api.Http;
using WasmLab.Kubernetes;
using WasmLab.Kubernetes.Objects;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.Kubernetes;

[Trait(Category.Name, Category.Unit)]
public sealed class InformerTests : IDisposable
{
    private readonly ApiServer _server = new(NullLoggerFactory.Instance, TimeProvider.System);
    private readonly Flaky _transport;
    private readonly KubernetesClient _client;
    private readonly KubernetesClient _writer;

    public InformerTests()
    {
        _transport = new(new InProcessHandler(_server.HandleAsync));
        _client = new(new HttpMessageInvoker(_transport), new("http://localhost"));
        _writer = _server.CreateClient();
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _client.Dispose();
        _writer.Dispose();
        _server.Dispose();
    }

    [Fact]
    public async Task Start_ReturnsWithWhatIsThere()
    {
        await CreateAsync("a");
        await using var informer = new Informer<ConfigMap>(_client, "default");

        await informer.StartAsync(Ct);

        informer.Items.ShouldHaveSingleItem();
        informer.Find("a", "default").ShouldNotBeNull();
        informer.Find("b", "default").ShouldBeNull();
    }

    [Fact]
    public async Task Changes_AreReportedInOrder()
    {
        var changes = new ConcurrentQueue<string>();
        await using var informer = new Informer<ConfigMap>(_client, "default");
        informer.Changed += change => changes.Enqueue($"{change.Type} {change.Object.Metadata.Name}");
        await informer.StartAsync(Ct);

        await CreateAsync("a");
        await LabelAsync("a");
        await _writer.DeleteAsync<ConfigMap>("a", "default", null, Ct);

        await Wait.UntilAsync("three changes", () => changes.Count == 3);
        changes.ShouldBe(["Added a", "Modified a", "Deleted a"]);
        informer.Items.ShouldBeEmpty();
    }

    [Fact]
    public async Task BrokenConnection_IsMadeUpForByAList()
    {
        var changes = new ConcurrentQueue<string>();
        await CreateAsync("gone");
        await CreateAsync("kept");
        await using var informer = new Informer<ConfigMap>(_client, "default");
        informer.Changed += change => changes.Enqueue($"{change.Type} {change.Object.Metadata.Name}");
        await informer.StartAsync(Ct);

        _transport.Broken = true;
        await _transport.FailedAsync();
        await _writer.DeleteAsync<ConfigMap>("gone", "default", null, Ct);
        await CreateAsync("new");
        _transport.Broken = false;

        await Wait.UntilAsync("the informer has caught up", () => informer.Find("new", "default") is not null);
        changes.ShouldBe(["Added gone", "Added kept", "Deleted gone", "Added new"]);
    }

    [Fact]
    public async Task FailingHandler_DoesNotStopTheOthers()
    {
        var seen = new ConcurrentQueue<string>();
        await using var informer = new Informer<ConfigMap>(_client, "default");
        informer.Changed += _ => throw new InvalidOperationException("no");
        informer.Changed += change => seen.Enqueue(change.Object.Metadata.Name!);
        await informer.StartAsync(Ct);

        await CreateAsync("a");
        await CreateAsync("b");

        await Wait.UntilAsync("both are seen", () => seen.Count == 2);
    }

    [Fact]
    public async Task Selector_ThatAnObjectLeaves_DeletesIt()
    {
        await CreateAsync("a", "yes");
        await using var informer = new Informer<ConfigMap>(_client, "default", new() { LabelSelector = "on=yes" });
        await informer.StartAsync(Ct);
        informer.Items.Count.ShouldBe(1);

        await LabelAsync("a", "no");

        await Wait.UntilAsync("it is gone", () => informer.Items.Count == 0);
    }

    [Fact]
    public async Task Dispose_BeforeTheFirstList_EndsTheWait()
    {
        _transport.Broken = true;
        var informer = new Informer<ConfigMap>(_client, "default");
        var start = informer.StartAsync(Ct);

        await informer.DisposeAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => start);
    }

    private Task CreateAsync(string name, string on = "") =>
        _writer.CreateAsync(new ConfigMap { Metadata = { Name = name, Namespace = "default", Labels = { ["on"] = on } } }, Ct);

    private Task LabelAsync(string name, string on = "x") => _writer.PatchAsync<ConfigMap>(
        name, "default", new JsonObject { ["metadata"] = new JsonObject { ["labels"] = new JsonObject { ["on"] = on } } }, null, Ct);

    /// <summary>A network that can fail: requests under way break off, and new ones are refused.</summary>
    private sealed class Flaky(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        private CancellationTokenSource _cut = new();
        private TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool Broken
        {
            get;
            set
            {
                field = value;
                if (value)
                {
                    _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
                    _cut.Cancel();
                }
                else
                {
                    _cut = new();
                }
            }
        }

        public Task FailedAsync() => _failed.Task.WaitAsync(TimeSpan.FromSeconds(30), Ct);

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (Broken)
            {
                _failed.TrySetResult();
                throw new HttpRequestException(HttpRequestError.ConnectionError, "the network is down");
            }

            var response = await base.SendAsync(request, cancellationToken);
            var content = new StreamContent(new CuttableStream(await response.Content.ReadAsStreamAsync(cancellationToken), _cut.Token));
            response.Content = content;
            return response;
        }
    }

    private sealed class CuttableStream(Stream inner, CancellationToken cut) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, cut);
            try
            {
                return await inner.ReadAsync(buffer, either.Token);
            }
            catch (OperationCanceledException) when (cut.IsCancellationRequested)
            {
                throw new IOException("the connection broke");
            }
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                inner.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
