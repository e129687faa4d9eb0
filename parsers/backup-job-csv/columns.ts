/** What a column can mean. `job-duration` is of the whole run where `duration` is of one machine in it. */
export const COLUMN_FIELDS = [
  'vm',
  'vm-id',
  'job',
  'session',
  'start',
  'end',
  'duration',
  'job-duration',
  'status',
  'kind',
  'consistency',
  'bytes',
  'error',
  'error-code',
  'host',
  'zone',
  'product',
  'load',
  'bottleneck',
] as const;
export type ColumnField = (typeof COLUMN_FIELDS)[number];

export interface Column {
  readonly index: number;
  /** As written. */
  readonly name: string;
  /** What stands in brackets behind the name, `GB` in `DataSize(GB)`, or at its end, `seconds` in `DurationSeconds`. */
  readonly unit: string;
}

export type Columns = ReadonlyMap<ColumnField, Column>;

/** How a person says what the columns of a table mean; see README.md. */
export interface Mapping {
  /** Neutral field to the header's name. */
  readonly columns: ReadonlyMap<ColumnField, string>;
  /** Lower-case words of the table to neutral words (`application`, `failed`, ...). */
  readonly values: ReadonlyMap<string, string>;
  readonly timeFormat: string | null;
  /** Fixed offset or name of a zone, as written. */
  readonly zone: string | null;
  readonly product: string | null;
}

export const NO_MAPPING: Mapping = {
  columns: new Map(),
  values: new Map(),
  timeFormat: null,
  zone: null,
  product: null,
};

/** Header names without case, blanks, signs and unit; the first that a table has counts. */
const NAMES: Readonly<Record<ColumnField, readonly string[]>> = {
  vm: [
    'vm',
    'vmname',
    'virtualmachine',
    'guest',
    'guestvmname',
    'machinename',
    'objectname',
    'machine',
    'object',
    'name',
  ],
  'vm-id': ['vmid', 'vmguid', 'vmuuid', 'virtualmachineid'],
  job: ['job', 'jobname', 'policy', 'policyname', 'backupjob', 'plan', 'schedule'],
  session: ['session', 'sessionid', 'jobsessionid', 'tasksessionid', 'runid'],
  start: [
    'start',
    'starttime',
    'started',
    'startedat',
    'startdate',
    'begin',
    'begintime',
    'creationtime',
    'backupstart',
  ],
  end: [
    'end',
    'endtime',
    'ended',
    'endedat',
    'enddate',
    'stop',
    'stoptime',
    'finish',
    'finishtime',
    'finished',
    'completed',
    'completiontime',
    'backupend',
  ],
  duration: ['taskduration', 'duration', 'elapsed', 'elapsedtime', 'runtime'],
  'job-duration': ['jobduration', 'sessionduration'],
  status: ['status', 'result', 'state', 'outcome', 'jobstatus', 'backupstatus', 'taskstatus'],
  kind: ['taskalgorithm', 'algorithm', 'kind', 'backuptype', 'backupmode', 'type', 'mode', 'level'],
  consistency: [
    'consistency',
    'applicationconsistent',
    'appconsistent',
    'applicationaware',
    'consistent',
    'snapshottype',
    'quiesce',
    'quiesced',
    'vss',
  ],
  bytes: [
    'bytes',
    'bytestransferred',
    'transferred',
    'transferredsize',
    'bytesread',
    'dataread',
    'size',
    'datasize',
    'backupsize',
    'totalsize',
  ],
  error: ['error', 'errormessage', 'message', 'reason', 'details', 'detail', 'description'],
  'error-code': ['errorcode', 'code', 'exitcode', 'statuscode'],
  host: ['backupserver', 'host', 'hostname', 'server', 'servername'],
  zone: ['zone', 'timezone', 'utcoffset', 'tz'],
  product: ['product', 'backupproduct'],
  load: ['bottleneckdetails', 'load'],
  bottleneck: ['primarybottleneck', 'bottleneck'],
};

/** Names that tables of any kind have: they say `vm` only beside columns that are a backup's. */
const VAGUE_VM: ReadonlySet<string> = new Set(['name', 'machine', 'machinename', 'object', 'objectname', 'guest']);

const UNIT = /[([]\s*([^)\]]{1,20})\s*[)\]]\s*$/;
const UNIT_WORD = /(bytes|seconds|secs|sec|minutes|mins|min|hours|ms|kb|mb|gb|tb)$/i;

interface Title {
  readonly plain: string;
  readonly unit: string;
}

function readTitle(cell: string): Title {
  const unit = UNIT.exec(cell)?.[1] ?? '';
  const plain = squeeze(cell.replace(UNIT, ''));
  return { plain, unit };
}

function squeeze(text: string): string {
  return text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
}

/** `DurationSeconds`, `TransferredGb`: a unit written into the name, where the name alone is not known. */
function withUnitWord(title: Title): Title {
  const unit = UNIT_WORD.exec(title.plain)?.[1];
  if (unit === undefined || unit === title.plain) return title;
  return { plain: title.plain.slice(0, -unit.length), unit };
}

/** Columns of a header under the default names, overruled by a mapping. `missing`: names the header does not have. */
export function applyMapping(
  header: readonly string[],
  mapping: Mapping,
): { readonly columns: Columns; readonly missing: readonly string[] } {
  const titles = header.map(readTitle);
  const columns = new Map<ColumnField, Column>();
  const missing: string[] = [];
  for (const field of COLUMN_FIELDS) {
    const asked = mapping.columns.get(field);
    const column = asked === undefined ? findByDefault(field, header, titles) : findByName(asked, header, titles);
    if (column !== null) columns.set(field, column);
    else if (asked !== undefined) missing.push(asked);
  }
  return { columns: withoutTwice(columns, mapping), missing };
}

function findByDefault(field: ColumnField, header: readonly string[], titles: readonly Title[]): Column | null {
  for (const name of NAMES[field]) {
    for (const [index, cell] of header.entries()) {
      const title = titles[index] ?? { plain: '', unit: '' };
      const found = title.plain === name ? title : withUnitWord(title);
      if (found.plain === name) return { index, name: cell, unit: found.unit };
    }
  }
  return null;
}

function findByName(name: string, header: readonly string[], titles: readonly Title[]): Column | null {
  const wanted = readTitle(name).plain;
  const exact = header.findIndex((cell) => cell.trim() === name.trim());
  const index = exact >= 0 ? exact : titles.findIndex((title) => title.plain === wanted && wanted !== '');
  if (index < 0) return null;
  return {
    index,
    name: header[index] ?? name,
    unit: titles[index]?.unit || (withUnitWord({ plain: wanted, unit: '' }).unit ?? ''),
  };
}

/** A column that the mapping names for one field is not another field's by its default name. */
function withoutTwice(columns: ReadonlyMap<ColumnField, Column>, mapping: Mapping): Columns {
  const taken = new Set([...mapping.columns.keys()].map((field) => columns.get(field)?.index));
  return new Map([...columns].filter(([field, column]) => mapping.columns.has(field) || !taken.has(column.index)));
}

/** The widest table here has 42 columns; a row of performance counters may have thousands, and is looked at as a header 20 times. */
const MAX_COLUMNS = 128;

/** Tables that have such columns too, but are another format's. */
function isForeign(header: readonly string[]): boolean {
  if (header.length > MAX_COLUMNS) return true;
  // "(PDH-CSV 4.0) (W. Europe Standard Time)(-60)": performance counters.
  if (/^\(PDH-(?:CSV|TSV)/i.test(header[0] ?? '')) return true;
  // Level,Date and Time,Source,Event ID,Task Category: saved from the event viewer; Get-WinEvent has EventID or Id.
  const names = new Set(header.map(squeeze));
  return names.has('eventid') || (names.has('id') && names.has('providername'));
}

/** How surely a header is that of a table of backup runs: 0 is not one. */
export function rateHeader(header: readonly string[], mapping: Mapping): number {
  if (isForeign(header)) return 0;
  const { columns } = applyMapping(header, mapping);
  const has = (...fields: ColumnField[]): boolean => fields.some((field) => columns.has(field));
  if (!has('vm', 'job') || !has('start', 'end')) return 0;
  if (!has('status', 'kind', 'duration', 'job-duration', 'consistency')) return 0;
  const vm = columns.get('vm');
  const isVague = !has('job') && !mapping.columns.has('vm') && vm !== undefined && VAGUE_VM.has(squeeze(vm.name));
  if (!isVague) return 0.9;
  return has('kind', 'consistency') && has('status') && has('bytes', 'end', 'duration') ? 0.6 : 0;
}
