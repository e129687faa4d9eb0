import { type ClockProof, type Derivation, type Placed, type StreamClock, streamKey } from '../model/clock.js';
import type { Detection } from '../model/detection.js';
import type { Issue, ReadSource } from '../model/source.js';
import { type Micros, SECOND, type WrittenTime } from '../model/time.js';

type PlaceWall = (key: string, time: WrittenTime, byteOffset: number | null) => Placed | null;

/** UTC of uptime zero, as one log saw one boot. */
interface BootZero {
  readonly host: string | null;
  readonly source: string;
  readonly zero: Micros;
  readonly uncertainty: Micros;
  readonly kind: string;
}

interface BootClocks {
  readonly streams: ReadonlyMap<string, StreamClock>;
  place(key: string, time: WrittenTime, boot: string | null): Placed | null;
  derive(key: string, time: WrittenTime, boot: string | null): Derivation | null;
}

/**
 * Clocks of streams that stamp uptime only (dmesg). Anchors, best first: an absolute time inside the log itself (audit, rtc_cmos);
 * a record that another log of the case holds too, with the same kernel stamp and the same text; the only boot that
 * another log of the same machine shows. Without one the stream stays undated: a line never borrows a neighbour's time.
 */
export function bootClocks(
  sources: readonly ReadSource[],
  detections: readonly Detection[],
  placeWall: PlaceWall,
): BootClocks {
  const streams = new Map<string, StreamClock>();
  const zeros = new Map<string, BootZero>();
  const seen = bootsSeen(sources, placeWall);
  const undated = sources.some((source) => source.streams.some((stream) => stream.clock === 'uptime'));
  const twins = undated ? detectionsByStamp(detections) : new Map<string, readonly Detection[]>();
  for (const source of sources) {
    for (const stream of source.streams) {
      if (stream.clock !== 'uptime') continue;
      const key = streamKey(source.id, stream.host, stream.channel);
      const boots = bootsOf(source, detections, key);
      for (const boot of boots) {
        const zero =
          ownAnchor(source, boot) ??
          sharedRecord(source.id, key, boot, detections, twins, placeWall) ??
          onlyBoot(stream.host, seen, boots.length);
        if (zero !== null) zeros.set(`${key}|${boot ?? ''}`, zero);
      }
      streams.set(key, describe(key, stream.host, stream.records, zeros.get(`${key}|${boots.at(-1) ?? ''}`) ?? null));
    }
  }
  const zeroOf = (key: string, boot: string | null): BootZero | null => zeros.get(`${key}|${boot ?? ''}`) ?? null;
  const placeAfter = (zero: BootZero, key: string, time: WrittenTime): Placed => ({
    utc: zero.zero + time.micros,
    uncertainty: zero.uncertainty + time.resolution,
    basis: 'derived',
    clockId: streams.get(key)?.clockId ?? key,
  });
  return {
    streams,
    place(key, time, boot) {
      const zero = zeroOf(key, boot);
      return zero === null ? null : placeAfter(zero, key, time);
    },
    derive(key, time, boot) {
      const zero = zeroOf(key, boot);
      return zero === null ? null : derivedFrom(zero, time, placeAfter(zero, key, time));
    },
  };
}

function derivedFrom({ zero, kind, source }: BootZero, time: WrittenTime, placed: Placed): Derivation {
  return {
    ...{ written: time.micros, year: null, zone: null, boot: { zero, kind, source }, placed },
    added: [{ of: 'boot', micros: placed.utc - time.micros }],
    errors: [
      { of: 'resolution', micros: time.resolution },
      { of: 'boot', micros: placed.uncertainty - time.resolution },
    ],
  };
}

function bootsOf(source: ReadSource, detections: readonly Detection[], key: string): readonly (string | null)[] {
  const boots = new Set<string | null>();
  for (const evidence of source.clock) if (evidence.kind === 'uptime') boots.add(evidence.boot);
  for (const detection of detections) if (detection.stream === key) boots.add(detection.first?.boot ?? null);
  return [...boots];
}

/** Drift of the kernel clock against wall time over a boot is not corrected here; 5 s bound what NTP leaves in practice. */
const DRIFT = 5 * SECOND;

function ownAnchor(source: ReadSource, boot: string | null): BootZero | null {
  let best: BootZero | null = null;
  for (const e of source.clock) {
    if (e.kind !== 'uptime' || e.utc === null || e.boot !== boot) continue;
    const zero = {
      host: e.host,
      source: source.id,
      zero: e.utc - e.uptime,
      uncertainty: e.tolerance + DRIFT,
      kind: e.anchor,
    };
    // A stamp is never early: of anchors that disagree the smallest is nearest to the truth.
    if (
      best === null ||
      zero.uncertainty < best.uncertainty ||
      (zero.uncertainty === best.uncertainty && zero.zero < best.zero)
    )
      best = zero;
  }
  return best;
}

function stampOf(detection: Detection): string | null {
  const record = detection.first;
  return record?.uptime == null ? null : `${record.uptime}|${record.body}`;
}

function detectionsByStamp(detections: readonly Detection[]): ReadonlyMap<string, readonly Detection[]> {
  const map = new Map<string, Detection[]>();
  for (const detection of detections) {
    const stamp = stampOf(detection);
    if (stamp === null || detection.first?.time?.clock !== 'wall') continue;
    const list = map.get(stamp);
    if (list === undefined) map.set(stamp, [detection]);
    else list.push(detection);
  }
  return map;
}

function sharedRecord(
  source: string,
  key: string,
  boot: string | null,
  detections: readonly Detection[],
  twins: ReadonlyMap<string, readonly Detection[]>,
  placeWall: PlaceWall,
): BootZero | null {
  let best: BootZero | null = null;
  for (const detection of detections) {
    if (detection.stream !== key || (detection.first?.boot ?? null) !== boot) continue;
    const stamp = stampOf(detection);
    for (const twin of stamp === null ? [] : (twins.get(stamp) ?? [])) {
      const record = twin.first;
      if (record?.time == null || twin.source === source) continue;
      const placed = placeWall(twin.stream, record.time, record.at.byteOffset);
      if (placed === null) continue;
      const zero = placed.utc - (record.uptime as number);
      if (best === null || zero < best.zero) {
        best = {
          host: record.host,
          source: twin.source,
          zero,
          uncertainty: placed.uncertainty + DRIFT,
          kind: 'same-record',
        };
      }
    }
  }
  return best;
}

/** Every boot that logs with both stamps show: the smallest wall minus uptime, because a line is stamped late, never early. */
function bootsSeen(sources: readonly ReadSource[], placeWall: PlaceWall): readonly BootZero[] {
  const zeros = new Map<string, BootZero>();
  for (const source of sources) {
    for (const e of source.clock) {
      if (e.kind !== 'uptime' || e.written === null) continue;
      const time: WrittenTime = {
        micros: e.written,
        clock: 'wall',
        utcOffset: null,
        yearless: e.yearless,
        resolution: e.tolerance,
      };
      const host = e.host ?? source.pathHost;
      const placed =
        e.utc !== null
          ? { utc: e.utc, uncertainty: e.tolerance }
          : placeWall(streamKey(source.id, host, null), time, e.at.byteOffset);
      if (placed === null) continue;
      const key = `${source.id}|${host ?? ''}|${e.boot ?? ''}`;
      const zero = {
        host,
        source: source.id,
        zero: placed.utc - e.uptime,
        uncertainty: placed.uncertainty + DRIFT,
        kind: 'only-boot',
      };
      const known = zeros.get(key);
      if (known === undefined || zero.zero < known.zero) zeros.set(key, zero);
    }
  }
  return [...zeros.values()];
}

function onlyBoot(host: string | null, seen: readonly BootZero[], boots: number): BootZero | null {
  if (host === null || boots !== 1) return null;
  const ofHost = seen.filter((zero) => zero.host?.toLowerCase().split('.')[0] === host.toLowerCase().split('.')[0]);
  const first = ofHost[0];
  if (first === undefined) return null;
  // Several sources may show the one boot; two boots lie at least a minute apart.
  return ofHost.every((zero) => Math.abs(zero.zero - first.zero) < 60 * SECOND) ? first : null;
}

function describe(key: string, host: string | null, records: number, zero: BootZero | null): StreamClock {
  const name = (host ?? zero?.host)?.toLowerCase().split('.')[0] ?? null;
  const proofs: ClockProof[] = zero === null ? [] : [{ kind: zero.kind, peer: zero.source, residualSeconds: null }];
  const issues: Issue[] =
    zero === null
      ? [
          {
            code: 'undated',
            severity: 'data-loss',
            note: 'uptime stamps could not be tied to wall time: give the syslog or journal of the same boot',
            count: records,
            at: null,
          },
        ]
      : [];
  return {
    key,
    clockId: zero === null || name === null ? key : `host:${name}`,
    basis: zero === null ? 'none' : 'derived',
    zone: null,
    year: null,
    isFinal: true,
    courses: [],
    folds: [],
    passes: [],
    segments: zero === null ? [] : [{ from: null, to: null, offset: zero.zero, uncertainty: zero.uncertainty }],
    proofs,
    issues,
  };
}
