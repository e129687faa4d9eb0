/**
 * Builds dist/: `src` and `parsers` module by module (tests and benchmarks import them), `core-pack.json` (the core pack,
 * checked and compiled), and `bin` (what is shipped and run: the same modules in a few files, because loading 400
 * modules takes 0.2 s and loading the bundle 0.05 s).
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

// The WebAssembly modules from their sources; what they compile to is committed, so that a change shows in review.
for (const script of ['src/scan/build-wasm.mjs', 'parsers/perfmon-csv/build-wasm.mjs']) {
  if (spawnSync(process.execPath, [script], { stdio: 'inherit' }).status !== 0) process.exit(1);
}

rmSync('dist', { recursive: true, force: true });
const tsc = spawnSync(process.execPath, [require.resolve('typescript/bin/tsc'), '-p', 'tsconfig.build.json'], {
  stdio: 'inherit',
});
if (tsc.status !== 0) process.exit(1);

// The core pack, checked and compiled once here instead of at every start.
const { loadPacks } = await import('./dist/src/rule/load.js');
const { storeRules } = await import('./dist/src/rule/stored-rules.js');
const core = loadPacks(['rules/core']);
if (core.errors.length > 0) {
  for (const { file, line, problem } of core.errors) console.error(`${file}:${line}: ${problem}`);
  process.exit(1);
}
writeFileSync('dist/core-pack.json', JSON.stringify(storeRules(core)));

// Workers are files of their own, found beside the file that starts them.
const { rolldown } = await import('rolldown');
const workers = readdirSync('dist/src', { recursive: true }).filter((name) => name.endsWith('-worker.js'));
const bundle = await rolldown({
  input: Object.fromEntries([
    ['faultline', 'dist/src/main.js'],
    ...workers.map((name) => [name.replace(/^.*[\\/]|\.js$/g, ''), `dist/src/${name}`]),
  ]),
  platform: 'node',
  external: ['better-sqlite3'],
});
const { output } = await bundle.write({
  ...{ dir: 'dist/bin', format: 'esm', entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
  // Names stay, so that a stack trace in a bug report can be read.
  minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
});
chmodSync('dist/bin/faultline.js', 0o755);

const bundled = new Set(
  output
    .flatMap((file) => file.moduleIds ?? [])
    .flatMap((id) => /node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)/.exec(id)?.[1].replaceAll('\\', '/') ?? []),
);
const notices = [...bundled].sort().map((name) => {
  const folder = `node_modules/${name}`;
  const { version, license } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  if (file === undefined) throw new Error(`${name} ships no licence text: it cannot be bundled`);
  return `${name} ${version} (${license})\n\n${readFileSync(`${folder}/${file}`, 'utf8').trim()}\n`;
});
writeFileSync('dist/bin/THIRD-PARTY-NOTICES.txt', notices.join(`\n${'-'.repeat(78)}\n\n`));
