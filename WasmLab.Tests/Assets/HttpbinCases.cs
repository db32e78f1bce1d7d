namespace WasmLab.Tests.Assets;

/// <summary>What a case expects of one answer; FLAVOR in a body stands for the flavor asked.</summary>
public sealed record ExpectedAnswer(int Status, string? Body = null, bool HasBody = true, string? Header = null);

/// <summary>Requests and what is answered to them before the server closes; every flavor answers the same.</summary>
internal static class HttpbinCases
{
    private const string End = "host: h\r\nconnection: close\r\n\r\n";

    public static IReadOnlyDictionary<string, (string Request, ExpectedAnswer[] Answers)> All { get; } = new Dictionary<string, (string, ExpectedAnswer[])>
    {
        ["fields stand in order"] = (
            $"GET /get?foo=bar HTTP/1.1\r\nUser-Agent: test\r\n{End}",
            [new(200, """{"flavor":"FLAVOR","args":{"foo":"bar"},"headers":{"connection":"close","host":"h","user-agent":"test"},"url":"/get?foo=bar"}""", Header: "content-type: application/json")]),
        ["arguments are decoded and the last counts"] = (
            $"GET /get?a=1&b=%20x+y&a=2&c&=v&%C3%A9=%zz%&d=%FF&e=a=b HTTP/1.1\r\n{End}",
            [new(200, """{"flavor":"FLAVOR","args":{"":"v","a":"2","b":" x y","c":"","d":"�","e":"a=b","é":"%zz%"},"headers":{"connection":"close","host":"h"},"url":"/get?a=1&b=%20x+y&a=2&c&=v&%C3%A9=%zz%&d=%FF&e=a=b"}""")]),
        ["an empty query stays in the url"] = (
            $"GET /get? HTTP/1.1\r\n{End}",
            [new(200, """{"flavor":"FLAVOR","args":{},"headers":{"connection":"close","host":"h"},"url":"/get?"}""")]),
        ["header names are lower-case, the last value counts, other bytes are replaced"] = (
            $"GET /get HTTP/1.1\r\nX-A: 1\r\nx-a:\t2 \r\nX-Bytes: \u00e9\u00ff\r\nX-Utf: \u00c3\u00a9\r\nX-Json: \"\\\t/\r\nX-Empty:\r\n{End}",
            [new(200, """{"flavor":"FLAVOR","args":{},"headers":{"connection":"close","host":"h","x-a":"2","x-bytes":"��","x-empty":"","x-json":"\"\\\t/","x-utf":"é"},"url":"/get"}""")]),
        ["HEAD elsewhere"] = ($"HEAD / HTTP/1.1\r\n{End}", [new(404, "", HasBody: false)]),
        ["other paths"] = (
            $"GET / HTTP/1.1\r\nhost: h\r\n\r\nGET /get/ HTTP/1.1\r\nhost: h\r\n\r\nGET /Get HTTP/1.1\r\nhost: h\r\n\r\nPOST /x HTTP/1.1\r\n{End}",
            [new(404), new(404), new(404), new(404)]),
        ["other methods"] = (
            $"POST /get HTTP/1.1\r\nhost: h\r\ncontent-length: 4\r\n\r\nbodyget /get HTTP/1.1\r\nhost: h\r\n\r\nOPTIONS /get HTTP/1.1\r\n{End}",
            [new(405, Header: "allow: GET, HEAD"), new(405, Header: "allow: GET, HEAD"), new(405, Header: "allow: GET, HEAD")]),
        ["HTTP/1.0 closes"] = ("GET /get HTTP/1.0\r\n\r\n", [new(200, """{"flavor":"FLAVOR","args":{},"headers":{},"url":"/get"}""", Header: "connection: close")]),
        ["HTTP/1.0 is kept when it asks"] = (
            "GET /get HTTP/1.0\r\nconnection: keep-alive\r\n\r\nGET /get HTTP/1.0\r\n\r\n",
            [new(200, Header: "connection: keep-alive"), new(200, Header: "connection: close")]),
        ["pipelined requests are answered in order"] = (
            string.Concat(Enumerable.Range(0, 9).Select(number => $"GET /get?{number} HTTP/1.1\r\nhost: h\r\n\r\n")) + $"GET /get?9 HTTP/1.1\r\n{End}",
            [
                .. Enumerable.Range(0, 9).Select(number => new ExpectedAnswer(200, $$$"""{"flavor":"FLAVOR","args":{"{{{number}}}":""},"headers":{"host":"h"},"url":"/get?{{{number}}}"}""")),
                new(200, """{"flavor":"FLAVOR","args":{"9":""},"headers":{"connection":"close","host":"h"},"url":"/get?9"}"""),
            ]),
        ["bodies are dropped"] = (
            "GET /get HTTP/1.1\r\nhost: h\r\ncontent-length: 100000\r\n\r\n" + new string('x', 100_000)
            + "GET /get HTTP/1.1\r\nhost: h\r\ntransfer-encoding: Chunked\r\n\r\n5;ext=\"1\"\r\nhello\r\n1F40\r\n" + new string('y', 8000) + "\r\n0\r\nX-Trailer: 1\r\n\r\n"
            + $"GET /get?end HTTP/1.1\r\n{End}",
            [new(200), new(200), new(200, """{"flavor":"FLAVOR","args":{"end":""},"headers":{"connection":"close","host":"h"},"url":"/get?end"}""")]),
        ["a proxy's form of the target"] = (
            $"GET http://example.com:80/get?x=1 HTTP/1.1\r\n{End}",
            [new(200, """{"flavor":"FLAVOR","args":{"x":"1"},"headers":{"connection":"close","host":"h"},"url":"/get?x=1"}""")]),
        ["empty lines before a request"] = ($"\r\n\r\nGET /get HTTP/1.1\r\n{End}", [new(200)]),
        ["lines that end without a carriage return"] = ("GET /get HTTP/1.1\nhost: h\nconnection: close\n\n", [new(200)]),
        ["no host"] = ("GET /get HTTP/1.1\r\n\r\n", [new(400)]),
        ["two hosts"] = ("GET /get HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n", [new(400)]),
        ["no HTTP"] = ("\u0016\u0003\u0001\u0002\0\u0001\r\n\r\n", [new(400)]),
        ["a folded header"] = ("GET /get HTTP/1.1\r\nhost: h\r\nx: a\r\n b\r\n\r\n", [new(400)]),
        ["a space before a colon"] = ("GET /get HTTP/1.1\r\nhost : h\r\n\r\n", [new(400)]),
        ["a null character in a header"] = ("GET /get HTTP/1.1\r\nhost: h\r\nx: a\0b\r\n\r\n", [new(400)]),
        ["a length that is no number"] = ("GET /get HTTP/1.1\r\nhost: h\r\ncontent-length: +1\r\n\r\nx", [new(400)]),
        ["a length too large for any integer"] = ("GET /get HTTP/1.1\r\nhost: h\r\ncontent-length: 18446744073709551616\r\n\r\nx", [new(400)]),
        ["two lengths"] = ("GET /get HTTP/1.1\r\nhost: h\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nx", [new(400)]),
        ["a length and chunks"] = ("GET /get HTTP/1.1\r\nhost: h\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n", [new(400)]),
        ["chunks in HTTP/1.0"] = ("GET /get HTTP/1.0\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n", [new(400)]),
        ["a chunk size that is none"] = ("GET /get HTTP/1.1\r\nhost: h\r\ntransfer-encoding: chunked\r\n\r\nx\r\n", [new(400)]),
        ["a chunk size too large"] = ("GET /get HTTP/1.1\r\nhost: h\r\ntransfer-encoding: chunked\r\n\r\nfffffffffffffffff\r\n", [new(400)]),
        ["a chunk longer than it says"] = ("GET /get HTTP/1.1\r\nhost: h\r\ntransfer-encoding: chunked\r\n\r\n1\r\nabc\r\n", [new(400)]),
        ["a target that is too long"] = ("GET /" + new string('a', 200_000), [new(414)]),
        ["an expectation that is not known"] = ("GET /get HTTP/1.1\r\nhost: h\r\nexpect: wonders\r\n\r\n", [new(417)]),
        ["a header of 1 MB"] = ("GET /get HTTP/1.1\r\nhost: h\r\nx: " + new string('a', 1_000_000) + "\r\n\r\n", [new(431)]),
        ["101 headers"] = ("GET /get HTTP/1.1\r\n" + string.Concat(Enumerable.Repeat("x: y\r\n", 101)) + "\r\n", [new(431)]),
        ["a coding that is not known"] = ("GET /get HTTP/1.1\r\nhost: h\r\ntransfer-encoding: gzip\r\n\r\n", [new(501)]),
        ["HTTP/2"] = ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", [new(505)]),
        ["half a request and the end"] = ("GET /get HTTP/1.1\r\nhost", []),
        ["half a body and the end"] = ("GET /get HTTP/1.1\r\nhost: h\r\ncontent-length: 5\r\n\r\nabc", []),
        ["nothing at all"] = ("", []),
    };
}
