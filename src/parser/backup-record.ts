import type { Fields, FieldValue, LogRecord, Position } from '../model/record.js';
import type { WrittenTime } from '../model/time.js';

export type BackupStatus = 'running' | 'success' | 'warning' | 'failed';
export type BackupKind = 'full' | 'incremental' | 'unknown';
export type BackupConsistency = 'application' | 'file-system' | 'crash' | 'unknown';
export type BackupPhase = 'job' | 'vm' | 'snapshot' | 'transfer' | 'merge';

/** What every backup product's record comes down to. Null and left out: the source does not say. */
export interface BackupFacts {
  readonly product: string;
  readonly job?: string | null;
  /** Id of one run of the job, or of one task in it, as the product writes it. */
  readonly session?: string | null;
  readonly vm?: string | null;
  readonly vmId?: string | null;
  readonly status?: BackupStatus | null;
  readonly kind?: BackupKind | null;
  readonly consistency?: BackupConsistency | null;
  /** A less consistent method than the configured one was used. */
  readonly fallback?: boolean;
  readonly phase?: BackupPhase | null;
  readonly bytes?: number | null;
  readonly errorCode?: string | null;
  readonly errorMessage?: string | null;
}

export interface BackupEvidence {
  /** Start of the run, task or phase; the moment, for anything else. */
  readonly time: WrittenTime | null;
  /** End of the run, task or phase; null while it runs, or when the source does not show an end. */
  readonly until: WrittenTime | null;
  readonly host: string | null;
  /** The log's own words; null: a sentence is made from the facts. */
  readonly message: string | null;
  /** OpenTelemetry severity number; null: from the status. */
  readonly severity: number | null;
  readonly text: string;
  readonly at: Position;
}

/** OpenTelemetry severity numbers: INFO, WARN, ERROR. */
const SEVERITY: Readonly<Record<BackupStatus, number>> = { running: 9, success: 9, warning: 13, failed: 17 };

/** The one place where a backup product's run becomes a record, so that a rule reads all products alike. */
export function backupRecord(facts: BackupFacts, evidence: BackupEvidence): LogRecord {
  return {
    time: evidence.time,
    until: evidence.until,
    host: evidence.host,
    channel: null,
    ident: facts.product,
    pid: null,
    severity: evidence.severity ?? (facts.status ? SEVERITY[facts.status] : null),
    body: evidence.message ?? describeBackup(facts),
    text: evidence.text,
    uptime: null,
    boot: null,
    repeat: 1,
    fields: backupFields(facts),
    at: evidence.at,
  };
}

function backupFields(facts: BackupFacts): Fields {
  const named: readonly (readonly [string, FieldValue | null | undefined])[] = [
    ['backup.product', facts.product],
    ['backup.job', facts.job],
    ['backup.session', facts.session],
    ['backup.vm', facts.vm],
    ['backup.vm_id', facts.vmId],
    ['backup.status', facts.status],
    ['backup.kind', facts.kind],
    ['backup.consistency', facts.consistency],
    ['backup.fallback', facts.fallback === true ? 'true' : null],
    ['backup.phase', facts.phase],
    ['backup.bytes', facts.bytes],
    ['error.code', facts.errorCode],
    ['error.message', facts.errorMessage],
  ];
  const fields: Record<string, FieldValue> = {};
  for (const [name, value] of named) if (value !== null && value !== undefined && value !== '') fields[name] = value;
  return fields;
}

const SUBJECT: Readonly<Record<BackupPhase, string>> = {
  job: 'Backup job',
  vm: 'Backup',
  snapshot: 'Snapshot for the backup',
  transfer: 'Data transfer of the backup',
  merge: 'Snapshot removal after the backup',
};

/** `Backup of web01 in job Nightly: failed, incremental, crash-consistent (fallback), 0 bytes: <error>` */
function describeBackup(facts: BackupFacts): string {
  const subject = SUBJECT[facts.phase ?? 'vm'];
  const of = facts.vm ? ` of ${facts.vm}` : facts.vmId ? ` of ${facts.vmId}` : '';
  const job = !facts.job ? '' : facts.phase === 'job' ? ` ${facts.job}` : ` in job ${facts.job}`;
  const consistency = facts.consistency && facts.consistency !== 'unknown' ? `${facts.consistency}-consistent` : '';
  const details = [
    facts.status ?? '',
    facts.kind && facts.kind !== 'unknown' ? facts.kind : '',
    facts.fallback ? `${consistency || 'less consistent'} (fallback)` : consistency,
    typeof facts.bytes === 'number' ? `${facts.bytes} bytes` : '',
  ].filter((part) => part !== '');
  const head = `${subject}${of}${job}${details.length > 0 ? `: ${details.join(', ')}` : ''}`;
  return facts.errorMessage ? `${head}: ${facts.errorMessage}` : head;
}

const STATUS_WORDS: readonly (readonly [RegExp, BackupStatus])[] = [
  // `completed with warnings`, `success_warning`: the worse word counts; `unsuccessful` must not read as a success.
  [/fail|error|unsuccess|not success|abort|cancel|terminat|kill|incomplete/i, 'failed'],
  [/warn|partial|exception/i, 'warning'],
  [/running|in.?progress|working|active|starting|started|pending|queued/i, 'running'],
  [/success|succeed|^ok$|complete|finished|^done$|passed/i, 'success'],
];

/** The status a product's word means; null where the word says nothing (`None`, empty, another language). */
export function backupStatus(word: string): BackupStatus | null {
  const text = word.trim();
  // `0 errors`, `without warnings`: a count or a negation before the word takes it back.
  const plain = text.replace(/\b(?:0|no|without)\s+(?:errors?|warnings?|failures?)\b/gi, '');
  for (const [pattern, status] of STATUS_WORDS) if (pattern.test(plain)) return status;
  return null;
}

const UNITS: Readonly<Record<string, number>> = { b: 0, k: 1, m: 2, g: 3, t: 4, p: 5 };
const SIZE = /^([\d.,'’\s]*\d)\s*([KMGTP]?)(?:i?B|bytes?)?$/i;

/**
 * `11,6 TB`, `107,374,182,400`, `1.024 MB`, `446.1 GB` as bytes; null when it is not a size. Units are 1024 each, as the
 * products mean them. `unit` is taken where the text has none. A single separator with three digits behind it is a
 * thousands separator: the products print at most two decimals.
 */
export function readSize(text: string, unit = 'B'): number | null {
  const m = SIZE.exec(text.replace(/[\u00a0\u202f]/g, ' ').trim());
  if (m === null) return null;
  const value = readNumber(m[1] ?? '');
  const bytes = value === null ? Number.NaN : value * 1024 ** (UNITS[(m[2] || unit).charAt(0).toLowerCase()] ?? 0);
  return Number.isSafeInteger(Math.round(bytes)) ? Math.round(bytes) : null;
}

/** A number with either decimal sign and any thousands separator; null when the signs make no sense. */
export function readNumber(text: string): number | null {
  const digits = text.replace(/[\s\u00a0\u202f'’]/g, '');
  const last = Math.max(digits.lastIndexOf('.'), digits.lastIndexOf(','));
  if (last < 0) return /^\d+$/.test(digits) ? Number(digits) : null;
  const sign = digits.charAt(last);
  const grouped = /^\d{1,3}(?:[.,]\d{3})+$/.test(digits) && !/^0[.,]/.test(digits);
  const other = sign === '.' ? ',' : '.';
  // Two kinds of sign: the last one is the decimal sign. One kind in groups of three: thousands.
  const isThousands = grouped && !digits.includes(other);
  const whole = (isThousands ? digits : digits.slice(0, last)).replace(/[.,]/g, '');
  const fraction = isThousands ? '' : digits.slice(last + 1);
  if (!isThousands && digits.indexOf(sign) !== last) return null;
  return /^\d+$/.test(whole) && /^\d*$/.test(fraction) ? Number(`${whole}.${fraction || '0'}`) : null;
}
