using WasmLab.Fuzz.CommandLine;

return FuzzCommand.Invoke(args);
