using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;

namespace Aspire.Hosting.Otlp.Grpc;

/// <summary>gRPC's framing over HTTP/2: each message is preceded by a compression flag and its length in four bytes.</summary>
internal static class GrpcMessages
{
    public const int MaxMessageSize = 16 * 1024 * 1024;

    private const int PrefixSize = 5;

    /// <summary>Reads the next message; null at the end of the request.</summary>
    /// <exception cref="GrpcException">The frame is truncated, too large, or compressed in a way that is not supported.</exception>
    public static async Task<T?> ReadAsync<T>(HttpRequest request, MessageParser<T> parser, CancellationToken cancellationToken)
        where T : class, IMessage<T>
    {
        var reader = request.BodyReader;
        var prefix = await reader.ReadAtLeastAsync(PrefixSize, cancellationToken).ConfigureAwait(false);
        if (prefix.Buffer.Length < PrefixSize)
        {
            return prefix.Buffer.IsEmpty ? null : throw new GrpcException(GrpcStatus.Internal, "The request ends inside a message prefix.");
        }

        var (compressed, length) = ParsePrefix(prefix.Buffer);
        reader.AdvanceTo(prefix.Buffer.GetPosition(PrefixSize));
        if (length > MaxMessageSize)
        {
            throw new GrpcException(GrpcStatus.ResourceExhausted, $"A message of {length} bytes is larger than the limit of {MaxMessageSize} bytes.");
        }

        var body = await reader.ReadAtLeastAsync(length, cancellationToken).ConfigureAwait(false);
        if (body.Buffer.Length < length)
        {
            throw new GrpcException(GrpcStatus.Internal, "The request ends inside a message.");
        }

        var content = body.Buffer.Slice(0, length);
        try
        {
            return compressed ? ParseCompressed(request, content, parser) : parser.ParseFrom(content);
        }
        catch (Exception exception) when (exception is InvalidProtocolBufferException or InvalidDataException)
        {
            throw new GrpcException(GrpcStatus.Internal, $"The message cannot be read: {exception.Message}");
        }
        finally
        {
            reader.AdvanceTo(content.End);
        }
    }

    public static async Task WriteAsync(HttpResponse response, IMessage message, CancellationToken cancellationToken)
    {
        var size = message.CalculateSize();
        var span = response.BodyWriter.GetSpan(PrefixSize + size);
        span[0] = 0;
        BinaryPrimitives.WriteUInt32BigEndian(span[1..], (uint)size);
        message.WriteTo(span.Slice(PrefixSize, size));
        response.BodyWriter.Advance(PrefixSize + size);
        await response.BodyWriter.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    private static (bool Compressed, int Length) ParsePrefix(ReadOnlySequence<byte> buffer)
    {
        Span<byte> prefix = stackalloc byte[PrefixSize];
        buffer.Slice(0, PrefixSize).CopyTo(prefix);
        return (prefix[0] != 0, (int)Math.Min(BinaryPrimitives.ReadUInt32BigEndian(prefix[1..]), int.MaxValue));
    }

    private static T ParseCompressed<T>(HttpRequest request, ReadOnlySequence<byte> content, MessageParser<T> parser)
        where T : class, IMessage<T>
    {
        var encoding = request.Headers["grpc-encoding"].ToString();
        if (encoding != "gzip")
        {
            throw new GrpcException(GrpcStatus.Unimplemented, $"Message encoding '{encoding}' is not supported; use gzip or identity.");
        }

        using var gzip = new GZipStream(new MemoryStream(content.ToArray()), CompressionMode.Decompress);
        return parser.ParseFrom(Gzip.Limit(gzip, MaxMessageSize));
    }
}
