// Runs a kernel in V8, often enough before the measurement that its optimizing compiler has done its work.
import { readFileSync } from 'node:fs';
const [path, runs] = process.argv.slice(2);
const { instance } = await WebAssembly.instantiate(readFileSync(path));
const run = instance.exports.run;
let checksum = 0;
for (const start = performance.now(); performance.now() - start < 400;) {
    checksum = run();
    await new Promise(resolve => setTimeout(resolve, 1));
}
const now = () => { const { user, system } = process.cpuUsage(); return (user + system) * 1000; };
for (let i = 0; i < runs; i++) { const start = now(); run(); console.log(now() - start); }
console.log(`checksum ${checksum >>> 0}`);
