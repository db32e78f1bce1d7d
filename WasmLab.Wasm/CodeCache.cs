using WasmLab.Wasm.Precompilation;

namespace WasmLab.Wasm;

/// <summary>
/// A directory with the compiled code of modules, one file for each module and everything else that the code depends on: this build of
/// the engine, the runtime, the processor, and the options that show in the code. A file that is damaged, that was made by another user,
/// or that is meant for something else is not used. Thread-safe, for several processes too.
/// </summary>
/// <remarks>A <see cref="Precompiler"/> fills it. Code that has been loaded stays in memory as long as the process lives.</remarks>
/// <example>
/// <code>
/// var cache = CodeCache.ForUser();
/// using var engine = new Engine(new EngineOptions { CodeCaches = [cache] });
/// var module = Module.Load(engine, File.ReadAllBytes("app.wasm"));
/// if (!module.IsPrecompiled)
/// {
///     Precompiler.Find()?.Compile(module, cache); // for the next time
/// }
/// </code>
/// </example>
public sealed class CodeCache
{
    /// <summary>How many bytes the files of a cache may have together; those that were not used for longest make way.</summary>
    public const long MaxSize = 1024L * 1024 * 1024;

    private const string WorkPrefix = ".work-";
    private static readonly TimeSpan Abandoned = TimeSpan.FromDays(1);
    private static readonly TimeSpan UsePrecision = TimeSpan.FromHours(1);

    private readonly Lazy<byte[]> _key;
    private readonly bool _isForUser;
    private readonly TimeProvider _time;
    private readonly long _maxSize;

    private CodeCache(string directory, Func<byte[]> key, bool isForUser, TimeProvider? time = null, long maxSize = MaxSize)
    {
        Directory = Path.GetFullPath(directory);
        _key = new Lazy<byte[]>(key, LazyThreadSafetyMode.PublicationOnly);
        _isForUser = isForUser;
        _time = time ?? TimeProvider.System;
        _maxSize = maxSize;
    }

    /// <summary>Where <see cref="ForUser(string?)"/> keeps code when it is not told: <c>wasmlab/code</c> in the user's cache directory.</summary>
    public static string UserDirectory
    {
        get
        {
            var home = OperatingSystem.IsWindows()
                ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
                : Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache && Path.IsPathRooted(cache)
                    ? cache
                    : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
            return Path.Combine(home, "wasmlab", "code");
        }
    }

    /// <summary>The directory's full path.</summary>
    public string Directory { get; }

    /// <summary>
    /// A cache of this user's own: code that was compiled under another user, or that came with the directory from elsewhere, is not
    /// used. The secret that tells lies in the user's data (<c>wasmlab/code.key</c>).
    /// </summary>
    /// <param name="directory">The directory, which need not exist; null for <see cref="UserDirectory"/>.</param>
    public static CodeCache ForUser(string? directory = null) => ForUser(directory ?? UserDirectory, UserKey.Get);

    /// <summary>A directory that is trusted as the program itself is, because whoever can write there could replace the program as well.</summary>
    /// <param name="directory">The directory, usually beside the program.</param>
    public static CodeCache ForProgram(string directory) => new(directory, () => [], isForUser: false);

    internal static CodeCache ForUser(string directory, Func<byte[]> key, TimeProvider? time = null, long maxSize = MaxSize) =>
        new(directory, key, isForUser: true, time, maxSize);

    /// <summary>The code of a module; null when there is none that can be used.</summary>
    internal PrecompiledCode? Find(Module module)
    {
        var identity = module.CodeIdentity;
        var path = PathOf(identity);
        try
        {
            if (!File.Exists(path) || Obstacle() is not null || CacheFile.Read(path, identity, _key.Value) is not var (manifest, content))
            {
                return null;
            }

            if (Now - File.GetLastWriteTimeUtc(path) > UsePrecision)
            {
                NoteUse(path);
            }

            var code = PrecompiledCode.Load(content, path, manifest);
            return code.Fits(module) ? code : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or BadImageFormatException)
        {
            // Another process may have deleted it meanwhile. What is not in the cache is compiled.
            return null;
        }
    }

    /// <summary>The file that a module's code has or would have.</summary>
    internal string PathOf(string identity) => Path.Combine(Directory, CodeIdentity.FileName(identity));

    /// <summary>Makes a directory in the cache for files that are not complete yet.</summary>
    /// <exception cref="IOException">Others could write there too.</exception>
    internal string CreateWorkDirectory()
    {
        CreateDirectory(Directory);
        if (Obstacle() is { } obstacle)
        {
            throw new IOException($"compiled code cannot be kept: {obstacle}");
        }

        DeleteAbandoned();
        var work = Path.Combine(Directory, WorkPrefix + Guid.NewGuid().ToString("n"));
        CreateDirectory(work);
        return work;
    }

    /// <summary>Completes a file that holds a module's assembly, and puts it in its place: others see all of it or nothing.</summary>
    internal string Store(string file, CodeManifest manifest, string identity)
    {
        CacheFile.Complete(file, manifest, identity, _key.Value);
        var path = PathOf(identity);
        File.Move(file, path, overwrite: true);
        MakeRoom(path);
        return path;
    }

    private DateTime Now => _time.GetUtcNow().UtcDateTime;

    private string? Obstacle() => _isForUser ? DirectoryTrust.Obstacle(Directory) : null;

    private void CreateDirectory(string path)
    {
        if (!_isForUser || OperatingSystem.IsWindows())
        {
            System.IO.Directory.CreateDirectory(path);
        }
        else
        {
            System.IO.Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private void NoteUse(string path)
    {
        try
        {
            File.SetLastWriteTimeUtc(path, Now);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A cache that can only be read serves as well.
        }
    }

    private void DeleteAbandoned()
    {
        foreach (var work in new DirectoryInfo(Directory).EnumerateDirectories(WorkPrefix + "*"))
        {
            try
            {
                if (Now - work.LastWriteTimeUtc > Abandoned)
                {
                    work.Delete(recursive: true);
                }
            }
            catch (DirectoryNotFoundException)
            {
                // It was not abandoned: its process has just been done.
            }
        }
    }

    private void MakeRoom(string kept)
    {
        var files = new DirectoryInfo(Directory).GetFiles("*.dll");
        var size = files.Sum(file => file.Length);
        foreach (var file in files.Where(file => file.FullName != kept).OrderBy(file => file.LastWriteTimeUtc))
        {
            if (size <= _maxSize)
            {
                return;
            }

            try
            {
                var length = file.Length;
                file.Delete();
                size -= length;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Windows keeps what a process has loaded.
            }
        }
    }
}
