using System.Globalization;
using WasmLab.Kubernetes;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.EmbeddedCluster.Api.Http;

/// <summary>The errors of the API, worded as every Kubernetes client expects them.</summary>
internal static class Statuses
{
    public static Status Unauthorized() => Failure(401, "Unauthorized", "Unauthorized");

    public static Status NotFoundPath() => Failure(404, "NotFound", "the server could not find the requested resource");

    public static Status NotFound(ResourceType type, string name) => Failure(
        404, "NotFound", $"{Qualified(type)} \"{name}\" not found", Details(type, name));

    public static Status AlreadyExists(ResourceType type, string name) => Failure(
        409, "AlreadyExists", $"{Qualified(type)} \"{name}\" already exists", Details(type, name));

    public static Status Conflict(ResourceType type, string name, string why) => Failure(
        409, "Conflict", $"Operation cannot be fulfilled on {Qualified(type)} \"{name}\": {why}", Details(type, name));

    public static Status Modified(ResourceType type, string name) => Conflict(
        type, name, "the object has been modified; please apply your changes to the latest version and try again");

    public static Status ApplyConflict(string message, IEnumerable<StatusCause> causes) =>
        Failure(409, "Conflict", message, new StatusDetails { Causes = [.. causes] });

    public static Status Forbidden(ResourceType type, string name, string why) => Failure(
        403, "Forbidden", $"{Qualified(type)} \"{name}\" is forbidden: {why}", Details(type, name));

    /// <summary>422 with a cause a field, as <c>kubectl</c> lists them.</summary>
    public static Status Invalid(ResourceType type, string name, IReadOnlyList<StatusCause> causes)
    {
        var lines = causes.Select(cause => $"{cause.Field}: {cause.Message}").ToList();
        var list = lines.Count == 1 ? lines[0] : $"[{string.Join(", ", lines)}]";
        var details = Details(type, name);
        details.Kind = type.Kind;
        details.Causes = [.. causes];
        var qualified = type.Group.Length == 0 ? type.Kind : $"{type.Kind}.{type.Group}";
        return Failure(422, "Invalid", $"{qualified} \"{name}\" is invalid: {list}", details);
    }

    public static Status BadRequest(string message) => Failure(400, "BadRequest", message);

    public static Status Expired(string message) => Failure(410, "Expired", message);

    public static Status TooOld(string wanted, long current) => Expired(
        string.Create(CultureInfo.InvariantCulture, $"too old resource version: {wanted} ({current})"));

    public static Status MethodNotAllowed() =>
        Failure(405, "MethodNotAllowed", "the server does not allow this method on the requested resource");

    public static Status NotAcceptable(string accepted) => Failure(
        406, "NotAcceptable", $"only the following media types are accepted: {accepted}");

    public static Status UnsupportedMediaType(string accepted) => Failure(
        415, "UnsupportedMediaType", $"the body of the request was in an unknown format - accepted media types include: {accepted}");

    public static Status TooLarge(long limit) => Failure(
        413, "RequestEntityTooLarge", string.Create(CultureInfo.InvariantCulture, $"the request is too large; the limit is {limit} bytes"));

    public static Status NotImplemented(string message) => Failure(501, "NotImplemented", message);

    public static Status InternalError(string message) => Failure(500, "InternalError", $"Internal error occurred: {message}");

    public static Status ServiceUnavailable(string message) => Failure(503, "ServiceUnavailable", message);

    public static Status Success(StatusDetails? details = null) => new() { Outcome = "Success", Details = details };

    public static StatusDetails Details(ResourceType type, string name, string? uid = null) =>
        new() { Name = name, Group = type.Group.Length == 0 ? null : type.Group, Kind = type.Plural, Uid = uid };

    /// <summary>As an exception, which ends the request with it.</summary>
    public static KubernetesException AsException(this Status status, Exception? inner = null) => new(status, inner);

    private static string Qualified(ResourceType type) => type.Group.Length == 0 ? type.Plural : $"{type.Plural}.{type.Group}";

    private static Status Failure(int code, string reason, string message, StatusDetails? details = null) =>
        new() { Outcome = "Failure", Code = code, Reason = reason, Message = message, Details = details };
}
