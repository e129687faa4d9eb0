/**
 * Writes a rule pack of the shape of SigmaHQ's: node bench/sigma-rules.mjs windows|linux COUNT FOLDER
 *
 * `windows`: categories in the proportions of SigmaHQ's rules/windows (half process_creation, then registry_set, file_event,
 * ps_script, image_load, security and others), `linux`: syslog rules of which each holds a literal that must be
 * scanned for. Deterministic: the same arguments give the same files. Every rule loads without a mistake.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CATEGORIES, LINUX, LOGSOURCES } from './sigma-shapes.mjs';

/** mulberry32: 32 bits of state, the same numbers everywhere. */
function randomFrom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What the shapes choose with. */
function chooser(random) {
  const below = (n) => Math.floor(random() * n);
  const one = (list) => list[below(list.length)];
  const some = (list, from, to) => {
    const rest = [...list];
    const count = Math.min(rest.length, from + below(to - from + 1));
    return Array.from({ length: count }, () => rest.splice(below(rest.length), 1)[0]);
  };
  return { below, one, some, chance: (share) => random() < share };
}

/** YAML in flow style is JSON, and JSON is YAML: strings need no quoting rules of their own. */
const inline = (value) => JSON.stringify(value);

function ruleText({ title, logsource, detection, statement }) {
  return [
    `title: ${inline(title)}`,
    'status: test',
    'description: Generated for benchmarks in the shape of a public Sigma rule; it describes nothing that was ever seen.',
    'references:',
    '  - https://github.com/SigmaHQ/sigma',
    'author: Faultline',
    'date: 2026-11-21',
    'license: Apache-2.0',
    'tags:',
    '  - attack.execution',
    '  - wording.memory',
    `logsource: ${inline(logsource)}`,
    'detection:',
    ...Object.entries(detection).map(([name, part]) => `  ${name}: ${inline(part)}`),
    'falsepositives:',
    '  - unknown',
    'level: medium',
    'x-faultline:',
    '  role: marker',
    `  statement: ${inline(statement)}`,
    '',
  ].join('\n');
}

function logsourceText({ title, logsource, where, sample }) {
  return [
    'kind: logsource',
    `title: ${inline(title)}`,
    'description: Generated for benchmarks.',
    `logsource: ${inline(logsource)}`,
    'formats: [windows-evtx, windows-event-xml, windows-event-json]',
    `where: ${inline(where)}`,
    'layer: hypervisor',
    'of: host',
    'gives: what rules of this category look for',
    'get: wevtutil epl',
    'kept: as configured',
    'samples:',
    `  - {format: windows-event-xml, text: ${inline(sample)}}`,
    '',
  ].join('\n');
}

/** By its share of the whole, so that any COUNT has the same mix. */
function categoryOf(random) {
  let left = random() * CATEGORIES.reduce((sum, { share }) => sum + share, 0);
  for (const category of CATEGORIES) {
    left -= category.share;
    if (left < 0) return category;
  }
  return CATEGORIES[0];
}

/** Writes the pack and returns its folder. An older pack of that name is replaced. */
export function writeSigmaPack(kind, count, folder) {
  const random = randomFrom(kind === 'windows' ? 3000 : 1000);
  const choose = chooser(random);
  rmSync(folder, { recursive: true, force: true });
  const put = (path, text) => {
    const file = join(folder, path);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, text);
  };
  put('pack.yaml', `id: bench-${kind}\nversion: 0.1.0\ntitle: ${count} generated rules\nlicense: Apache-2.0\n`);
  if (kind === 'windows')
    for (const logsource of LOGSOURCES) put(`logsources/${logsource.id}.yaml`, logsourceText(logsource));
  for (let i = 0; i < count; i++) {
    const number = String(i).padStart(5, '0');
    const category = kind === 'windows' ? categoryOf(random) : LINUX;
    const detection = category.make(choose, i);
    const title = `Generated ${category.name} ${number}`;
    const statement = `generated rule ${number} matched`;
    put(
      `${category.name.replaceAll('_', '-')}/rule-${number}.yaml`,
      ruleText({ title, logsource: category.logsource, detection, statement }),
    );
  }
  return folder;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , kind, count, folder] = process.argv;
  if ((kind !== 'windows' && kind !== 'linux') || !(Number(count) > 0) || folder === undefined) {
    process.stderr.write('usage: node bench/sigma-rules.mjs windows|linux COUNT FOLDER\n');
    process.exitCode = 2;
  } else writeSigmaPack(kind, Number(count), folder);
}
