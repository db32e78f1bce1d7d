using System.Buffers.Binary;

namespace WasmLab.Wasm.Wasi;

/// <summary>Little-endian access to the caller's memory. An address outside it ends the call with <see cref="Errno.Fault"/>.</summary>
internal readonly struct GuestMemory(Memory? memory)
{
    public Span<byte> Bytes(uint address, uint length)
    {
        if (memory is null || (ulong)address + length > (ulong)memory.Size || length > int.MaxValue)
        {
            throw new WasiErrnoException(Errno.Fault);
        }

        return memory.GetSpan(address, length);
    }

    public byte ReadByte(uint address) => Bytes(address, 1)[0];

    public ushort ReadUInt16(uint address) => BinaryPrimitives.ReadUInt16LittleEndian(Bytes(address, 2));

    public uint ReadUInt32(uint address) => BinaryPrimitives.ReadUInt32LittleEndian(Bytes(address, 4));

    public ulong ReadUInt64(uint address) => BinaryPrimitives.ReadUInt64LittleEndian(Bytes(address, 8));

    public void WriteUInt16(uint address, ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(Bytes(address, 2), value);

    public void WriteUInt32(uint address, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Bytes(address, 4), value);

    public void WriteUInt64(uint address, ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Bytes(address, 8), value);
}
