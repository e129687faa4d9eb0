import type { LogRecord } from '../model/record.js';
import { MINUTE, type Micros, SECOND } from '../model/time.js';
import { KERNEL, KERNEL_ROW, type Section } from '../scan/section.js';
import { keepEnvelope, type UptimeEnvelope } from './uptime-envelope.js';

// The rules by which src/parser/boot-count.ts tells a boot from a line that is only late; comments stand there.
const JITTER: Micros = SECOND;
const ZERO: Micros = 1000;
const BRING_UP: Micros = MINUTE;
const LATE_UPTIME: Micros = MINUTE;
const LATE: Micros = 10 * MINUTE;

type KernelRows = Pick<Section, 'kernels' | 'hosts'>;

export interface LinePlace {
  readonly byteOffset: number;
  readonly line: number;
}

/** A kernel line at which a boot may begin, and what has to be read before it to tell. */
export interface BootLine extends LinePlace {
  readonly before: readonly LinePlace[];
  /** Where the last line stands that has to be read as well: the line was only late, so the boot may begin at any after it. */
  readonly until: number;
}

interface KnownLine extends LinePlace {
  readonly uptime: Micros;
  /** NaN where there is none. */
  readonly wall: Micros;
  isRead: boolean;
}

/** The kernel line with the highest uptime of the boot so far, and the last one. */
interface Known {
  readonly highest: KnownLine;
  readonly last: KnownLine;
}

export interface BootLines {
  /** In the order of the source. `isLeftOut`: a span at this offset is not read after all. */
  add(section: KernelRows, firstLine: number, isLeftOut: (byteOffset: number) => boolean): readonly BootLine[];
  /** A record that was read tells its boot, as the parser numbers them. */
  record(record: LogRecord): void;
  /** Everything that was added before has been read: its boots are known. */
  settle(): void;
  envelope(): ReturnType<UptimeEnvelope['take']>;
}

/**
 * The parser counts the boots of a log by what kernel lines say, and most of those are never read. It has to see each line
 * whose uptime falls or that is a banner, and before it the lines it is compared with; what lies between changes nothing.
 */
export function findBootLines(): BootLines {
  const known = new Map<string, Known>();
  const labels = new Map<string, Label[]>();
  const envelope = keepEnvelope();
  let pending: Pending[] = [];
  const bootOf = (host: string, byteOffset: number): string | null => labelAt(labels.get(host) ?? [], byteOffset);
  return {
    add(section, firstLine, isLeftOut) {
      const found: BootLine[] = [];
      const late = new Set<number>();
      for (let at = 0; at < section.kernels.length; at += KERNEL_ROW) {
        const boot = readStretch(section, at, firstLine, isLeftOut, known);
        if (boot !== null) found.push(boot);
        if (boot !== null && boot.until >= 0) late.add(at);
      }
      const { kernels, hosts } = section;
      if (kernels.length > 0) pending.push({ section: { kernels, hosts }, firstLine, late });
      return found.sort((a, b) => a.byteOffset - b.byteOffset);
    },
    record({ host, boot, ident, uptime, time, at }) {
      const byteOffset = at.byteOffset ?? 0;
      const name = host ?? '';
      const list = labels.get(name);
      if (list === undefined) labels.set(name, [{ byteOffset, boot }]);
      else if (list.at(-1)?.boot !== boot) list.push({ byteOffset, boot });
      if (ident !== 'kernel' || uptime === null || time?.clock !== 'wall') return;
      envelope.add({ host: name, boot, uptime, wall: time.micros, byteOffset, line: at.line ?? 0 });
    },
    settle() {
      for (const one of pending) addToEnvelope(envelope, one, bootOf);
      pending = [];
    },
    envelope: () => envelope.take(),
  };
}

interface Label {
  readonly byteOffset: number;
  readonly boot: string | null;
}

/** Labels rise by offset; a hostile log has as many as lines. */
function labelAt(labels: readonly Label[], byteOffset: number): string | null {
  let low = 0;
  let high = labels.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((labels[middle]?.byteOffset ?? 0) <= byteOffset) low = middle + 1;
    else high = middle;
  }
  return labels[low - 1]?.boot ?? null;
}

/** Of the four lines of a stretch: where their numbers begin. */
const FIRST = 2;
const LAST = 6;
const HIGHEST = 10;
const LEAST = 14;

function readStretch(
  { kernels, hosts }: KernelRows,
  at: number,
  firstLine: number,
  isLeftOut: (byteOffset: number) => boolean,
  known: Map<string, Known>,
): BootLine | null {
  const host = hosts[kernels[at] ?? 0] ?? '';
  const flags = kernels[at + 1] ?? 0;
  const place = (line: number, flag: number): KnownLine => {
    const byteOffset = kernels[at + line] ?? 0;
    const isRead = (flags & flag) !== 0 && !isLeftOut(byteOffset);
    const [uptime = 0, wall = Number.NaN] = kernels.subarray(at + line + 2, at + line + 4);
    return { byteOffset, line: firstLine + (kernels[at + line + 1] ?? 0), isRead, uptime, wall };
  };
  const first = place(FIRST, KERNEL.first);
  const last = place(LAST, KERNEL.last);
  const highest = place(HIGHEST, KERNEL.highest);
  const before = known.get(host);
  const isBanner = (flags & KERNEL.banner) !== 0;
  const drop = before === undefined ? Number.NaN : before.highest.uptime - first.uptime;
  if (before !== undefined && !isBanner && drop <= JITTER) {
    known.set(host, { highest: before.highest.uptime >= highest.uptime ? before.highest : highest, last });
    return null;
  }
  const isLate = before !== undefined && !isBanner && !hasFallenBack(before, first, drop);
  for (const line of [last, highest]) line.isRead ||= isLate || line.byteOffset === first.byteOffset;
  known.set(host, { highest: isLate && before.highest.uptime >= highest.uptime ? before.highest : highest, last });
  return { ...first, before: before === undefined ? [] : unread(before), until: isLate ? last.byteOffset : -1 };
}

/** Lines that have to be shown; from then on the parser knows them. */
function unread({ highest, last }: Known): readonly LinePlace[] {
  const lines = [highest, last].filter(({ isRead }) => !isRead).sort((a, b) => a.byteOffset - b.byteOffset);
  for (const line of lines) line.isRead = true;
  return lines.filter((line, i) => line.byteOffset !== lines[i - 1]?.byteOffset);
}

function hasFallenBack({ highest, last }: Known, { uptime, wall }: KnownLine, drop: Micros): boolean {
  if (uptime < ZERO) return true;
  const passed = wall - last.wall;
  if (Number.isNaN(passed)) return highest.uptime > BRING_UP && (drop > LATE_UPTIME || uptime <= JITTER);
  return drop > LATE || passed < -MINUTE || (passed > 0 && passed >= uptime);
}

interface Pending {
  readonly section: KernelRows;
  readonly firstLine: number;
  /** Stretches that are read line by line, because a boot may begin inside: their records tell more. */
  readonly late: ReadonlySet<number>;
}

function addToEnvelope(
  envelope: UptimeEnvelope,
  { section: { kernels, hosts }, firstLine, late }: Pending,
  bootOf: (host: string, byteOffset: number) => string | null,
): void {
  for (let at = 0; at < kernels.length; at += KERNEL_ROW) {
    const [byteOffset = 0, line = 0, uptime = 0, wall = Number.NaN] = kernels.subarray(at + LEAST, at + LEAST + 4);
    if (Number.isNaN(wall) || late.has(at)) continue;
    const host = hosts[kernels[at] ?? 0] ?? '';
    envelope.add({ host, boot: bootOf(host, byteOffset), uptime, wall, byteOffset, line: firstLine + line });
  }
}
