import type { Analysis } from '../model/analysis.js';
import type { AskedRecord } from '../model/asked-record.js';
import { type BootStep, type Derivation, type StreamClock, streamKey, type ZoneStep } from '../model/clock.js';
import type { ExplainedClock, ExplainedIssue, ExplainedRecord, ExplainedZone } from '../model/clocks-report.js';
import { type Micros, SECOND, type WrittenTime } from '../model/time.js';
import { NAMES_SHOWN } from './compose-clocks.js';
import { harmlessLine } from './harmless.js';
import { formatExact, formatOffset, formatWritten } from './time.js';

/** Characters of the record. */
const TEXT_SHOWN = 200;
/** Events that another clock stamped too. */
const ANCHORS_SHOWN = 3;

/** How the true time of one record came about. Nothing is computed here: the steps are those of the placing itself. */
export function composeExplained(asked: AskedRecord, { sources, clocks }: Analysis): ExplainedRecord {
  const { path, host, channel, boot, time, at } = asked;
  const paths = new Map(sources.map(({ id, path: one }) => [id, one]));
  const key = streamKey(sources.find((source) => source.path === path)?.id ?? '', host, channel);
  const clock = clocks.streams.get(key);
  const derived = clocks.derive(key, time, at.byteOffset, boot);
  const zone = clock === undefined || derived === null ? null : composeZone(clock, derived, time, paths);
  const year = composeYear(clock, derived);
  const told = [year?.issue?.note, zone?.note];
  return {
    ...{ path, line: at.line, record: at.record, host, channel },
    text: cut(harmlessLine(asked.text)),
    stamp: composeStamp(time, derived),
    year,
    zone,
    clock: clock === undefined || derived === null || derived.boot !== null ? null : composeClock(clock, derived),
    boot: derived === null || derived.boot === null ? null : composeBoot(derived.boot, paths),
    added: derived === null ? [] : exactly(derived.added, derived.placed.utc - derived.written),
    result: derived === null ? null : composeResult(derived, time),
    issues: issuesOf(clock).filter(({ note }) => !told.includes(note)),
  };
}

function cut(text: string): string {
  return text.length > TEXT_SHOWN ? `${text.slice(0, TEXT_SHOWN)}…` : text;
}

function composeStamp(time: WrittenTime, derived: Derivation | null): ExplainedRecord['stamp'] {
  const isSinceBoot = time.clock === 'uptime';
  return {
    written: formatWritten(time),
    isSinceBoot,
    resolutionSeconds: time.resolution / SECOND,
    statedOffset: time.utcOffset === null ? null : formatOffset(time.utcOffset),
    dated: isSinceBoot || derived === null ? null : localTime(derived.written, time),
  };
}

function composeYear(clock: StreamClock | undefined, derived: Derivation | null): ExplainedRecord['year'] {
  if (derived === null || derived.year === null) return null;
  const issue = issuesOf(clock).find(({ code }) => /^(?:missing-year|year-)/.test(code)) ?? null;
  return { ...derived.year, issue };
}

function issuesOf(clock: StreamClock | undefined): readonly ExplainedIssue[] {
  return (clock?.issues ?? []).map(({ code, severity, note }) => ({ code, severity, note }));
}

function composeZone(
  { zoning, zone: stated }: StreamClock,
  { zone }: Derivation,
  time: WrittenTime,
  paths: ReadonlyMap<string, string>,
): ExplainedZone | null {
  if (zone === null || zoning === undefined) return null;
  const { offset, isByStamp, readings } = zone;
  return {
    offset: formatOffset(offset),
    isByStamp,
    possible: readings.map(({ offset: one, names }) => ({
      offset: formatOffset(one),
      names: names.length > NAMES_SHOWN ? [] : names,
    })),
    stated: isByStamp ? null : stated,
    proofs: isByStamp
      ? []
      : zoning.proofs.map(({ kind, peer, residualSeconds }) => ({
          kind,
          peer: peer === null ? null : (paths.get(peer) ?? peer),
          residualSeconds,
        })),
    note: isByStamp ? null : zoning.note,
    twice: composeTwice(zone, time),
  };
}

function composeTwice({ twice }: ZoneStep, time: WrittenTime): ExplainedZone['twice'] {
  if (twice === null) return null;
  const { span, pass, againFrom } = twice;
  return { from: localTime(span.earliest, time), to: localTime(span.latest, time), pass, againFromByte: againFrom };
}

function composeClock({ measurement }: StreamClock, { written, zone }: Derivation): ExplainedClock {
  if (measurement === undefined) return { measured: null };
  const { against, anchors, isSharp } = measurement;
  const stated = written - (zone?.offset ?? 0);
  const nearest = [...anchors].sort((x, y) => Math.abs(x.at - stated) - Math.abs(y.at - stated));
  return {
    measured: {
      against,
      events: anchors.length,
      isSharp,
      nearest: nearest.slice(0, ANCHORS_SHOWN).map(({ kind, at, residual }) => ({
        kind,
        awaySeconds: exactSeconds(at - stated),
        residualSeconds: exactSeconds(residual),
      })),
    },
  };
}

function composeBoot({ zero, kind, source }: BootStep, paths: ReadonlyMap<string, string>): ExplainedRecord['boot'] {
  return { zero: formatExact(zero, 1), kind, path: paths.get(source) ?? source };
}

function composeResult({ placed, errors, zone }: Derivation, time: WrittenTime): ExplainedRecord['result'] {
  const only = zone !== null && zone.readings.length === 1 ? zone.offset : null;
  return {
    utc: formatExact(placed.utc, time.resolution),
    uncertaintySeconds: exactSeconds(placed.uncertainty),
    madeOf: exactly(errors, placed.uncertainty),
    basis: placed.basis,
    clockId: placed.clockId,
    local: only === null ? null : `${localTime(placed.utc + only, time)}${formatOffset(only)}`,
  };
}

function localTime(micros: Micros, { resolution }: WrittenTime): string {
  return formatExact(micros, resolution).replace(/Z$/, '');
}

/** To the microsecond. */
function exactSeconds(micros: Micros): number {
  return Math.round(micros) / SECOND;
}

/** Parts as seconds that add up to their sum to the microsecond, however they round: the last one takes the rest. */
function exactly<T extends { readonly micros: Micros }>(
  parts: readonly T[],
  sum: Micros,
): readonly (Omit<T, 'micros'> & { readonly seconds: number })[] {
  let left = Math.round(sum);
  return parts.map(({ micros, ...part }, i) => {
    const taken = i === parts.length - 1 ? left : Math.round(micros);
    left -= taken;
    return { ...part, seconds: taken / SECOND };
  });
}
