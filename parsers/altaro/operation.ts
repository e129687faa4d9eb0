import type { LogRecord, Position } from '../../src/model/record.js';
import { DAY, type WrittenTime } from '../../src/model/time.js';
import { type Assembler, assembleRecords } from '../../src/parser/assemble.js';
import { type BackupFacts, type BackupStatus, backupRecord, backupStatus } from '../../src/parser/backup-record.js';
import type { Sink } from '../../src/parser/parser.js';
import { type OperationName, readOperationName } from './file-name.js';
import { findStamp, settleStamp } from './stamp.js';

/** Longest span from a log's first stamp to its last that is taken as one operation. */
const LONGEST: number = 14 * DAY;

export interface Operation {
  line(text: string, at: Position): void;
  end(): void;
}

interface State {
  readonly name: OperationName | null;
  readonly sink: Sink;
  /** Joins stack traces to the line they follow. */
  readonly assembler: Assembler;
  first: { readonly at: Position; readonly text: string } | null;
  /** Stamp of the line before: what a line without one is dated by. */
  now: WrittenTime | null;
  begin: WrittenTime | null;
  /** Where the result stands; the last line before it is read. */
  ended: WrittenTime | null;
  result: BackupStatus | null;
  isCrash: boolean;
  vmId: string | null;
  jobId: string | null;
  errorCode: string | null;
  errorMessage: string | null;
  isOperation: boolean;
}

// ... ControllerRct.DoWork(): CONTROLLER RESULT =Success
const RESULT = /CONTROLLER RESULT[^=]{0,200}=\s*(.{1,200})$/;
// ... Concurrency Identifier for 0b1f...-... set to 7c0f3a52-...-BACKUP
const IDENTIFIER =
  /Concurrency Identifier for (\S{1,80}) set to ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:-(\w{1,60}))?/i;
// (ALTERR_VSS_001)   Error code 'RCTCONTROLLER_011'
const CODE = /\b(ALTERR_\w{1,60}|[A-Z]{3,40}CONTROLLER_\d{1,6})\b/;
const CRASH = /RCTCONTROLLER_011|crash[- ]consistent/i;
// A level as its own word in capitals or after a separator: `ERROR`, `[Warning]`, `|Error|`. Not `0 errors` in a sentence.
const LEVEL = /(?:^|[\s[|(<])(ERROR|FATAL|WARN|WARNING)(?:[\s\]|)>:]|$)|[[|<](Error|Fatal|Warn|Warning)[\]|>]/;

export function followOperation(path: string, sink: Sink): Operation {
  const name = readOperationName(path);
  const state: State = {
    name,
    sink,
    assembler: assembleRecords(sink),
    first: null,
    now: null,
    begin: null,
    ended: null,
    result: null,
    isCrash: false,
    vmId: null,
    jobId: null,
    errorCode: null,
    errorMessage: null,
    isOperation: name !== null,
  };
  return { line: (text, at) => readLine(state, text, at), end: () => finish(state) };
}

function readLine(state: State, text: string, at: Position): void {
  state.first ??= { at, text };
  const message = readTime(state, text, at);
  if (message !== null) state.assembler.flush();
  const result = RESULT.exec(text)?.[1];
  if (result !== undefined) {
    state.isOperation = true;
    state.result = backupStatus(result);
    state.ended = state.now;
  }
  const identifier = IDENTIFIER.exec(text);
  if (identifier !== null) noteIdentifier(state, identifier, text, at);
  const code = CODE.exec(text)?.[1] ?? null;
  const level = LEVEL.exec(text);
  const isCrash = CRASH.test(text);
  if (code === null && level === null && !isCrash) {
    if (message === null) state.assembler.continue(text);
    return;
  }
  state.isCrash ||= isCrash;
  noteTrouble(state, { text, message, at, code, severity: severityOf(level, isCrash) });
}

/** RCTCONTROLLER_011 is a warning: the backup goes on. A code without a level on its line is an error. */
function severityOf(level: RegExpExecArray | null, isCrash: boolean): number {
  const word = (level?.[1] ?? level?.[2] ?? '').toUpperCase();
  if (word.startsWith('WARN')) return 13;
  return word === '' && isCrash ? 13 : 17;
}

/** The line behind its stamp; null where it has none. */
function readTime(state: State, text: string, at: Position): string | null {
  const found = findStamp(text);
  if (found === null) return null;
  const near = state.name?.start.micros ?? state.now?.micros ?? null;
  const { time, isSure } = settleStamp(found, near);
  if (state.begin === null) {
    const note = 'no public Altaro log shows the layout of its lines: stamps were recognised by their look';
    state.sink.issue('layout-unverified', 'info', note, at);
  }
  if (!isSure)
    state.sink.issue('ambiguous-date', 'error', 'day and month cannot be told apart; the likelier order was taken', at);
  state.now = time;
  state.begin ??= time;
  return text.slice(found.end).replace(/^[\s\]|,;:-]+/, '');
}

/** JobHandler logs hold many operations and name virtual machines by id; there this is the start of one. */
function noteIdentifier(state: State, m: RegExpExecArray, text: string, at: Position): void {
  const [, job = '', vmId = '', operation] = m;
  const { name, sink } = state;
  if (name !== null && job.toLowerCase().startsWith(name.job.toLowerCase())) {
    state.vmId = vmId;
    state.jobId = job;
    if (name.vm !== null) sink.fact({ kind: 'vm', name: name.vm, id: vmId, at });
    return;
  }
  const message = `Altaro operation ${operation ?? ''} of virtual machine ${vmId} started`.replace('  ', ' ');
  const facts: BackupFacts = { product: 'altaro', session: job, vmId, status: 'running', phase: 'vm' };
  sink.record(backupRecord(facts, { time: state.now, until: null, host: null, message, severity: null, text, at }));
}

interface Trouble {
  readonly text: string;
  /** Null where the line has no stamp. */
  readonly message: string | null;
  readonly at: Position;
  readonly code: string | null;
  readonly severity: number;
}

function noteTrouble(state: State, { text, message, at, code, severity }: Trouble): void {
  const own = (message ?? text).trim();
  if (severity >= 17) {
    state.errorCode ??= code;
    state.errorMessage ??= own;
  }
  const isCrash = CRASH.test(text);
  const facts: BackupFacts = {
    product: 'altaro',
    ...identity(state),
    consistency: isCrash ? 'crash' : null,
    fallback: isCrash,
    errorCode: code,
    errorMessage: severity >= 17 ? own : null,
  };
  const evidence = { time: state.now, until: null, host: null, message: own, severity, text, at };
  state.assembler.start(backupRecord(facts, evidence));
  // Where no line has a stamp, the next line says nothing about where this one ends.
  if (message === null) state.assembler.flush();
}

function identity(state: State): Pick<BackupFacts, 'session' | 'vm' | 'vmId'> {
  return { session: state.jobId ?? state.name?.job ?? null, vm: state.name?.vm ?? null, vmId: state.vmId };
}

/** The operation's own record: a log that is one operation's has its name, its result line or both. */
function finish(state: State): void {
  state.assembler.flush();
  if (!state.isOperation || state.first === null) return;
  const { name, first } = state;
  const status = state.result ?? name?.status ?? null;
  const time = name?.start ?? state.begin;
  const facts: BackupFacts = {
    product: 'altaro',
    ...identity(state),
    status,
    kind: 'unknown',
    consistency: state.isCrash ? 'crash' : 'unknown',
    fallback: state.isCrash,
    phase: phaseOf(name),
    errorCode: status === 'failed' ? state.errorCode : null,
    errorMessage: status === 'failed' ? state.errorMessage : null,
  };
  const until = status === 'running' ? null : endOf(state, time);
  const record = backupRecord(facts, {
    time,
    until,
    host: null,
    message: null,
    severity: null,
    text: first.text,
    at: first.at,
  });
  state.sink.record(name === null ? record : withOperation(record, name));
}

/** A restore takes no snapshot of the machine it is named after, so it is no backup's phase. */
function phaseOf(name: OperationName | null): 'job' | 'vm' | null {
  if (name !== null && /restore/i.test(name.operation)) return null;
  return name !== null && name.vm === null ? 'job' : 'vm';
}

function withOperation(record: LogRecord, name: OperationName): LogRecord {
  return { ...record, body: `Altaro ${name.operation}: ${record.body}` };
}

/** The result line's time, or the last stamp. Never before the start: then the stamps were read wrongly. */
function endOf(state: State, start: WrittenTime | null): WrittenTime | null {
  const until = state.ended ?? state.now;
  const at = state.first?.at;
  if (until === null) {
    state.sink.issue(
      'end-unknown',
      'info',
      'no line has a stamp that could be read: the end of the operation is unknown',
      at,
    );
    return null;
  }
  // The name has whole seconds, so a first stamp may lie within the second before it.
  if (start !== null && (until.micros < start.micros - start.resolution || until.micros - start.micros > LONGEST)) {
    state.sink.issue(
      'end-implausible',
      'error',
      'the last stamp does not fit the start in the name; the end is unknown',
      at,
    );
    return null;
  }
  return until;
}
