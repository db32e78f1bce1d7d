using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Aspire.Hosting.Otlp;

/// <summary>A secret that callers send in a header of their own. Compared in constant time.</summary>
internal sealed class ApiKey(string header, string value)
{
    private readonly byte[] _hash = SHA256.HashData(Encoding.UTF8.GetBytes(value));

    public string Header { get; } = header;

    public bool IsIn(HttpRequest request) =>
        request.Headers[Header] is [{ } sent] && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(sent)), _hash);
}
