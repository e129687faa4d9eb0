import type { StreamStats } from './coverage.js';
import type { Layer, Position } from './record.js';
import type { Micros } from './time.js';

/**
 * Severity of an Issue. `info`: nothing was lost, an assumption was made. `error`: something could not be read as
 * it should. `data-loss`: evidence that is in the source did not reach the analysis, or never reached the source.
 */
export type IssueSeverity = 'info' | 'error' | 'data-loss';

/** Expected trouble with evidence: data, never an exception. Counted per source and code. */
export interface Issue {
  readonly code: string;
  readonly severity: IssueSeverity;
  /** Where it was first seen. */
  readonly at: Position | null;
  /** One sentence for a person; the same for every issue of the code unless a value is named. */
  readonly note: string;
  readonly count: number;
}

/** What a parser can prove about its own clock. */
export type ClockEvidence =
  /** The format states the zone: local time minus UTC. `zone` is the name as written, if any. */
  | { readonly kind: 'stated-offset'; readonly utcOffset: Micros; readonly zone: string | null; readonly at: Position }
  /** One line carries its own wall stamp and an absolute UTC time (audit, NetworkManager, rtc_cmos). */
  | {
      readonly kind: 'epoch';
      readonly anchor: string;
      readonly host: string | null;
      readonly written: Micros;
      readonly yearless: boolean;
      readonly utc: Micros;
      /** How far the two may honestly lie apart, microseconds. */
      readonly tolerance: Micros;
      readonly at: Position;
    }
  /** One line carries the time since boot and an absolute UTC time or a wall stamp. */
  | {
      readonly kind: 'uptime';
      readonly anchor: string;
      readonly host: string | null;
      readonly boot: string | null;
      readonly uptime: Micros;
      readonly utc: Micros | null;
      readonly written: Micros | null;
      readonly yearless: boolean;
      readonly tolerance: Micros;
      readonly at: Position;
    };

/** What the evidence says about who is who. Nothing here is a judgement. */
export type Fact =
  | { readonly kind: 'vm'; readonly name: string; readonly id: string | null; readonly at: Position | null }
  | { readonly kind: 'vm-host'; readonly vm: string; readonly host: string; readonly at: Position | null }
  | { readonly kind: 'vm-disk'; readonly vm: string; readonly path: string; readonly at: Position | null }
  | { readonly kind: 'vm-volume'; readonly vm: string; readonly volume: string; readonly at: Position | null }
  | { readonly kind: 'guest-name'; readonly vm: string; readonly hostname: string; readonly at: Position | null }
  | { readonly kind: 'volume'; readonly name: string; readonly alias: string; readonly at: Position | null }
  | { readonly kind: 'host'; readonly name: string; readonly at: Position | null }
  | { readonly kind: 'kernel'; readonly host: string | null; readonly release: string; readonly at: Position | null };

/** What ingest knows of a source before it is read. */
export interface SourceContext {
  /** Path relative to what was given, `/` separated; `-` for standard input. */
  readonly path: string;
  /** Layer and logsource come from the parser; the host a path names (docs/evidence.md) or null. */
  readonly pathHost: string | null;
}

/** A source after ingest. */
export interface Source {
  readonly id: string;
  readonly path: string;
  readonly format: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly records: number;
  readonly layer: Layer;
  readonly issues: readonly Issue[];
}

/** A source with everything the later stages need of it besides its detections. */
export interface ReadSource extends Source {
  /** Machine the path names (docs/evidence.md), or null. */
  readonly pathHost: string | null;
  readonly streams: readonly StreamStats[];
  readonly clock: readonly ClockEvidence[];
  readonly facts: readonly Fact[];
}

/** A file that no parser claims. Its first bytes are kept, printable, so that a person can see what it was. */
export interface Unrecognised {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly firstBytes: string;
  readonly reason: 'unknown-format' | 'empty' | 'unreadable';
}
