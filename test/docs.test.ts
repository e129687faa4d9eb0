import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { faultline } from './end-to-end/faultline.js';

const root = new URL('../', import.meta.url).pathname;
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const readme = read('README.md');

function commandAfter(mark: string): string {
  const command = new RegExp(`<!-- ${mark} -->\\n\`\`\`sh\\n(.*)\\n\`\`\``).exec(readme)?.[1];
  expect(command).toBeDefined();
  return command ?? '';
}

test('CI runs the README commands', () => {
  expect(read('.ci/run')).toContain("'readme: install and test'");
  expect(read('.ci/run')).toContain(`bash -c '${commandAfter('test')}'`);
  expect(read('.ci/first-run')).toContain('<!-- first-run -->');
  expect(commandAfter('first-run')).toMatch(/^npm install && .* report samples\//);
});

test('the output in the README is what the program prints', () => {
  const block = /```\n\$ faultline (.*)\n\n([\s\S]*?)\n```/.exec(readme);
  expect(block).not.toBeNull();
  const { out } = faultline((block?.[1] ?? '').split(' '), { cwd: root });
  const lines = out.split('\n');
  for (const shown of (block?.[2] ?? '').split('\n')) {
    const start = shown.replace(/…$/, '');
    // The number of sources counts the notes and the golden report beside the evidence.
    if (start.startsWith('faultline ')) expect(lines[0]).toMatch(/^faultline \S+: 1 incident in \d+ sources$/);
    else expect(lines.some((line) => line.startsWith(start))).toBe(true);
  }
});

test('the figures in the README and in RESULTS.md are those that were measured', async () => {
  const { resultsPage, summaryTable } = (await import(`${root}bench/results-page.mjs`)) as {
    resultsPage(results: unknown, notes: string): string;
    summaryTable(results: unknown): string;
  };
  const results = JSON.parse(read('bench/results.json')) as { experiments: { figures: { row: number }[] }[] };
  const rows = new Set(results.experiments.flatMap(({ figures }) => figures.map(({ row }) => row)));
  expect([...rows].sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  expect(read('bench/RESULTS.md')).toBe(resultsPage(results, read('bench/notes.md')));
  expect(readme).toContain(`<!-- speed -->\n${summaryTable(results)}\n<!-- /speed -->`);
});

test('links between documents lead somewhere', () => {
  const documents = [
    'README.md',
    'ARCHITECTURE.md',
    'CONTRIBUTING.md',
    ...readdirSync(join(root, 'docs'))
      .filter((n) => n.endsWith('.md'))
      .map((n) => `docs/${n}`),
  ];
  for (const document of documents) {
    for (const [, target] of read(document).matchAll(/\]\((?!https?:|#)([^)#]+)/g)) {
      expect(`${document}: ${existsSync(join(root, document, '..', target ?? ''))} ${target}`).toBe(
        `${document}: true ${target}`,
      );
    }
  }
});

test('the changelog names the version of the package', () => {
  const { version } = JSON.parse(read('package.json')) as { version: string };
  expect(read('CHANGELOG.md')).toContain(`## ${version}`);
});

test('every library that is shipped, bundled or installed, has its reason', () => {
  const { optionalDependencies } = JSON.parse(read('package.json')) as { optionalDependencies: Record<string, string> };
  const bundled = [...read('dist/bin/THIRD-PARTY-NOTICES.txt').matchAll(/^(\S+) \d+\.\d+\.\d+ \(/gm)].map(
    (m) => m[1] ?? '',
  );
  expect(bundled).toContain('re2js');
  for (const name of [...Object.keys(optionalDependencies), ...bundled])
    expect(read('docs/decisions/0001-dependencies.md')).toMatch(new RegExp(`\\| ${name.replace('/', '\\/')} +\\|`));
});
