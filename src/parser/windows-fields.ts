import { vmIdOfSid } from '../model/windows-name.js';
/** What the fields are derived from; a WindowsEvent has all of it. */
export interface FieldSource {
  readonly provider: string;
  readonly eventId: number;
  readonly userId: string | null;
  readonly binary: string | null;
}

/** What an event's binary part and writer say, under names of our own: `disk.*`, `iscsi.*`, and `VmId`. */
export function derivedFields(event: FieldSource): readonly (readonly [string, string])[] {
  const provider = event.provider.toLowerCase();
  if (provider === 'microsoft-windows-hyper-v-worker') return workerFields(event);
  if (event.binary === null || (provider !== 'disk' && provider !== 'iscsiprt')) return [];
  const bytes = readHex(event.binary);
  if (bytes === null || !isLogPacket(bytes, event.eventId)) return [];
  return provider === 'disk' ? diskFields(bytes, event.eventId) : iscsiFields(bytes);
}

function workerFields(event: FieldSource): readonly (readonly [string, string])[] {
  const id = event.userId === null ? null : vmIdOfSid(event.userId);
  return id === null ? [] : [['VmId', id]];
}

/** `0F00180004..`, also with the `-` or blanks some tools put between bytes. At most 4 KiB: a log packet has 240 bytes. */
function readHex(text: string): DataView | null {
  const digits = text.slice(0, 12288).replaceAll(/[-\s]/g, '');
  if (digits.length < 2 || !/^[0-9a-f]+$/i.test(digits)) return null;
  const bytes = new Uint8Array(digits.length >> 1);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16);
  return new DataView(bytes.buffer);
}

/** IO_ERROR_LOG_PACKET (wdm.h): the dump data starts at 0x28. */
const DUMP = 0x28;

/** ErrorCode at 0x0C is the event's own message id; its low half is the event id. Anything else is another layout. */
function isLogPacket(bytes: DataView, eventId: number): boolean {
  return bytes.byteLength >= DUMP && bytes.getUint16(0x0c, true) === (eventId & 0xffff);
}

interface ScsiPlaces {
  readonly scsiStatus: number;
  readonly srbStatus: number;
  /** Command descriptor block, or only its first byte. */
  readonly cdb: number;
  readonly cdbLength: number;
  readonly senseKey: number | null;
  readonly asc: number | null;
  readonly ascq: number | null;
}

/** `disk` events 7, 9, 11, 51 ... 153: which request failed, and with which status. */
function diskFields(bytes: DataView, eventId: number): readonly (readonly [string, string])[] {
  const fields: (readonly [string, string])[] = [
    ['disk.ntstatus', `0x${bytes.getUint32(0x0c, true).toString(16).padStart(8, '0')}`],
    ['disk.final_status', `0x${bytes.getUint32(0x14, true).toString(16).padStart(8, '0')}`],
  ];
  const places = placesOf(bytes, eventId);
  if (places === null) return fields;
  const srb = bytes.getUint8(places.srbStatus);
  fields.push(['disk.scsi_status', byteAt(bytes, places.scsiStatus)]);
  // SRB_STATUS of srb.h: without the flags 0x80 (sense data valid) and 0x40 (queue frozen).
  fields.push(['disk.srb_status', hexByte(srb & 0x3f)]);
  fields.push(['disk.opcode', byteAt(bytes, places.cdb)]);
  if (places.cdbLength > 1) fields.push(['disk.cdb', hexRun(bytes, places.cdb, places.cdbLength)]);
  if ((srb & 0x80) === 0 || places.senseKey === null || places.asc === null || places.ascq === null) return fields;
  fields.push(['disk.sense_key', hexByte(bytes.getUint8(places.senseKey) & 0x0f)]);
  fields.push(['disk.asc', byteAt(bytes, places.asc)], ['disk.ascq', byteAt(bytes, places.ascq)]);
  return fields;
}

/**
 * Three layouts of the dump data, told apart by its size at 0x02:
 *  - 4 bytes, event 153: SCSI status 0x29, SRB status 0x2A, operation code 0x2B ("Interpreting Event 153 Errors", ntdebugging blog)
 *  - 0x18 to 0x4F bytes: the table of KB244780 (event 51 up to Windows 7)
 *  - from 0x6A bytes: CLASS_ERROR_LOG_DATA (classpnp.h) with an x64 SCSI_REQUEST_BLOCK, whose length 0x58 stands at 0x38
 */
function placesOf(bytes: DataView, eventId: number): ScsiPlaces | null {
  const size = bytes.getUint16(0x02, true);
  const has = (end: number): boolean => bytes.byteLength >= end && DUMP + size >= end;
  if (size === 4 && eventId === 153 && has(0x2c)) {
    return { scsiStatus: 0x29, srbStatus: 0x2a, cdb: 0x2b, cdbLength: 1, senseKey: null, asc: null, ascq: null };
  }
  if (size < 0x50 && has(0x41)) {
    const cdbLength = Math.min(16, bytes.byteLength - 0x40, DUMP + size - 0x40);
    return { scsiStatus: 0x38, srbStatus: 0x39, cdb: 0x40, cdbLength, senseKey: 0x3e, asc: 0x3d, ascq: 0x3c };
  }
  if (has(0x90) && bytes.getUint16(0x38, true) === 0x58) {
    const cdbLength = Math.max(1, Math.min(16, bytes.getUint8(0x42)));
    // SENSE_DATA follows the block: key at 2, additional code at 12, its qualifier at 13.
    const sense = has(0x9e) ? 0x90 : null;
    const at = (offset: number): number | null => (sense === null ? null : sense + offset);
    return { scsiStatus: 0x3c, srbStatus: 0x3b, cdb: 0x80, cdbLength, senseKey: at(2), asc: at(12), ascq: at(13) };
  }
  return null;
}

function hexByte(value: number): string {
  return `0x${value.toString(16).padStart(2, '0')}`;
}

function byteAt(bytes: DataView, at: number): string {
  return hexByte(bytes.getUint8(at));
}

function hexRun(bytes: DataView, from: number, length: number): string {
  let text = '';
  for (let i = from; i < from + length; i++) text += bytes.getUint8(i).toString(16).padStart(2, '0');
  return text;
}

/** "The target name is given in the dump data": the longest run of printable UTF-16 there, from 4 characters. */
function iscsiFields(bytes: DataView): readonly (readonly [string, string])[] {
  let best = '';
  let run = '';
  for (let i = DUMP; i + 1 < bytes.byteLength; i += 2) {
    const unit = bytes.getUint16(i, true);
    // Target names and portal addresses are ASCII (RFC 3720 3.2.6).
    run = unit >= 0x20 && unit < 0x7f ? run + String.fromCharCode(unit) : '';
    if (run.length > best.length) best = run;
  }
  return best.length < 4 ? [] : [['iscsi.dump_text', best]];
}
