/**
 * Compiles row-kernel.assemblyscript and embeds the result in row-kernel-wasm.ts, so that plain tsc ships it.
 *   node parsers/perfmon-csv/build-wasm.mjs           writes row-kernel-wasm.ts
 *   node parsers/perfmon-csv/build-wasm.mjs --check   fails when the committed module is not what the source compiles to
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

/** Not named .ts: AssemblyScript looks like TypeScript and is none, and tsc would read it. */
const SOURCE = 'row-kernel.assemblyscript';
const TARGET = fileURLToPath(new URL('row-kernel-wasm.ts', import.meta.url));
/** Characters of base64 per line: the module stays readable in a diff and within the line width. */
const WIDTH = 108;

/** In memory, under a name without the machine's path: the same bytes on every machine. */
async function compile() {
  const source = readFileSync(new URL(SOURCE, import.meta.url), 'utf8').replaceAll('\r\n', '\n');
  let wasm;
  const { error, stderr } = await asc.main(
    ['kernel.ts', '--outFile', 'kernel.wasm', '--runtime', 'stub', '-O3', '--noAssert', '--enable', 'simd'],
    {
      readFile: (name) => (name === 'kernel.ts' ? source : null),
      writeFile: (_name, contents) => {
        wasm = contents;
      },
      listFiles: () => [],
    },
  );
  if (error !== null || wasm === undefined) throw new Error(`${SOURCE} does not compile\n${stderr.toString()}`);
  return Buffer.from(wasm);
}

function toModule(wasm) {
  const lines = wasm.toString('base64').match(new RegExp(`.{1,${WIDTH}}`, 'g'));
  return [
    `// Generated from ${SOURCE} by \`node parsers/perfmon-csv/build-wasm.mjs\`. Do not edit.`,
    '',
    `/** WebAssembly (SIMD), ${wasm.length} bytes, base64. */`,
    'export const ROW_KERNEL_WASM = [',
    ...lines.map((line) => `  '${line}',`),
    "].join('');",
    '',
  ].join('\n');
}

const generated = toModule(await compile());
if (!process.argv.includes('--check')) writeFileSync(TARGET, generated);
else if (readFileSync(TARGET, 'utf8').replaceAll('\r\n', '\n') !== generated) {
  console.error(`row-kernel-wasm.ts is not what ${SOURCE} compiles to: run node parsers/perfmon-csv/build-wasm.mjs`);
  process.exitCode = 1;
}
