import type { WrittenTime } from '../../src/model/time.js';
import { SECOND } from '../../src/model/time.js';
import { type BackupStatus, backupStatus } from '../../src/parser/backup-record.js';
import { civilMicros, wallTime } from '../../src/parser/stamp.js';

/** What the name of a per-operation log says. */
export interface OperationName {
  /** Local time of the Altaro server. */
  readonly start: WrittenTime;
  readonly operation: string;
  /** Null for an operation on the whole store (`DataVerification`). */
  readonly vm: string | null;
  /** First four hex digits of the job's id. */
  readonly job: string;
  readonly status: BackupStatus | null;
}

// 2026-09-24 01-30-05_Backup_4f1c_web 01_prod_a9d0_Success.log          VM `web 01_prod`; may hold blanks, dots, underscores
// 2026-09-24 03-00-00_DataVerification_77b2_inProgress.log              no id of an operation, no VM
const NAME =
  /^(\d{4})-(\d\d)-(\d\d) (\d\d)-(\d\d)-(\d\d)_([^_]{1,60})_(?:([0-9a-f]{4}|[0-9a-f-]{36})_(.{1,400})_)?([0-9a-f]{4}|[0-9a-f-]{36})_(inProgress|Success|Failed|[a-z]{1,40}(?=\.))[^/\\]{0,60}$/i;

/** Null when the last part of the path is not the name of a per-operation log. */
export function readOperationName(path: string): OperationName | null {
  const m = NAME.exec(path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1));
  if (m === null) return null;
  const part = (i: number): number => Number(m[i]);
  const micros = civilMicros(part(1), part(2) - 1, part(3), part(4), part(5), part(6), 0);
  const start = wallTime(micros, SECOND);
  if (start === null) return null;
  const status = backupStatus((m[11] ?? '').replace(/^inProgress$/i, 'running'));
  return { start, operation: m[7] ?? '', vm: m[9] ?? null, job: m[10] ?? '', status };
}
