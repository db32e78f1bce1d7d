using WasmLab.Shim.CommandLine;

// Images made for WasmEdge start this program under that name.
var name = Path.GetFileNameWithoutExtension(Environment.ProcessPath);
return ShimCommand.Invoke(name == WasmEdgeSyntax.ProgramName ? WasmEdgeSyntax.ToRun(args, Environment.GetEnvironmentVariable) : args);
