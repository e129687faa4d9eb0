import type { WrittenTime } from './time.js';

/** Where the evidence lies, as an operator would name it. */
export type Layer = 'guest' | 'hypervisor' | 'backup' | 'storage' | 'network' | 'inventory';

/** A place inside one source. `byteOffset` counts in the decompressed member, `line` from 1; `record` is a record id. */
export interface Position {
  readonly line: number | null;
  readonly byteOffset: number | null;
  readonly record: number | null;
}

export type FieldValue = string | number | readonly string[];

/** Fields a rule can name. Windows: EventID, Provider_Name, Channel, Computer, Level and the event's data. Linux: see docs/rules.md. */
export type Fields = Readonly<Record<string, FieldValue>>;

/**
 * One log record as a parser read it. Nothing in it is corrected or judged: time and text are as written.
 * Field names follow the OpenTelemetry log data model and the Elastic Common Schema.
 */
export interface LogRecord {
  readonly time: WrittenTime | null;
  /** End of what the record describes, where the source states one (a job run); same clock as `time`. */
  readonly until: WrittenTime | null;
  /** `host.name` as written; null where the format has none (dmesg). */
  readonly host: string | null;
  /** Windows channel, or null. Together with `host` it names the stream inside the source. */
  readonly channel: string | null;
  /** Program that wrote it (`kernel`, `iscsid`, a Windows provider). */
  readonly ident: string | null;
  readonly pid: number | null;
  /** OpenTelemetry severity number 1-24, null where the format does not store one. */
  readonly severity: number | null;
  /** The message without its prefix; continuation lines joined by a blank. Rules match on this. */
  readonly body: string;
  /** The record as it stands in the file, continuation lines joined by a line feed. Shown, never matched. */
  readonly text: string;
  /** Kernel stamp inside the record, microseconds since boot; null where there is none. */
  readonly uptime: number | null;
  /** systemd boot id, or a running number of the boot inside this source (`#0`, `#1`); null where unknown. */
  readonly boot: string | null;
  /** How many times the source says the record happened ("last message repeated 3 times" makes it 4). */
  readonly repeat: number;
  readonly fields: Fields;
  readonly at: Position;
}

/**
 * One sample of one series: the mean or rate over the `interval` that ENDS at `time`.
 * Values are SI: seconds, bytes per second, operations per second, ratios 0-1.
 */
export interface MetricPoint {
  readonly time: WrittenTime;
  /** Length of the sampled interval in microseconds; null when it cannot be known (single sample). */
  readonly interval: number | null;
  readonly host: string | null;
  /** Kind of thing measured, in the source's words: `PhysicalDisk`, `Cluster CSV File System`, `iostat`. */
  readonly objectType: string;
  /** Instance as written: `0 C:`, `Volume1`, `sda`. */
  readonly object: string;
  readonly metric: MetricName;
  readonly value: number;
  /** The column as written: `\\HV01\PhysicalDisk(0 C:)\Avg. Disk sec/Write`. */
  readonly series: string;
  readonly at: Position;
}

/** What is known of a record that was not read whole. */
export interface RecordHead {
  readonly time: WrittenTime | null;
  readonly host: string | null;
  readonly channel: string | null;
  readonly ident: string | null;
  readonly at: Position;
}

/**
 * Samples of one series, column by column: entry `i` of each array is one `MetricPoint`. All arrays have the same
 * length and may be shared between series that were sampled together.
 */
export interface MetricColumn {
  readonly host: string | null;
  readonly objectType: string;
  readonly object: string;
  readonly metric: MetricName;
  readonly series: string;
  /** What all stamps have in common. */
  readonly stamp: Omit<WrittenTime, 'micros'>;
  /** Written time, microseconds. */
  readonly times: Float64Array;
  /** Length of the sampled interval, microseconds; NaN where it cannot be known. */
  readonly intervals: Float64Array;
  readonly values: Float64Array;
  /** Line and byte offset; NaN where they are not known. */
  readonly lines: Float64Array;
  readonly offsets: Float64Array;
  /**
   * Set where all samples of a stream (host and object type) are counted row by row, whoever reads them: one column,
   * which need not have samples of its own and comes before the others, bears the rows; the others bear none.
   * Absent: each sample counts as it stands.
   */
  readonly counted?: SampleRows;
}

/** How many samples each row of a stream has. */
export interface SampleRows {
  readonly times: Float64Array;
  readonly intervals: Float64Array;
  readonly offsets: Float64Array;
  readonly counts: Uint32Array;
}

/** Closed list of normalised metrics; the unit is part of the meaning. */
export type MetricName =
  | 'disk.latency' // s per operation, reads and writes together
  | 'disk.latency.read' // s
  | 'disk.latency.write' // s
  | 'disk.latency.flush' // s
  | 'disk.latency.lower' // s, below the virtual layer
  | 'disk.operations.read' // 1/s
  | 'disk.operations.write' // 1/s
  | 'disk.operations' // 1/s
  | 'disk.throughput.read' // B/s
  | 'disk.throughput.write' // B/s
  | 'disk.throughput' // B/s
  | 'disk.queue' // requests waiting or in flight
  | 'disk.utilization' // 0-1
  | 'disk.redirected' // B/s over the network instead of the direct path
  | 'disk.errors'; // cumulative count; rules see its increase between two samples
