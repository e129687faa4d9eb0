/**
 * Compiles assembly/*.ts (scanner.ts is the entry) and embeds the result in scanner-wasm.ts, so that plain tsc ships it.
 *   node src/scan/build-wasm.mjs           writes scanner-wasm.ts
 *   node src/scan/build-wasm.mjs --check   fails when the committed module differs from what the source compiles to
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const SOURCE = 'assembly';
const TARGET = fileURLToPath(new URL('scanner-wasm.ts', import.meta.url));
/** Characters of base64 per line: the module stays readable in a diff and within the line width. */
const WIDTH = 108;

/** In memory, under a name without the machine's path: the same bytes on every machine. */
async function compile() {
  const folder = new URL(`${SOURCE}/`, import.meta.url);
  const sources = new Map(readdirSync(folder).map((name) => [name, readFileSync(new URL(name, folder), 'utf8')]));
  let wasm;
  const { error, stderr } = await asc.main(
    ['scanner.ts', '--outFile', 'scanner.wasm', '--runtime', 'stub', '-O3', '--noAssert', '--enable', 'simd'],
    {
      readFile: (name) => sources.get(name) ?? null,
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
    '// Generated from assembly/ by `node src/scan/build-wasm.mjs`. Do not edit.',
    '',
    `/** WebAssembly (SIMD), ${wasm.length} bytes, base64. */`,
    'export const SCANNER_WASM = [',
    ...lines.map((line) => `  '${line}',`),
    "].join('');",
    '',
  ].join('\n');
}

const generated = toModule(await compile());
if (!process.argv.includes('--check')) writeFileSync(TARGET, generated);
else if (readFileSync(TARGET, 'utf8').replaceAll('\r\n', '\n') !== generated) {
  console.error('src/scan/scanner-wasm.ts is not what assembly/ compiles to: run node src/scan/build-wasm.mjs');
  process.exitCode = 1;
}
