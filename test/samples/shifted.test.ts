import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { PARSERS } from '../../parsers/index.js';
import { analyze } from '../../src/analyze.js';
import type { Analysis } from '../../src/model/analysis.js';
import type { InputReading } from '../../src/model/reading.js';
import { HOUR, SECOND } from '../../src/model/time.js';
import { readEvidence } from '../../src/read-evidence.js';
import { diceOf } from '../clocks/dice.js';
import { CORE, memoryInputs } from '../run.js';
import { SAMPLE_NAMES } from '../sample-generator/generate.js';
import { shiftReading, type WrongClock } from './shift-readings.js';

const root = new URL('../../samples/', import.meta.url).pathname;

async function readingsOf(name: string): Promise<readonly InputReading[]> {
  const folder = join(root, name);
  const files = new Map<string, Uint8Array>();
  const walk = (at: string): void => {
    for (const entry of readdirSync(at)) {
      const path = join(at, entry);
      if (statSync(path).isDirectory()) walk(path);
      else if (!/^(?:case\.md|report\.expected\.json)$/.test(entry))
        files.set(relative(folder, path), readFileSync(path));
    }
  };
  walk(folder);
  return readEvidence(memoryInputs(files), CORE.rules, PARSERS);
}

const analyzed = (readings: readonly InputReading[]): Analysis =>
  analyze({ readings, ruleSet: CORE, zones: [], clocks: [], span: null, entities: [] });

const ZONES = [0, 1, 2, -5, -8, 5.5, 5.75, 9, 10, -3.5, 12];

/** `guests/web01`, `hosts/HV01`, `backup`: what one clock stamps. */
const machineOf = (path: string): string =>
  path
    .split('/')
    .slice(0, path.startsWith('backup/') ? 1 : 2)
    .join('/');

/** Every machine with a clock of its own, up to three days off, and a zone of its own. */
function shifted(readings: readonly InputReading[], seed: number): readonly InputReading[] {
  const wrong = (machine: string): WrongClock => {
    const dice = diceOf(seed, machine);
    return { error: Math.round(dice.sign() * dice.scaled(1, 3 * 86_400)) * SECOND, zone: dice.pick(ZONES) * HOUR };
  };
  return readings.map((reading) =>
    'source' in reading ? shiftReading(reading, wrong(machineOf(reading.source.path))) : reading,
  );
}

/** `web01 vss-snapshot`: what was blamed, for whom. Where clocks are lost an episode falls into several incidents. */
function blamed({ incidents, attributions }: Analysis): readonly string[] {
  return attributions.flatMap(({ incident, verdict, causes }) => {
    const one = incidents.find(({ id }) => id === incident);
    if (one === undefined || verdict === 'undetermined') return [];
    const cause = causes[0]?.cause;
    // Who reset a VM after the fault is a part of its episode; told apart from it, it is a reboot that somebody asked for.
    if (one.kind === 'guest.reboot' && cause === 'operator-action') return [];
    return [`${one.entity.name} ${cause}`];
  });
}

test.each(SAMPLE_NAMES)(
  '%s: with every clock wrong in its own way nothing else is blamed',
  { timeout: 120_000 },
  async (name) => {
    const readings = await readingsOf(name);
    const right = new Set(blamed(analyzed(readings)));
    for (const seed of [1, 2, 3]) {
      const analysis = analyzed(shifted(readings, seed));
      for (const one of blamed(analysis)) expect([...right]).toContain(one);
      const clocks = [...analysis.clocks.streams.values()];
      expect(clocks.some(({ basis }) => basis === 'measured')).toBe(true);
    }
  },
);
