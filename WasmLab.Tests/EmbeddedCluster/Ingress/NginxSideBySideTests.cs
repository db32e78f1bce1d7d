using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using WasmLab.Tests.EmbeddedCluster.Ingresses.Support;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.EmbeddedCluster.Ingresses;

/// <summary>The same requests to a real NGINX, configured as ingress-nginx configures it, and to ours: status, body and what the pod sees.</summary>
[Trait(Category.Name, Category.Client)]
public sealed partial class NginxSideBySideTests : IAsyncLifetime
{
    private const string Nginx = "/usr/sbin/nginx";

    private readonly string _directory = Directory.CreateTempSubdirectory("wasmlab-nginx-").FullName;
    private readonly RawBackend _pod = RawBackend.Start(ServeAsync);
    private readonly int _deadPort = RawBackend.DeadPort();
    private readonly int _nginxPort = RawBackend.DeadPort();
    private IngressHarness _ingress = null!;
    private Process? _nginx;

    public async ValueTask InitializeAsync()
    {
        _ingress = (await IngressHarness.StartAsync())
            .Route("/web(/|$)(.*)", [_pod.Port], ("use-regex", "true"), ("rewrite-target", "/$2"))
            .Route("/plain", [_pod.Port], ("proxy-body-size", "10"))
            .Route("/dead(/|$)(.*)", [_deadPort])
            .Route("/slow", [_pod.Port], ("proxy-read-timeout", "1"))
            .Route("/(en|de)/([0-9]+)$", [_pod.Port], ("rewrite-target", "/$2/$1"));
        if (!File.Exists(Nginx))
        {
            return;
        }

        await File.WriteAllTextAsync(Path.Combine(_directory, "nginx.conf"), Configuration());
        _nginx = Process.Start(new ProcessStartInfo(Nginx, ["-p", _directory, "-c", "nginx.conf", "-e", "error.log", "-g", "daemon off;"]) { RedirectStandardError = true })!;
        await Wait.UntilAsync("nginx listens", IsListening);
    }

    public async ValueTask DisposeAsync()
    {
        if (_nginx is not null)
        {
            _nginx.Kill(entireProcessTree: true);
            await _nginx.WaitForExitAsync();
            _nginx.Dispose();
        }

        await _ingress.DisposeAsync();
        await _pod.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    public static TheoryData<string> Requests =>
    [
        "GET /web/get?foo=bar HTTP/1.1\r\nHost: localhost\r\nUser-Agent: x\r\nAccept: */*\r\n\r\n",
        "GET /web HTTP/1.1\r\nHost: localhost:8080\r\n\r\n",
        "GET /WEB/a%20b/%C3%A9?q=%20 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /web//a///b HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /web/a/../b/./c HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /web%2Fa%2fb HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /web/100%25/%3F%23%22%3C%3E HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /web/%7B%7C%7D%5E%60%5C:@!$&'()*+,;=-._~ HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /web/? HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /web/x?a=/../%zz&b HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /web/%0Ax HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /website HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /plain/../plain/a%20b?x HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /PLAINandmore HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /en/42?x=y HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /en/42/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /../x HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /dead/x HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "HEAD /web/get HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "DELETE /web/x HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "OPTIONS /web/x HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "PROPFIND /web/x HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "POST /web/x HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: 4\r\n\r\nbody",
        "POST /web/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n",
        "POST /plain HTTP/1.1\r\nHost: localhost\r\nContent-Length: 11\r\n\r\nmuch too big",
        "GET /web/h HTTP/1.1\r\nHost: localhost\r\nX-Request-ID: given\r\nX-Forwarded-For: 9.9.9.9\r\nX-Real-IP: 9.9.9.9\r\nX-Forwarded-Proto: https\r\nProxy: x\r\n\r\n",
        "GET /web/h HTTP/1.1\r\nHost: localhost\r\nX_Under: dropped\r\nX-Dash: kept\r\nX-Twice: a\r\nX-Twice: b\r\nTE: x\r\nKeep-Alive: x\r\nExpect: nothing\r\n\r\n",
        "GET /web/h HTTP/1.1\r\nHost: localhost\r\nX-Bytes: caf\u00e9\r\nCookie: a=1\r\nReferer: http://r/\r\nAuthorization: x\r\n\r\n",
        "GET /web/hop HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /web/404 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /web/500 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /web/302 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /web/204 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /web/close HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET http://localhost/web/absolute?x HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /web/old HTTP/1.0\r\nHost: localhost\r\n\r\n",
    ];

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task Send_SameRequest_PodAndClientSeeTheSame(string request)
    {
        Assert.SkipUnless(_nginx is not null, $"needs {Nginx}: apt-get install nginx-light");

        var expected = await ExchangeAsync(_nginxPort, request);
        var actual = await ExchangeAsync(_ingress.Port, request);

        actual.Pod.ShouldBe(expected.Pod, request);
        actual.Client.ShouldBe(expected.Client, request);
    }

    /// <summary>What the pod saw and what the client got, with what must differ masked and fields in one order.</summary>
    private async Task<(string Pod, string Client)> ExchangeAsync(int port, string request)
    {
        var before = _pod.Requests.Count;
        var client = await RawConnection.ConnectAsync(port);
        await client.WriteAsync(request.Replace("HTTP/1.1\r\n", "HTTP/1.1\r\nConnection: close\r\n", StringComparison.Ordinal));
        var head = await client.ReadHeadAsync() ?? "no answer";
        var body = await client.ReadToEndAsync();
        if (head.Contains("Transfer-Encoding: chunked", StringComparison.OrdinalIgnoreCase))
        {
            body = string.Concat(Chunk().Matches(body).Select(match => match.Groups[1].Value));
        }

        client.Close();
        var pod = string.Join("\n", _pod.Requests.Skip(before).Select(seen => Normalize(seen, port)));
        return (pod, Normalize(head, port) + "\n" + body);
    }

    private static string Normalize(string head, int port)
    {
        var lines = head.Replace(port.ToString(CultureInfo.InvariantCulture), "PORT", StringComparison.Ordinal).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var fields = lines.Skip(1)
            .Select(line => (Name: line.Split(':')[0].ToLowerInvariant(), Value: line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim()))
            // Framing and the connection are each proxy's own; only the status is the same where a proxy answers itself.
            .Where(field => field.Name is not ("connection" or "date" or "server" or "transfer-encoding" or "keep-alive" or "accept-ranges"))
            .Select(field => $"{field.Name}: {(field.Name == "x-request-id" ? GeneratedId().Replace(field.Value, "ID") : field.Value)}")
            .Order(StringComparer.Ordinal);
        return string.Join("\n", [lines[0], .. fields]);
    }

    private static async Task ServeAsync(RawConnection connection)
    {
        while (await connection.ReadHeadAsync() is { } head)
        {
            var path = head.Split(' ')[1];
            if (head.StartsWith("POST", StringComparison.Ordinal) && head.Contains("Content-Length: 4"))
            {
                await connection.ReadAsync(4);
            }

            switch (path)
            {
                case "/slow":
                    await connection.ReadToEndAsync();
                    return;
                case "/close":
                    return;
                case "/204":
                    await connection.WriteAsync("HTTP/1.1 204 No Content\r\n\r\n");
                    continue;
                case "/404" or "/500":
                    await connection.WriteAsync($"HTTP/1.1 {path[1..]} Of The Pod\r\nContent-Length: 3\r\n\r\npod");
                    continue;
                case "/302":
                    await connection.WriteAsync("HTTP/1.1 302 Found\r\nLocation: http://elsewhere/x\r\nContent-Length: 0\r\n\r\n");
                    continue;
                case "/hop":
                    await connection.WriteAsync("HTTP/1.1 200 OK\r\nServer: pod\r\nX-Accel-Limit-Rate: 0\r\nX-Kept: 1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
                    continue;
                default:
                    await connection.WriteAsync(
                        head.StartsWith("HEAD", StringComparison.Ordinal)
                            ? "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\n"
                            : "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok");
                    continue;
            }
        }
    }

    private bool IsListening()
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Connect("127.0.0.1", _nginxPort);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private string Configuration()
    {
        var configuration = new StringBuilder($$"""
            worker_processes 1;
            pid nginx.pid;
            events { worker_connections 256; }
            http {
              access_log off;
              client_body_temp_path body;
              proxy_temp_path proxy;
              fastcgi_temp_path fastcgi;
              uwsgi_temp_path uwsgi;
              scgi_temp_path scgi;
              server_tokens off;
              underscores_in_headers off;
              client_max_body_size 1m;
              map $http_upgrade $connection_upgrade { default upgrade; '' ''; }
              map $http_x_request_id $req_id { default $http_x_request_id; "" $request_id; }
              upstream pod { server 127.0.0.1:{{_pod.Port}}; keepalive 8; }
              upstream dead { server 127.0.0.1:{{_deadPort}}; }
              server {
                listen 127.0.0.1:{{_nginxPort}};
                server_name _;

            """);
        Location("/(en|de)/([0-9]+)$", "pod", "/$2/$1", "");
        Location("/dead(/|$)(.*)", "dead", null, "");
        Location("/web(/|$)(.*)", "pod", "/$2", "");
        Location("/plain", "pod", null, "client_max_body_size 10;");
        Location("/slow", "pod", null, "proxy_read_timeout 1s;");
        configuration.Append("    location ~* \"^/\" { return 404; }\n  }\n}\n");
        return configuration.ToString();

        void Location(string path, string upstream, string? rewrite, string more) => configuration.Append(
            $$"""
                location ~* "^{{path}}" {
                  proxy_set_header Host $http_host;
                  proxy_set_header Upgrade $http_upgrade;
                  proxy_set_header Connection $connection_upgrade;
                  proxy_set_header X-Request-ID $req_id;
                  proxy_set_header X-Real-IP $remote_addr;
                  proxy_set_header X-Forwarded-For $remote_addr;
                  proxy_set_header X-Forwarded-Host $http_host;
                  proxy_set_header X-Forwarded-Port $server_port;
                  proxy_set_header X-Forwarded-Proto $scheme;
                  proxy_set_header X-Forwarded-Scheme $scheme;
                  proxy_set_header X-Scheme $scheme;
                  proxy_set_header X-Original-Forwarded-For $http_x_forwarded_for;
                  proxy_set_header Proxy "";
                  proxy_buffering off;
                  proxy_http_version 1.1;
                  proxy_redirect off;
                  {{more}}
                  {{(rewrite is null ? "" : $"rewrite \"(?i){path}\" {rewrite} break;")}}
                  proxy_pass http://{{upstream}};
                }

            """);
    }

    [GeneratedRegex("^[0-9a-f]{32}$")]
    private static partial Regex GeneratedId();

    [GeneratedRegex(@"[0-9a-f]+\r\n(.*?)\r\n", RegexOptions.Singleline)]
    private static partial Regex Chunk();
}
