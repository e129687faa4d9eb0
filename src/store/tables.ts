import type { Detection } from '../model/detection.js';
import type { SourceReading } from '../model/reading.js';
import type { Position } from '../model/record.js';
import type { ClockEvidence, Fact, ReadSource } from '../model/source.js';
import type { Statement } from '../model/topology.js';
import type { Database } from './driver.js';
import type { CaseFile } from './open.js';

type Cell = string | number | null;

/** Fills the tables that say for SQL what the reading says (docs/case-file.md). */
export function fillTables({ db }: CaseFile, source: number, reading: SourceReading): void {
  const { streams, clock, issues } = reading.source;
  fill(db, 'detection', [null, source], DETECTION, reading.detections.map(detectionRow));
  fill(db, 'stream', [source], STREAM, streams.map(streamRow));
  fill(db, 'clock_evidence', [source], CLOCK, clock.map(clockRow));
  fill(db, 'fact', [source], FACT, statementsOf(reading).map(factRow));
  fill(
    ...([db, 'issue', [source], ISSUE] as const),
    issues.map(({ code, severity, note, count, at }, n) => [n, code, severity, note, count, ...place(at)]),
  );
}

const PLACE = ['line', 'byte_offset', 'record'];
const STREAM = [
  'n',
  'host',
  'channel',
  'clock',
  'records',
  'first',
  'last',
  'rhythm',
  'sampling',
  'kernel',
  'silences',
];
const ISSUE = ['n', 'code', 'severity', 'note', 'count', ...PLACE];
const FACT = ['n', 'basis', 'kind', 'subject', 'object', ...PLACE];
const CLOCK = ['n', 'kind', 'anchor', 'host', 'boot', 'written', 'utc', 'uptime', 'utc_offset', ...PLACE];
const DETECTION = [
  ...['n', 'rule', 'role', 'level', 'entity_type', 'entity', 'host', 'channel', 'written', 'written_end', 'uptime'],
  ...['count', ...PLACE, 'value', 'statement', 'captures', 'text'],
];

function fill(
  db: Database,
  table: string,
  before: readonly Cell[],
  columns: readonly string[],
  rows: readonly (readonly Cell[])[],
): void {
  const names = [...(before.length === 2 ? ['id', 'source'] : ['source']), ...columns];
  const insert = db.prepare(`INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`);
  for (const row of rows) insert.run(...before, ...row);
}

function detectionRow(detection: Detection, n: number): readonly Cell[] {
  const { first, last, entity, origins } = detection;
  const origin = origins[0];
  return [
    ...[n, detection.rule, detection.role, detection.level, entity?.type ?? null, entity?.name ?? null],
    ...[first?.host ?? null, first?.channel ?? null, whole(first?.time?.micros), whole(last?.time?.micros)],
    ...[whole(first?.uptime), detection.count, ...place(origin?.at ?? null), origin?.value ?? null],
    ...[detection.statement, JSON.stringify(detection.captures), origin?.text ?? ''],
  ];
}

function streamRow(stream: ReadSource['streams'][number], n: number): readonly Cell[] {
  const silences = JSON.stringify(stream.silences.map(({ earliest, latest }) => [earliest, latest]));
  return [
    ...[n, stream.host, stream.channel, stream.clock, stream.records, whole(stream.first), whole(stream.last)],
    ...[whole(stream.rhythm), whole(stream.sampling), stream.kernel, silences],
  ];
}

function clockRow(evidence: ClockEvidence, n: number): readonly Cell[] {
  const at = place(evidence.at);
  switch (evidence.kind) {
    case 'stated-offset':
      return [n, evidence.kind, evidence.zone, null, null, null, null, null, whole(evidence.utcOffset), ...at];
    case 'epoch':
      return [
        ...[n, evidence.kind, evidence.anchor, evidence.host, null, whole(evidence.written), whole(evidence.utc)],
        ...[null, null, ...at],
      ];
    case 'uptime':
      return [
        ...[n, evidence.kind, evidence.anchor, evidence.host, evidence.boot, whole(evidence.written)],
        ...[whole(evidence.utc), whole(evidence.uptime), null, ...at],
      ];
  }
}

/** What records say and what inventories state, in one table. */
function statementsOf({ source, observations }: SourceReading): readonly Statement[] {
  const stated = source.facts.map((fact) => ({ fact, source: source.id, basis: 'stated' as const }));
  return [...observations.statements, ...stated];
}

function factRow({ fact, basis }: Statement, n: number): readonly Cell[] {
  return [n, basis, fact.kind, ...aboutWhat(fact), ...place(fact.at)];
}

function aboutWhat(fact: Fact): readonly [string, string | null] {
  switch (fact.kind) {
    case 'vm':
      return [fact.name, fact.id];
    case 'vm-host':
      return [fact.vm, fact.host];
    case 'vm-disk':
      return [fact.vm, fact.path];
    case 'vm-volume':
      return [fact.vm, fact.volume];
    case 'guest-name':
      return [fact.vm, fact.hostname];
    case 'volume':
      return [fact.name, fact.alias];
    case 'host':
      return [fact.name, null];
    case 'kernel':
      return [fact.host ?? '', fact.release];
  }
}

function place(at: Position | null): readonly Cell[] {
  return [whole(at?.line), whole(at?.byteOffset), whole(at?.record)];
}

/** Strict tables refuse fractions; a damaged record may give one, or a number beyond what a double counts exactly. */
function whole(value: number | null | undefined): number | null {
  if (value == null) return null;
  const rounded = Math.round(value);
  return Number.isSafeInteger(rounded) ? rounded : null;
}
