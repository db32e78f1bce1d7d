// Runs a WASI command on Node. Usage: run-on-node.mjs MODULE GUEST=HOST -- [ARGS]...
import { readFileSync } from 'node:fs';
import { WASI } from 'node:wasi';

const [, , file, ...rest] = process.argv;
const end = rest.indexOf('--');
const wasi = new WASI({
  version: 'preview1',
  args: ['program', ...rest.slice(end + 1)],
  preopens: Object.fromEntries(rest.slice(0, end).map(directory => directory.split('='))),
  returnOnExit: true,
});
const module = await WebAssembly.compile(readFileSync(file));
process.exitCode = wasi.start(await WebAssembly.instantiate(module, wasi.getImportObject()));
