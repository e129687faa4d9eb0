/** Compiles to dist/ (plain tsc, no bundle) and makes the bin executable. */
import { spawnSync } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

rmSync('dist', { recursive: true, force: true });
const tsc = spawnSync(process.execPath, [require.resolve('typescript/bin/tsc'), '-p', 'tsconfig.build.json'], {
  stdio: 'inherit',
});
if (tsc.status !== 0) process.exit(1);
chmodSync('dist/src/main.js', 0o755);

// The core pack's YAML, parsed once here instead of at every start.
const { readYaml } = await import('./dist/src/rule/yaml-document.js');
const { keyOf, pack } = await import('./dist/src/rule/stored-trees.js');
const trees = {};
for (const name of readdirSync('rules/core', { recursive: true }).sort()) {
  if (!name.endsWith('.yaml') || name.endsWith('.test.yaml')) continue;
  const text = readFileSync(`rules/core/${name}`, 'utf8');
  const tree = readYaml(name, text, () => {});
  // A broken rule is not stored: the loader reports it with its place.
  if (tree !== undefined) trees[keyOf(text)] = pack(tree);
}
writeFileSync('dist/src/rule/stored-trees.json', JSON.stringify(trees));
