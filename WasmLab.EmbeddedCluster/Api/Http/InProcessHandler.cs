using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using WasmLab.EmbeddedCluster.Api.Pki;

namespace WasmLab.EmbeddedCluster.Api.Http;

/// <summary>Carries requests to an API server of the same process: no network, but every byte as on it, streams included.</summary>
internal sealed class InProcessHandler(RequestDelegate handle) : HttpMessageHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var exchange = new Exchange(request);
        var body = request.Content is null ? Stream.Null : await request.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        var context = exchange.CreateContext(body);
        var registration = cancellationToken.Register(exchange.Abort);
        _ = Task.Run(() => exchange.RunAsync(handle, context), CancellationToken.None);
        try
        {
            return await exchange.Response.ConfigureAwait(false);
        }
        finally
        {
            // Once there is a response, its body belongs to the reader, who ends it by disposing of it.
            await registration.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>One request and its response.</summary>
#pragma warning disable CA1001 // Both sides use the token for as long as they like; without a timer it holds nothing.
    private sealed class Exchange(HttpRequestMessage request) : IHttpResponseBodyFeature, IHttpResponseFeature, IHttpRequestLifetimeFeature
#pragma warning restore CA1001
    {
        private readonly Pipe _pipe = new(new PipeOptions(useSynchronizationContext: false));
        private readonly CancellationTokenSource _aborted = new();
        private readonly TaskCompletionSource<HttpResponseMessage> _response = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private ResponseWriter? _writer;

        public Task<HttpResponseMessage> Response => _response.Task;

        public Stream Stream => Writer.AsStream();

        public PipeWriter Writer => _writer ??= new ResponseWriter(_pipe.Writer, Begin);

        public int StatusCode { get; set; } = 200;

        public string? ReasonPhrase { get; set; }

        public IHeaderDictionary Headers { get; set; } = new HeaderDictionary();

        Stream IHttpResponseFeature.Body { get => Stream; set => throw new NotSupportedException(); }

        public bool HasStarted => _response.Task.IsCompleted;

        public CancellationToken RequestAborted { get => _aborted.Token; set => throw new NotSupportedException(); }

        public DefaultHttpContext CreateContext(Stream body)
        {
            var features = new FeatureCollection();
            features.Set<IHttpRequestFeature>(new HttpRequestFeature());
            features.Set<IHttpResponseFeature>(this);
            features.Set<IHttpResponseBodyFeature>(this);
            features.Set<IHttpRequestLifetimeFeature>(this);
            features.Set(ClientIdentity.Internal);
            var context = new DefaultHttpContext(features);
            var target = request.RequestUri!;
            context.Request.Method = request.Method.Method;
            context.Request.Scheme = target.Scheme;
            context.Request.Host = new HostString(target.Authority);
            context.Request.Path = PathString.FromUriComponent(target);
            context.Request.QueryString = QueryString.FromUriComponent(target);
            context.Request.Protocol = "HTTP/2";
            context.Request.Body = body;
            foreach (var (name, values) in request.Headers.Concat(request.Content?.Headers ?? Enumerable.Empty<KeyValuePair<string, IEnumerable<string>>>()))
            {
                context.Request.Headers[name] = values.ToArray();
            }

            return context;
        }

        public async Task RunAsync(RequestDelegate handle, HttpContext context)
        {
            Exception? failure = null;
            try
            {
                await handle(context).ConfigureAwait(false);
                Begin();
            }
#pragma warning disable CA1031 // Whatever went wrong belongs to the caller on the other side.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                failure = exception;
                _response.TrySetException(exception is OperationCanceledException ? new TaskCanceledException(null, exception) : exception);
            }

            await _pipe.Writer.CompleteAsync(failure).ConfigureAwait(false);
        }

        public void Abort() => _aborted.Cancel();

        public void OnStarting(Func<object, Task> callback, object state) => throw new NotSupportedException();

        public void OnCompleted(Func<object, Task> callback, object state) => throw new NotSupportedException();

        public void DisableBuffering()
        {
        }

        public Task StartAsync(CancellationToken cancellationToken = default)
        {
            Begin();
            return Task.CompletedTask;
        }

        public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();

        public Task CompleteAsync() => Task.CompletedTask;

        private void Begin()
        {
            if (_response.Task.IsCompleted)
            {
                return;
            }

            var response = new HttpResponseMessage((HttpStatusCode)StatusCode)
            {
                RequestMessage = request,
                Content = new StreamContent(new ResponseBody(_pipe.Reader, Abort)),
                Version = new Version(2, 0),
            };
            foreach (var (name, values) in Headers)
            {
                if (!response.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values))
                {
                    response.Content.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
                }
            }

            _response.TrySetResult(response);
        }
    }
}
