using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace WasmLab.Wasm.Runtime;

/// <summary>
/// Stands before the runtime's handler of SIGSEGV. When the address lies in the arena, it notes it and tells the runtime that it was
/// address 0, which the runtime turns into a <see cref="NullReferenceException"/>; any other address would end the process. It must be
/// machine code, because no managed code may run in a signal handler.
/// </summary>
internal static unsafe partial class FaultHandler
{
    private const int Signal = 11;
    private const int CodeSize = 4096;

    // struct sigaction is the same in glibc and musl: handler, mask, flags, restorer.
    private const int SigactionSize = 160;

    public static bool IsSupported => OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64;

    /// <summary>Installs the handler for the rest of the process's life.</summary>
    /// <param name="start">The arena's first address.</param>
    /// <param name="slots">How many slots it has.</param>
    /// <param name="faults">One word a slot, which gets the address of a fault.</param>
    public static bool Install(nint start, int slots, nint* faults)
    {
        var action = stackalloc byte[SigactionSize];
        new Span<byte>(action, SigactionSize).Clear();
        if (GetOrSetAction(Signal, null, action) != 0 || *(nint*)action <= 1)
        {
            return false;
        }

        Span<byte> code = stackalloc byte[128];
        code = code[..Write(code, start, slots, (nint)faults, *(nint*)action)];
        var page = AddressSpace.Reserve(CodeSize);
        if (page == 0 || !AddressSpace.Commit(page, CodeSize))
        {
            return false;
        }

        code.CopyTo(new Span<byte>((void*)page, CodeSize));
        if (!AddressSpace.MakeExecutable(page, CodeSize))
        {
            AddressSpace.Release(page, CodeSize);
            return false;
        }

        *(nint*)action = page;
        return GetOrSetAction(Signal, action, null) == 0;
    }

    /// <summary>void handler(int signal, siginfo_t* info (rsi), void* context), which ends in the previous handler.</summary>
    private static int Write(Span<byte> code, nint start, int slots, nint faults, nint previous)
    {
        var length = 0;
        Add(code, [0x48, 0x8B, 0x4E, 0x10]); // mov rcx, [rsi + 16]      the faulting address
        Add(code, [0x48, 0x89, 0xC8]); // mov rax, rcx
        Add(code, [0x49, 0xB8]); // mov r8, start
        AddWord(code, start);
        Add(code, [0x4C, 0x29, 0xC0]); // sub rax, r8
        Add(code, [0x48, 0xC1, 0xE8, GuardedArena.SlotBits]); // shr rax, 33
        Add(code, [0x48, 0x3D]); // cmp rax, slots
        BinaryPrimitives.WriteInt32LittleEndian(code[length..], slots);
        length += sizeof(int);
        Add(code, [0x73, 22]); // jae previous
        Add(code, [0x49, 0xB8]); // mov r8, faults
        AddWord(code, faults);
        Add(code, [0x49, 0x89, 0x0C, 0xC0]); // mov [r8 + rax * 8], rcx
        Add(code, [0x48, 0xC7, 0x46, 0x10, 0, 0, 0, 0]); // mov qword [rsi + 16], 0
        Add(code, [0x48, 0xB8]); // previous: mov rax, previous
        AddWord(code, previous);
        Add(code, [0xFF, 0xE0]); // jmp rax
        return length;

        void Add(Span<byte> target, ReadOnlySpan<byte> bytes)
        {
            bytes.CopyTo(target[length..]);
            length += bytes.Length;
        }

        void AddWord(Span<byte> target, long word)
        {
            BinaryPrimitives.WriteInt64LittleEndian(target[length..], word);
            length += sizeof(long);
        }
    }

    [LibraryImport("libc", EntryPoint = "sigaction")]
    private static partial int GetOrSetAction(int signal, byte* action, byte* previous);
}
