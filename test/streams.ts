import { type Clocks, type StreamClock, streamKey } from '../src/model/clock.js';
import type { StreamStats } from '../src/model/coverage.js';
import type { Rule } from '../src/model/rule.js';
import type { ReadSource } from '../src/model/source.js';
import { MINUTE, type Micros, SECOND } from '../src/model/time.js';
import type { Topology } from '../src/model/topology.js';

/** Statistics of a stream that wrote at these minutes, for tests of the stages behind ingest. */
export function streamOf(source: string, minutes: readonly number[], parts: Partial<StreamStats> = {}): StreamStats {
  const times = minutes.map((minute) => minute * MINUTE);
  const silences = times
    .slice(1)
    .map((latest, i) => ({ earliest: times[i] as Micros, latest }))
    .filter(({ earliest, latest }) => latest - earliest >= MINUTE)
    .sort((a, b) => b.latest - b.earliest - (a.latest - a.earliest) || a.earliest - b.earliest);
  return {
    ...{ id: `${source}.0`, source, host: 'db01', channel: null, clock: 'wall', yearless: false, statesOffset: true },
    ...{ statedOffsets: [], records: times.length, first: times[0] ?? null, last: times.at(-1) ?? null, silences },
    ...{ opening: times[0] ?? null, closing: times.at(-1) ?? null },
    ...{
      rhythm: null,
      yearTurns: [],
      leapTurns: [],
      stepsBack: [],
      contiguous: null,
      firstRecordId: null,
      sampling: null,
    },
    ...{ objectTypes: [], kernel: null },
    ...parts,
  };
}

/** A source of these streams at `path`; its id is the path. */
export function sourceOf(path: string, streams: readonly StreamStats[], parts: Partial<ReadSource> = {}): ReadSource {
  return {
    ...{ id: path, path, format: 'linux-syslog', sha256: '', bytes: 0, layer: 'guest', issues: [] },
    ...{ records: 0, pathHost: null, clock: [], facts: [], streams },
    ...parts,
  };
}

/** Every stream written in UTC, with an error of two seconds; streams of `reached` only. */
export function utcClocks(sources: readonly ReadSource[], reached: (source: string) => boolean = () => true): Clocks {
  const streams = new Map<string, StreamClock>();
  for (const { id, streams: own } of sources) {
    for (const { host, channel } of own) {
      const key = streamKey(id, host, channel);
      const clockId = `host:${host ?? id}`;
      const segments = [{ from: null, to: null, offset: 0, uncertainty: 2 * SECOND }];
      const known = {
        key,
        clockId,
        basis: 'stated',
        zone: null,
        courses: [],
        year: null,
        segments,
        folds: [],
        passes: [],
      } as const;
      if (reached(id)) streams.set(key, { ...known, isFinal: false, proofs: [], issues: [] });
    }
  }
  const place: Clocks['place'] = (key, time) => {
    const clock = streams.get(key);
    if (clock === undefined) return null;
    return { utc: time.micros, uncertainty: 2 * SECOND, basis: 'stated', clockId: clock.clockId };
  };
  return { streams, place, derive: () => null, doubtWithout: () => new Map() };
}

/** VMs db01 (whose guest calls itself so) and web01 on HV01. */
export const SMALL_SITE: Topology = {
  vms: ['db01', 'web01'].map((name) => ({ name, id: null, guests: [name], hosts: ['HV01'], volumes: [], disks: [] })),
  hosts: [
    { name: 'HV01', aliases: ['hv01.corp.example'] },
    { name: 'HV02', aliases: [] },
  ],
  volumes: [],
  links: [],
  vmOf: (name) => (/^(?:db01|web01)$/i.test(name) ? name.toLowerCase() : null),
  hostOf: (name) => /^hv0[12]/i.exec(name)?.[0].toUpperCase() ?? null,
  volumeOf: () => null,
};

/** A detection rule of which only what it says of gaps matters. */
export function gapRule(id: string, gap: object): Rule {
  return { id, kind: 'detection', gap: { lasts: null, lost: null, ...gap } } as unknown as Rule;
}

/** `from`, `from + step`, ... before `to`. */
export function every(step: number, from: number, to: number): readonly number[] {
  return Array.from({ length: Math.ceil((to - from) / step) }, (_, i) => from + i * step);
}
