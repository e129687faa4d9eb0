import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fieldNamesOf, recoverData, renderMessage } from './windows-catalogue.js';
import { readCatalogue } from './windows-catalogue-data.js';
import { SUPPLEMENT } from './windows-catalogue-supplement.js';

const { fieldLists, groups, sources } = readCatalogue();

const CLUSTER = 'Microsoft-Windows-FailoverClustering';

describe('renderMessage', () => {
  it.each([
    [
      'disk',
      153,
      ['\\Device\\Harddisk2\\DR2', '0x10', '2', '\\Device\\MPIODisk1'],
      'Disk 2 (PDO name: \\Device\\MPIODisk1) was retried.',
    ],
    // 2012 R2 has no physical device object in it.
    ['Disk', 153, ['\\Device\\Harddisk2\\DR2', '0x10', '2'], 'address 0x10 for Disk 2 was retried.'],
    ['disk', 157, ['\\Device\\Harddisk2\\DR2', '2'], 'Disk 2 has been surprise removed.'],
    // A driver's own table goes before the shared one, which has "did not respond within the timeout period" for 9.
    ['iScsiPrt', 9, ['\\Device\\RaidPort1'], 'Target did not respond in time for a SCSI request.'],
    ['iScsiPrt', 129, ['\\Device\\RaidPort1'], 'Reset to device, \\Device\\RaidPort1, was issued.'],
    ['megasas2', 129, ['\\Device\\RaidPort0'], 'Reset to device, \\Device\\RaidPort0, was issued.'],
    ['EVENTLOG', 6013, ['', '', '', '', '77'], 'The system uptime is 77 seconds.'],
    [
      CLUSTER,
      5120,
      ['Volume1', 'Cluster Disk 1', 'STATUS_IO_TIMEOUT(c00000b5)'],
      "'Volume1' ('Cluster Disk 1') has entered a paused state because of 'STATUS_IO_TIMEOUT(c00000b5)'.",
    ],
    [CLUSTER, 1069, ['r', 'g'], "Cluster resource 'r' in clustered role 'g' failed."],
    [CLUSTER, 1069, ['r', 'g', 'Physical Disk', 'text', '0x2'], "The error code was '0x2' ('text')."],
    [
      'Microsoft-Windows-Hyper-V-High-Availability',
      21502,
      ['vm', 'id', "'vm' failed to start."],
      "'vm' failed to start.",
    ],
    [
      'volsnap',
      1,
      ['\\Device\\x', 'C:', 'D:'],
      'The shadow copy of volume C: could not create shadow copy storage on volume D:.',
    ],
    ['disk', 7, [], 'The device, %1, has a bad block.'],
  ])('%s %i', (provider, id, values, text) => {
    expect(renderMessage(provider, id, values, {})?.text).toContain(text);
  });

  it('takes named data by name, whatever its place', () => {
    const named = { ErrorCode: '0x20', VmId: 'ID', VmName: 'web', ErrorMessage: 'busy' };
    expect(renderMessage('Microsoft-Windows-Hyper-V-VMMS', 19100, Object.values(named), named)).toEqual({
      text: "'web' background disk merge failed to complete: busy (0x20). (Virtual machine ID ID)",
      source: 'published incident logs',
      wording: 'seen',
    });
  });

  it('refuses a text whose places this version of the event has filled differently', () => {
    // Version 3 of Ntfs 146 begins with Version, VolumeCorrelationId, VolumeNameLength; the text is of version 1.
    const named = { Version: '3', VolumeCorrelationId: '{1}', VolumeNameLength: '2', VolumeName: 'D:' };
    expect(renderMessage('Microsoft-Windows-Ntfs', 146, Object.values(named), named)).toBeNull();
    const vhd = { VhdFile: 'a.vhdx', VmId: 'ID', VhdIoType: '1', Status: '0xC00000B5' };
    expect(renderMessage('Microsoft-Windows-VHDMP', 100, Object.values(vhd), vhd)?.text).toContain(
      'for a.vhdx (VM ID: ID)',
    );
    const { VmId, ...rest } = vhd;
    const moved = { VmId, ...rest };
    expect(renderMessage('Microsoft-Windows-VHDMP', 100, Object.values(moved), moved)).toBeNull();
  });

  it('says nothing rather than one of two things', () => {
    // 1650: "has established" and "has lost" a connection have the same places.
    expect(renderMessage(CLUSTER, 1650, ['a', 'b'], {})).toBeNull();
    // Three items: "failed due to an attempt to block ..." or plainly "failed".
    expect(renderMessage(CLUSTER, 1069, ['r', 'g', 'Physical Disk'], {})).toBeNull();
    expect(renderMessage('disk', 60_000, ['a'], {})).toBeNull();
    expect(renderMessage('constructor', 1, [], {})).toBeNull();
  });

  it('marks wordings from memory', () => {
    expect(renderMessage('Microsoft-Windows-Hyper-V-VMMS', 10150, ['a', 'b', 'c', 'd'], {})?.wording).toBe('memory');
  });

  it('never throws, for any event of the catalogue and any data', () => {
    const known = groups.flatMap((group) =>
      group.providers.flatMap((p) => group.rows.map((row) => [p, row[0]] as const)),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...known),
        fc.array(fc.string()),
        fc.dictionary(fc.string(), fc.string()),
        ([p, id], values, named) => {
          const text = renderMessage(p, id, values, named)?.text ?? '';
          recoverData(p, id, text);
          recoverData(p, id, values.join(' '));
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('recoverData', () => {
  it('reads values back with their numbers', () => {
    const message =
      'The IO operation at logical block address 0x7f for Disk 4 (PDO name: \\Device\\0000003a) was retried.';
    expect(recoverData('disk', 153, message)).toEqual([
      { name: 'param2', value: '0x7f' },
      { name: 'param3', value: '4' },
      { name: 'param4', value: '\\Device\\0000003a' },
    ]);
  });

  it('adds the names when the list is of the version of the text', () => {
    const names = recoverData(
      'Microsoft-Windows-VHDMP',
      100,
      'Vhd resiliency initiated for C:\\a.vhdx (VM ID: X). A Write IO failed with error 5.',
    )?.map((item) => item.name);
    expect(names).toEqual(['param1', 'VhdFile', 'param2', 'VmId', 'param3', 'VhdIoType', 'param4', 'Status']);
  });

  it('takes the longest of several texts of one id', () => {
    const head =
      "Cluster resource 'a' of type 'T' in clustered role 'g' failed due to an attempt to block a required state change";
    const items = recoverData(CLUSTER, 1069, `${head} in that cluster resource.`);
    expect(items?.map((item) => item.value)).toEqual(['a', 'g', 'T']);
  });

  it.each([
    ['disk', 153, 'Der E/A-Vorgang wurde wiederholt.'],
    ['disk', 157, ''],
    ['unknown', 5, 'Disk 3 has been surprise removed.'],
  ])('%s %i gives nothing for %s', (provider, id, message) => {
    expect(recoverData(provider, id, message)).toBeNull();
  });

  it('has nothing to recover from a sentence without places', () => {
    expect(recoverData('EventLog', 6005, 'The Event log service was started.')).toEqual([]);
  });

  it('recovers what it rendered, for the whole catalogue', () => {
    let recovered = 0;
    let places = 0;
    for (const group of groups) {
      for (const [id, template] of group.rows) {
        const numbers = [...new Set([...template.matchAll(/%([1-9]\d?)/g)].map((m) => Number(m[1])))];
        if (numbers.length === 0) continue;
        places++;
        const values = Array.from({ length: Math.max(...numbers) }, (_, i) => `v${i + 1}v`);
        const text = template.replaceAll(/%([1-9]\d?)(?:![^!%]*!)?/g, (_, n) => values[Number(n) - 1] ?? '');
        const items = recoverData(group.providers[0] ?? '', id, text)?.filter((item) => item.name.startsWith('param'));
        if (items === undefined) continue;
        if (items.every(({ name, value }) => value === `v${name.slice(5)}v`)) recovered++;
      }
    }
    // The rest have escapes (%t, %r), two places without text between them, or a twin with the same text.
    expect(recovered / places).toBeGreaterThan(0.9);
  });
});

describe('fieldNamesOf', () => {
  it('names items only when their number is that of the one known list', () => {
    expect(fieldNamesOf('microsoft-windows-vhdmp', 100, 4)).toEqual(['VhdFile', 'VmId', 'VhdIoType', 'Status']);
    expect(fieldNamesOf('Microsoft-Windows-VHDMP', 100, 5)).toBeNull();
    expect(fieldNamesOf('disk', 7, 1)).toBeNull();
    expect(fieldNamesOf('disk', 7, 0)).toBeNull();
  });
});

describe('the data', () => {
  it('refers only to lists and sources that are there', () => {
    for (const group of groups) {
      expect(group.providers.length).toBeGreaterThan(0);
      for (const [id, , fields, source] of group.rows) {
        expect(Number.isInteger(id) && id >= 0 && id <= 0xffff).toBe(true);
        expect(fields >= -1 && fields < fieldLists.length && source >= 0 && source < sources.length).toBe(true);
      }
    }
  });

  it('names every item of a supplementary text in its list', () => {
    for (const row of SUPPLEMENT) {
      for (const [, name = ''] of row.template.matchAll(/%([A-Za-z]\w+)%/g)) expect(row.fields).toContain(name);
    }
  });
});
