namespace Aspire.Hosting.Otlp.Grpc;

/// <summary>The status codes of gRPC that this process answers with.</summary>
internal enum GrpcStatus
{
    Ok = 0,
    InvalidArgument = 3,
    NotFound = 5,
    ResourceExhausted = 8,
    Unimplemented = 12,
    Internal = 13,
    Unauthenticated = 16,
}

/// <summary>Ends a call with a status other than <see cref="GrpcStatus.Ok"/>.</summary>
internal sealed class GrpcException(GrpcStatus status, string message) : Exception(message)
{
    public GrpcStatus Status { get; } = status;
}
