import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { vmIdOfSid } from '../model/windows-name.js';
import { derivedFields } from './windows-fields.js';

function fields(
  provider: string,
  eventId: number,
  binary: string | null,
  userId: string | null = null,
): Record<string, string> {
  return Object.fromEntries(derivedFields({ provider, eventId, userId, binary }));
}

/** A packet header with the event's code at 0x0C, then the dump data. */
function packet(dumpSize: string, code: string, finalStatus: string, dump: string): string {
  return `0300${dumpSize}0100000000000000${code}2D010000${finalStatus}${'00'.repeat(16)}${dump}`;
}

describe('disk', () => {
  it('reads the layout of KB244780', () => {
    // The dump of the article, offsets 0x28 to 0x49.
    const dump = '010000000400000003000000' + '2A000000' + '0284000000290600' + '2A600A82752900008000';
    expect(fields('disk', 51, packet('2200', '33000480', '00000000', dump))).toEqual({
      'disk.ntstatus': '0x80040033',
      'disk.final_status': '0x00000000',
      'disk.scsi_status': '0x02',
      'disk.srb_status': '0x04',
      'disk.opcode': '0x2a',
      'disk.cdb': '2a600a82752900008000',
      'disk.sense_key': '0x06',
      'disk.asc': '0x29',
      'disk.ascq': '0x00',
    });
  });

  it('reads CLASS_ERROR_LOG_DATA of 64-bit Windows', () => {
    const srb = `58000089 02000000 01200A12 00000000 ${'00'.repeat(56)} 28000060007000000800000000000000`;
    const sense = '7000030000000000000000001104000000000000'.padEnd(48, '0');
    const dump = `1122334455667788 FFFFFFFF 01000000 ${srb} ${sense}`.replaceAll(' ', '');
    expect(fields('Disk', 7, packet('8000', '070004C0', '9C0000C0', dump))).toEqual({
      'disk.ntstatus': '0xc0040007',
      'disk.final_status': '0xc000009c',
      'disk.scsi_status': '0x02',
      'disk.srb_status': '0x09',
      'disk.opcode': '0x28',
      'disk.cdb': '28000060007000000800',
      'disk.sense_key': '0x03',
      'disk.asc': '0x11',
      'disk.ascq': '0x04',
    });
  });

  it('reads the four bytes of event 153', () => {
    expect(fields('disk', 153, packet('0400', '99000480', '00000000', '0028CE2A'))).toEqual({
      'disk.ntstatus': '0x80040099',
      'disk.final_status': '0x00000000',
      'disk.scsi_status': '0x28',
      'disk.srb_status': '0x0e',
      'disk.opcode': '0x2a',
    });
  });

  it('leaves sense data out that the flag does not vouch for', () => {
    const dump = '01000000040000000300000028000000' + '0009000000290600' + '28000000000000000800';
    const found = fields('disk', 51, packet('2200', '33000480', '000000C0', dump));
    expect(found['disk.srb_status']).toBe('0x09');
    expect(found).not.toHaveProperty('disk.sense_key');
  });

  it.each([
    ['another event code', 51, packet('2200', '34000480', '00000000', '00'.repeat(34))],
    ['a short packet', 51, '0300'],
    ['no hex', 51, 'xyz'],
    ['an empty one', 51, ''],
  ])('reads nothing from %s', (_name, id, binary) => {
    expect(fields('disk', id, binary)).toEqual({});
  });

  it('reads only disk and iScsiPrt, and never throws', () => {
    expect(fields('volsnap', 51, packet('2200', '33000480', '00000000', '00'.repeat(40)))).toEqual({});
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.constantFrom('disk', 'iScsiPrt'), (bytes, provider) => {
        const copy = Buffer.from(bytes);
        if (copy.length > 0x10) copy.writeUInt16LE(51, 0x0c);
        fields(provider, 51, copy.toString('hex'));
      }),
    );
  });
});

describe('iScsiPrt', () => {
  const text = (name: string): string => Buffer.from(name, 'utf16le').toString('hex');

  it('reads the target name out of the dump data', () => {
    const binary = packet('4400', '140004C0', '00000000', `${text('iqn.2001-05.com.example:lun-7')}0000`);
    expect(fields('iScsiPrt', 20, binary)).toEqual({ 'iscsi.dump_text': 'iqn.2001-05.com.example:lun-7' });
  });

  it('has no text for a CDB or a few letters', () => {
    expect(fields('iScsiPrt', 9, packet('1000', '090004C0', '00000000', '28000060007000000800000000000000'))).toEqual(
      {},
    );
    expect(fields('iScsiPrt', 9, packet('1000', '090004C0', '00000000', `${text('abc')}0000`))).toEqual({});
  });
});

describe('worker events', () => {
  it.each([
    // Both pairs are of published events that carry the id a second time.
    ['S-1-5-83-1-1570674725-1260853619-2008740250-1715473044', '5D9E9825-1973-4B27-9AF1-BA77940A4066'],
    ['S-1-5-83-1-3655396106-1351506743-3915871121-3476744365', 'D9E0EB0A-5B37-508E-9173-67E9ADE83ACF'],
    ['S-1-5-83-1-0-0-0-1', '00000000-0000-0000-0000-000001000000'],
  ])('%s', (sid, id) => {
    expect(vmIdOfSid(sid)).toBe(id);
    expect(fields('Microsoft-Windows-Hyper-V-Worker', 18500, null, sid)).toEqual({ VmId: id });
    expect(fields('Microsoft-Windows-Hyper-V-VMMS', 18500, null, sid)).toEqual({});
  });

  it.each(['S-1-5-18', 'S-1-5-83-1-1-2-3', 'S-1-5-83-1-1-2-3-4294967296', 'S-1-5-83-0', ''])('%s is no VM', (sid) => {
    expect(vmIdOfSid(sid)).toBeNull();
  });
});
