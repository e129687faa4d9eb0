import type { ReadSource } from '../model/source.js';
import type { Micros } from '../model/time.js';
import { shortName } from '../model/windows-name.js';

/** A source that says how far local time is off UTC, where its writer stands. */
interface StatedOffset {
  readonly source: ReadSource;
  readonly utcOffset: Micros;
}

/** Who wrote what: looked up once for a case, because every stream asks. */
export interface Site {
  /** Short names of every machine that a log names as its writer. */
  readonly machines: ReadonlySet<string>;
  /** By short name the sources that have a stream or evidence of time of that machine, in their order. */
  readonly sourcesOf: ReadonlyMap<string, readonly ReadSource[]>;
  /** In the order of the sources. */
  readonly offsets: readonly StatedOffset[];
}

const sites = new WeakMap<readonly ReadSource[], Site>();

export function siteOf(sources: readonly ReadSource[]): Site {
  let site = sites.get(sources);
  if (site === undefined) {
    site = readSite(sources);
    sites.set(sources, site);
  }
  return site;
}

function readSite(sources: readonly ReadSource[]): Site {
  const machines = new Set<string>();
  const sourcesOf = new Map<string, Set<ReadSource>>();
  for (const source of sources) {
    const named = [...source.streams, ...source.clock].map(
      (one) => ('host' in one ? one.host : null) ?? source.pathHost,
    );
    for (const { host } of source.streams) if (host !== null) machines.add(shortName(host));
    for (const host of named) {
      if (host === null) continue;
      const known = sourcesOf.get(shortName(host));
      if (known === undefined) sourcesOf.set(shortName(host), new Set([source]));
      else known.add(source);
    }
  }
  return {
    machines,
    sourcesOf: new Map([...sourcesOf].map(([name, set]) => [name, [...set]])),
    offsets: sources.flatMap((source) => {
      const utcOffset = offsetOf(source);
      return utcOffset === null ? [] : [{ source, utcOffset }];
    }),
  };
}

/** Formats that write UTC wherever they are made say nothing about the site. */
export const ALWAYS_UTC = /^(?:windows-evtx|windows-event-json|windows-event-xml|systemd-journal)/;

function offsetOf({ format, clock, streams }: ReadSource): Micros | null {
  if (ALWAYS_UTC.test(format)) return null;
  const stated = clock.find((evidence) => evidence.kind === 'stated-offset');
  if (stated?.kind === 'stated-offset') return stated.utcOffset;
  return streams.find((stream) => stream.statesOffset)?.statedOffsets.at(-1)?.utcOffset ?? null;
}
