namespace Aspire.Hosting.Otlp;

internal static class Gzip
{
    /// <summary>Reads a decompressing stream to its end, but never more than <paramref name="limit"/> bytes.</summary>
    /// <exception cref="InvalidDataException">More than that came out.</exception>
    public static byte[] Limit(Stream stream, int limit)
    {
        using var output = new MemoryStream();
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = stream.Read(buffer)) > 0)
        {
            if (output.Length + read > limit)
            {
                throw new InvalidDataException($"The decompressed message is larger than the limit of {limit} bytes.");
            }

            output.Write(buffer, 0, read);
        }

        return output.ToArray();
    }
}
