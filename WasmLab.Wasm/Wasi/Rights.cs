namespace WasmLab.Wasm.Wasi;

/// <summary>What may be done through a descriptor. A descriptor can lose rights, never gain them.</summary>
[Flags]
internal enum Rights : ulong
{
    None = 0,
    FdDataSync = 1UL << 0,
    FdRead = 1UL << 1,
    FdSeek = 1UL << 2,
    FdFdstatSetFlags = 1UL << 3,
    FdSync = 1UL << 4,
    FdTell = 1UL << 5,
    FdWrite = 1UL << 6,
    FdAdvise = 1UL << 7,
    FdAllocate = 1UL << 8,
    PathCreateDirectory = 1UL << 9,
    PathCreateFile = 1UL << 10,
    PathLinkSource = 1UL << 11,
    PathLinkTarget = 1UL << 12,
    PathOpen = 1UL << 13,
    FdReadDirectory = 1UL << 14,
    PathReadLink = 1UL << 15,
    PathRenameSource = 1UL << 16,
    PathRenameTarget = 1UL << 17,
    PathFilestatGet = 1UL << 18,
    PathFilestatSetSize = 1UL << 19,
    PathFilestatSetTimes = 1UL << 20,
    FdFilestatGet = 1UL << 21,
    FdFilestatSetSize = 1UL << 22,
    FdFilestatSetTimes = 1UL << 23,
    PathSymlink = 1UL << 24,
    PathRemoveDirectory = 1UL << 25,
    PathUnlinkFile = 1UL << 26,
    PollFdReadWrite = 1UL << 27,
    SocketShutdown = 1UL << 28,
    SocketAccept = 1UL << 29,

    All = (1UL << 30) - 1,

    File = FdDataSync | FdRead | FdSeek | FdFdstatSetFlags | FdSync | FdTell | FdWrite | FdAdvise | FdAllocate
        | FdFilestatGet | FdFilestatSetSize | FdFilestatSetTimes | PollFdReadWrite,

    Directory = FdFdstatSetFlags | FdSync | FdAdvise | PathCreateDirectory | PathCreateFile | PathLinkSource | PathLinkTarget
        | PathOpen | FdReadDirectory | PathReadLink | PathRenameSource | PathRenameTarget | PathFilestatGet | PathFilestatSetSize
        | PathFilestatSetTimes | FdFilestatGet | FdFilestatSetTimes | PathSymlink | PathRemoveDirectory | PathUnlinkFile | PollFdReadWrite,

    /// <summary>What a read-only directory keeps back, for itself and for all that is opened through it.</summary>
    Modifying = FdWrite | FdAllocate | FdFilestatSetSize | FdFilestatSetTimes | PathCreateDirectory | PathCreateFile | PathLinkSource | PathLinkTarget
        | PathRenameSource | PathRenameTarget | PathFilestatSetSize | PathFilestatSetTimes | PathSymlink | PathRemoveDirectory | PathUnlinkFile,

    InputStream = FdRead | FdFdstatSetFlags | FdFilestatGet | PollFdReadWrite,

    OutputStream = FdWrite | FdDataSync | FdSync | FdFdstatSetFlags | FdFilestatGet | PollFdReadWrite,

    Socket = FdRead | FdWrite | FdFdstatSetFlags | FdFilestatGet | PollFdReadWrite | SocketShutdown | SocketAccept,
}
