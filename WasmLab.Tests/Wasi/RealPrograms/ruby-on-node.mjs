// Evaluates a Ruby script in a CRuby of the npm registry on Node's WASI.
// Usage: ruby-on-node.mjs RUBY.wasm SCRIPT [GUEST=HOST]...
import { readFileSync } from 'node:fs';
import { WASI } from 'node:wasi';

const [, , file, script, ...directories] = process.argv;
const wasi = new WASI({
  version: 'preview1',
  args: ['ruby.wasm'],
  preopens: Object.fromEntries(directories.map(directory => directory.split('='))),
});

// The interpreter is built for JavaScript hosts and imports what reaches into them. Only handles of its own values are needed here.
const handles = [];
const imports = {
  ...wasi.getImportObject(),
  canonical_abi: {
    'resource_new_rb-abi-value': value => handles.push(value) - 1,
    'resource_get_rb-abi-value': handle => handles[handle],
  },
};
const module = await WebAssembly.compile(readFileSync(file));
for (const { module: from, name } of WebAssembly.Module.imports(module)) {
  imports[from] ??= {};
  imports[from][name] ??= () => { throw new Error(`called ${from}.${name}`); };
}

const instance = await WebAssembly.instantiate(module, imports);
wasi.initialize(instance);
const { memory, cabi_realloc: allocate } = instance.exports;
const view = () => new DataView(memory.buffer);

function text(value) {
  const bytes = new TextEncoder().encode(value + '\0');
  const address = allocate(0, 0, 1, bytes.length);
  new Uint8Array(memory.buffer).set(bytes, address);
  return [address, bytes.length];
}

const args = ['ruby.wasm', '-EUTF-8', '-e_=0'].map(text);
const list = allocate(0, 0, 4, args.length * 8);
args.flat().forEach((word, index) => view().setUint32(list + index * 4, word, true));
instance.exports['ruby-init: func(args: list<string>) -> ()'](list, args.length);
const result = instance.exports['rb-eval-string-protect: func(str: string) -> tuple<handle<rb-abi-value>, s32>'](...text(readFileSync(script, 'utf8')));
process.exitCode = view().getUint32(result + 4, true);
