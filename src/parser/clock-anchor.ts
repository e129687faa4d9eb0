import type { LogRecord } from '../model/record.js';
import type { ClockEvidence } from '../model/source.js';
import { MINUTE, type Micros, SECOND, type WrittenTime } from '../model/time.js';
import type { Sink } from './parser.js';

/** Literals of which every anchor and kernel-release line of a text log holds one. */
// Not `kernel: [`: lines that only carry both stamps are many and alike, and the samples of a large log hold enough of them.
export const ANCHOR_LITERALS: readonly string[] = [
  'audit(',
  'setting system clock to ',
  'NetworkManager',
  'Linux version ',
  'Not tainted ',
  'Tainted: ',
];

/**
 * audit(): the stamp is the coarse clock at the start of the event, up to one tick old (10 ms at HZ=100), and kauditd
 * prints it from its queue (kernel/audit.c audit_log_start, kauditd_thread). A tenth of a second covers a busy machine.
 */
const AUDIT_TO_PRINTK: Micros = SECOND / 10;
/** From the program or the kernel to the stamp of the logging daemon. Under load a second is common; a stall is longer. */
const RECEIVE: Micros = SECOND;
/** The RTC counts whole seconds (drivers/rtc/class.c rtc_hctosys assumes the middle of one). */
const RTC_READ: Micros = SECOND;
/** A kernel line of early boot waits for the logging daemon to start: normally below a minute. */
const BOOT_RECEIVE: Micros = 2 * MINUTE;

/** One pair is kept for each stretch of this length, the one received with the least delay. */
const WINDOW: Micros = 10 * MINUTE;
/** Pairs kept per source. Beyond it stretches double in length, so a year of log gives no more than a day. */
const PAIRS = 400;
/** Stretches double no further than some 30 years: then every series holds one pair and the first series are kept. */
const WIDEST: Micros = 1e15;

type UptimeEvidence = Extract<ClockEvidence, { kind: 'uptime' }>;

interface Pair {
  readonly evidence: ClockEvidence;
  /** Where on the series' own axis it lies, and how late it was received against the others. */
  readonly x: Micros;
  readonly delay: Micros;
}

interface Series {
  readonly anchor: string;
  readonly host: string | null;
  readonly boot: string | null;
  pairs: Pair[];
  window: number;
}

export interface AnchorCollector {
  /** Reads the anchors of a record's first line. `paired`: the format has a better pair than its two stamps (see `pair`). */
  observe(record: LogRecord, paired?: boolean): void;
  /** A pair the format itself holds (journal): time since boot, and UTC. */
  pair(anchor: string, record: LogRecord, uptime: Micros, utc: Micros, tolerance: Micros): void;
  /** Emits what was kept. */
  end(): void;
}

/**
 * Collects what a log proves about its own clock. Every delay between an event and its stamp is positive, so of many
 * pairs of one stretch the one with the smallest difference is the truest (the lower envelope).
 */
export function collectAnchors(sink: Sink): AnchorCollector {
  const keep = keepPairs();
  return {
    observe(record, paired = false) {
      if (record.ident === 'kernel') observeKernel(record, paired, keep);
      else if (record.ident === 'NetworkManager') observeNetworkManager(record, keep.add);
      else if (record.ident?.startsWith('audi') === true) observeAudit(record, keep.add);
    },
    pair(anchor, record, uptime, utc, tolerance) {
      keep.add(anchor, record, uptime, utc - uptime, () => ({
        ...uptimePair(anchor, record, uptime, tolerance),
        utc,
      }));
    },
    end() {
      for (const evidence of keep.take()) sink.clock(evidence);
    },
  };
}

type Add = (anchor: string, of: LogRecord, x: Micros, delay: Micros, evidence: () => ClockEvidence) => void;

function observeKernel(record: LogRecord, paired: boolean, { add, isLate }: Keeper): void {
  const { body, time, uptime } = record;
  // Mar  3 02:14:07 web01 kernel: [12345.678901] ...
  if (!paired && uptime !== null && time !== null && time.clock === 'wall') {
    const delay = time.micros - uptime;
    if (!isLate('syslog', record, uptime, delay)) {
      add('syslog', record, uptime, delay, () => stampPair(record, time, uptime));
    }
  }
  if (!ABSOLUTE.test(body)) return;
  if (body.includes('audit(')) observeAudit(record, add);
  else observeRtc(record, add);
}

// One expression of two literals takes two thirds of the time of two searches.
const ABSOLUTE = /audit\(|setting system clock to /;

/** Written out: on every kernel line of a log whose delay keeps falling, and a spread takes ten times as long. */
function stampPair({ host, boot, at }: LogRecord, time: WrittenTime, uptime: Micros): UptimeEvidence {
  const { micros: written, yearless } = time;
  const tolerance = RECEIVE + time.resolution;
  return { kind: 'uptime', anchor: 'syslog', host, boot, uptime, utc: null, written, yearless, tolerance, at };
}

function uptimePair(anchor: string, record: LogRecord, uptime: Micros, tolerance: Micros): UptimeEvidence {
  const { host, boot, at } = record;
  return { kind: 'uptime', anchor, host, boot, uptime, utc: null, written: null, yearless: false, tolerance, at };
}

// audit: type=1400 audit(1709428447.123:8): apparmor="DENIED" ...
const AUDIT = /\baudit\((\d{9,10})\.(\d{3}):\d+\)/;

function observeAudit(record: LogRecord, add: Add): void {
  const m = AUDIT.exec(record.body);
  if (m === null) return;
  const utc = Number(m[1]) * SECOND + Number(m[2]) * 1000;
  const { uptime } = record;
  if (uptime !== null) {
    const evidence = (): ClockEvidence => ({ ...uptimePair('audit', record, uptime, AUDIT_TO_PRINTK), utc });
    add('audit', record, uptime, uptime - utc, evidence);
  }
  addEpoch('audit', record, utc, RECEIVE, add);
}

/** The line's own wall stamp against a UTC time inside it. */
function addEpoch(anchor: string, record: LogRecord, utc: Micros, delay: Micros, add: Add): void {
  const { time, host, at } = record;
  if (time === null || time.clock !== 'wall') return;
  const { micros: written, yearless, resolution } = time;
  const tolerance = delay + resolution;
  add(`${anchor}-epoch`, record, written, written - utc, () => {
    return { kind: 'epoch', anchor, host, written, yearless, utc, tolerance, at };
  });
}

// rtc_cmos 00:00: setting system clock to 2024-03-03T01:14:07 UTC (1709428447)   (a blank for the T before 5.x)
const RTC = /setting system clock to \d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d UTC \((\d{9,10})\)/;

function observeRtc(record: LogRecord, add: Add): void {
  const m = RTC.exec(record.body);
  if (m === null) return;
  const utc = Number(m[1]) * SECOND;
  const { uptime } = record;
  if (uptime === null) addEpoch('rtc', record, utc, BOOT_RECEIVE, add);
  else add('rtc', record, uptime, 0, () => ({ ...uptimePair('rtc', record, uptime, RTC_READ), utc }));
}

// <info>  [1709428447.1234] device (eth0): carrier: link connected
const NETWORK_MANAGER = /^<[a-z]{4,5}> {1,2}\[(\d{9,10})\.(\d{4})\d{0,2}\]/;

function observeNetworkManager(record: LogRecord, add: Add): void {
  const m = NETWORK_MANAGER.exec(record.body);
  if (m === null) return;
  addEpoch('network-manager', record, Number(m[1]) * SECOND + Number(m[2]) * 100, RECEIVE, add);
}

interface Keeper {
  readonly add: Add;
  /** A quick look, for every kernel line: `add` would drop this pair. False where the series is not the last one. */
  readonly isLate: (anchor: string, of: LogRecord, x: Micros, delay: Micros) => boolean;
  readonly take: () => readonly ClockEvidence[];
}

/** Keeps the least delayed pair of each stretch of each series, in bounded memory. */
function keepPairs(): Keeper {
  const all = new Map<string, Series>();
  let current: Series | null = null;
  let width = WINDOW;
  let count = 0;
  const seriesOf = (anchor: string, { host, boot }: LogRecord): Series => {
    if (current?.anchor === anchor && current.host === host && current.boot === boot) return current;
    current = all.get(seriesKey(anchor, host, boot)) ?? { anchor, host, boot, pairs: [], window: Number.NaN };
    return current;
  };
  const hasRoom = (): boolean => {
    while (count >= PAIRS && width < WIDEST) {
      width *= 2;
      count = 0;
      for (const series of all.values()) count += mergePairs(series, width);
    }
    return count < PAIRS;
  };
  return {
    add(anchor, record, x, delay, evidence) {
      const series = seriesOf(anchor, record);
      const last = series.pairs.at(-1);
      if (last !== undefined && series.window === Math.floor(x / width)) {
        if (delay < last.delay) series.pairs[series.pairs.length - 1] = { evidence: evidence(), x, delay };
        return;
      }
      if (!hasRoom()) return;
      series.pairs.push({ evidence: evidence(), x, delay });
      series.window = Math.floor(x / width);
      all.set(seriesKey(anchor, series.host, series.boot), series);
      count++;
    },
    isLate(anchor, { host, boot }, x, delay) {
      if (current === null || current.anchor !== anchor || current.host !== host || current.boot !== boot) return false;
      const last = current.pairs.at(-1);
      return last !== undefined && delay >= last.delay && current.window === Math.floor(x / width);
    },
    take: () => [...all.values()].flatMap((series) => series.pairs.map((pair) => pair.evidence)),
  };
}

function seriesKey(anchor: string, host: string | null, boot: string | null): string {
  return `${anchor}\u0000${host ?? ''}\u0000${boot ?? ''}`;
}

/** Joins neighbours that now lie in one stretch; returns how many are left. */
function mergePairs(series: Series, width: Micros): number {
  const merged: Pair[] = [];
  let window = Number.NaN;
  for (const pair of series.pairs) {
    const next = Math.floor(pair.x / width);
    const last = merged.at(-1);
    if (last === undefined || next !== window) merged.push(pair);
    else if (pair.delay < last.delay) merged[merged.length - 1] = pair;
    window = next;
  }
  series.pairs = merged;
  series.window = window;
  return merged.length;
}
