using System.Text.Json;

namespace WasmLab.Shim.Serving;

/// <summary>Writes events, whole lines at a time, from any thread.</summary>
internal sealed class EventWriter(Stream output)
{
    private readonly Lock _gate = new();

    public void Write(ShimEvent told)
    {
        var line = JsonSerializer.SerializeToUtf8Bytes(told, told.GetType(), ProtocolJson.Default);
        Array.Resize(ref line, line.Length + 1);
        line[^1] = (byte)'\n';
        lock (_gate)
        {
            try
            {
                output.Write(line);
                output.Flush();
            }
            catch (IOException)
            {
                // The reader has gone; so will standard input, which ends everything.
            }
        }
    }
}
