using System.Globalization;
using System.Text;

namespace WasmLab.EmbeddedCluster.Ingresses.Forwarding;

/// <summary>Grows with the request heads that are written into it and is used again for the next one.</summary>
internal sealed class HeadBuffer
{
    private byte[] _bytes = GC.AllocateUninitializedArray<byte>(2048, pinned: true);
    private int _length;

    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, _length);

    public int Length => _length;

    public void Clear() => _length = 0;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Reserve(bytes.Length));
        _length += bytes.Length;
    }

    /// <summary>One byte a char; header bytes are kept as Latin-1 from the client to the pod.</summary>
    public void Append(ReadOnlySpan<char> text) => _length += Encoding.Latin1.GetBytes(text, Reserve(text.Length));

    public void Append(long number)
    {
        number.TryFormat(Reserve(20), out var written, provider: CultureInfo.InvariantCulture);
        _length += written;
    }

    private Span<byte> Reserve(int count)
    {
        if (_bytes.Length - _length < count)
        {
            var larger = GC.AllocateUninitializedArray<byte>(Math.Max(_bytes.Length * 2, _length + count), pinned: true);
            _bytes.AsSpan(0, _length).CopyTo(larger);
            _bytes = larger;
        }

        return _bytes.AsSpan(_length);
    }
}
