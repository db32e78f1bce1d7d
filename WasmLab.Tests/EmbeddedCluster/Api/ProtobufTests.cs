using Google.Protobuf;
using WasmLab.EmbeddedCluster.Api.Http;
using WasmLab.EmbeddedCluster.Api.Schemas;
using WasmLab.Kubernetes;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.EmbeddedCluster.Api;

[Trait(Category.Name, Category.Unit)]
public sealed class ProtobufTests
{
    [Fact]
    public void Decode_Pod_ReadsEveryKindOfField()
    {
        var container = Message((1, "c"), (2, "image"), (3, "sh"), (3, "-c"), (6, Message((3, 8080))), (8, Message((2, Message((1, "cpu"), (2, Message((1, "100m"))))))));
        var volume = Message((1, "v"), (2, Message((1, Message((1, "/host"))))));
        var spec = Message((1, volume), (2, container), (4, 0), (11, 1), (7, Message((1, "disk"), (2, "ssd"))));
        var metadata = Message((1, "web"), (3, "default"), (4, ""), (8, Message((1, 1_700_000_000))), (11, Message((1, "app"), (2, "x"))));
        var pod = Envelope("v1", "Pod", Message((1, metadata), (2, spec), (3, Message((1, "")))));

        JsonAssert.Same(
            ProtobufDecoder.Decode(pod, RequestSchemas.Find),
            """
            {"apiVersion":"v1","kind":"Pod",
             "metadata":{"name":"web","namespace":"default","creationTimestamp":"2023-11-14T22:13:20Z","labels":{"app":"x"}},
             "spec":{"volumes":[{"name":"v","hostPath":{"path":"/host"}}],
                     "containers":[{"name":"c","image":"image","command":["sh","-c"],"ports":[{"containerPort":8080}],"resources":{"requests":{"cpu":"100m"}}}],
                     "terminationGracePeriodSeconds":0,"hostNetwork":true,"nodeSelector":{"disk":"ssd"}},
             "status":{}}
            """);
    }

    [Fact]
    public void Decode_PortByNumberOrName_IsEither()
    {
        var byNumber = Envelope("v1", "Service", Message((2, Message((1, Message((3, 80), (4, Message((1, 0), (2, 8080)))))))));
        var byName = Envelope("v1", "Service", Message((2, Message((1, Message((3, 80), (4, Message((1, 1), (3, "http")))))))));

        ((int)ProtobufDecoder.Decode(byNumber, RequestSchemas.Find)["spec"]!["ports"]![0]!["targetPort"]!).ShouldBe(8080);
        ((string?)ProtobufDecoder.Decode(byName, RequestSchemas.Find)["spec"]!["ports"]![0]!["targetPort"]).ShouldBe("http");
    }

    [Fact]
    public void Decode_Bytes_AreBase64()
    {
        var secret = Envelope("v1", "Secret", Message((2, Message((1, "key"), (2, "wert")))));

        JsonAssert.Same(ProtobufDecoder.Decode(secret, RequestSchemas.Find)["data"], """{"key":"d2VydA=="}""");
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("k8s\0\u000a\u0005x")]
    public void Decode_Garbage_IsABadRequest(string text) => Should.Throw<KubernetesException>(() =>
        ProtobufDecoder.Decode(System.Text.Encoding.Latin1.GetBytes(text), RequestSchemas.Find)).Code.ShouldBe(400);

    [Fact]
    public void Decode_UnknownKind_IsABadRequest() => Should.Throw<KubernetesException>(() =>
        ProtobufDecoder.Decode(Envelope("apps/v1", "Deployment", []), RequestSchemas.Find)).Message.ShouldBe("no kind \"Deployment\" is registered for version \"apps/v1\"");

    private static byte[] Envelope(string apiVersion, string kind, byte[] raw) =>
        [.. "k8s\0"u8, .. Message((1, Message((1, apiVersion), (2, kind))), (2, raw))];

    private static byte[] Message(params (int Number, object Value)[] fields)
    {
        using var stream = new MemoryStream();
        var output = new CodedOutputStream(stream);
        foreach (var (number, value) in fields)
        {
            if (value is int integer)
            {
                output.WriteTag(number, WireFormat.WireType.Varint);
                output.WriteInt64(integer);
            }
            else
            {
                output.WriteTag(number, WireFormat.WireType.LengthDelimited);
                output.WriteBytes(value is string text ? ByteString.CopyFromUtf8(text) : ByteString.CopyFrom((byte[])value));
            }
        }

        output.Flush();
        return stream.ToArray();
    }
}
