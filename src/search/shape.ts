import type { LogRecord } from '../model/record.js';
import type { WrittenTime } from '../model/time.js';
import { type Shape, UNDATED } from './hit-table.js';

/** Fields that name a VM: by its name, its GUID, the account of its worker process or the path of a disk. */
const VM_FIELDS: readonly string[] = [
  ...['backup.vm', 'backup.vm_id', 'VmName', 'VMName', 'VmId', 'VMID', 'VmID', 'UserID'],
  ...['Parameter0', 'Parameter1', 'VhdFile', 'VhdFileName', 'FileName'],
];

/** Hits in a row nearly always share one shape: it is then the same object, and nothing is compared by text. */
export function shapesOf(byVm: boolean): (record: LogRecord) => Shape {
  let last: Shape = UNDATED;
  return (record) => {
    const vms = byVm ? namedVms(record) : NONE;
    if (!isShape(last, record, vms)) last = shapeOf(record, vms);
    return last;
  };
}

function isShape(shape: Shape, { host, channel, boot, time }: LogRecord, vms: readonly string[]): boolean {
  if (shape.host !== host || shape.channel !== channel || shape.boot !== boot || shape.isMetric) return false;
  if (vms.length > 0 || shape.vms.length > 0) return false;
  const { stamp } = shape;
  if (stamp === null || time === null) return stamp === time;
  return (
    stamp.clock === time.clock &&
    stamp.utcOffset === time.utcOffset &&
    stamp.yearless === time.yearless &&
    stamp.resolution === time.resolution
  );
}

function shapeOf({ host, channel, boot, time }: LogRecord, vms: readonly string[]): Shape {
  return { host, channel, boot, isMetric: false, stamp: time === null ? null : stampOf(time), vms };
}

const NONE: readonly string[] = [];

export function stampOf({ clock, utcOffset, yearless, resolution }: Omit<WrittenTime, 'micros'>): Shape['stamp'] {
  return { clock, utcOffset, yearless, resolution };
}

function namedVms({ fields }: LogRecord): readonly string[] {
  return VM_FIELDS.flatMap((name) => {
    const value = fields[name];
    return typeof value === 'string' && value !== '' ? [value] : [];
  });
}
