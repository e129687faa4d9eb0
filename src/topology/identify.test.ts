import { expect, test } from 'vitest';
import { shortName, vmIdOfSid } from '../model/windows-name.js';
import { readDiskPath, readGuid } from './identify.js';

test('the worker SID holds the GUID of its VM in little-endian words', () => {
  expect(vmIdOfSid('S-1-5-83-1-1570674725-1260853619-2008740250-1715473044')).toBe(
    '5D9E9825-1973-4B27-9AF1-BA77940A4066',
  );
  expect(vmIdOfSid('S-1-5-18')).toBeNull();
  expect(vmIdOfSid('S-1-5-83-1-99999999999-1-1-1')).toBeNull();
});

test('GUIDs with and without braces', () => {
  expect(readGuid('{5d9e9825-1973-4b27-9af1-ba77940a4066}')).toBe('5D9E9825-1973-4B27-9AF1-BA77940A4066');
  expect(readGuid('web01')).toBeNull();
});

test('virtual disk paths: volume, folders, stem', () => {
  expect(readDiskPath('C:\\ClusterStorage\\Volume1\\web01\\web01.vhdx')).toMatchObject({
    volume: 'Volume1',
    folders: ['web01'],
    stem: 'web01',
    extension: 'vhdx',
  });
  expect(readDiskPath('\\\\?\\UNC\\sofs\\vms\\web01\\disk_1.avhdx')).toMatchObject({
    volume: '\\\\sofs\\vms',
    folders: ['web01'],
    extension: 'avhdx',
  });
  expect(readDiskPath('C:\\Windows\\notepad.exe')).toBeNull();
});

test('hosts compare by short name, addresses as they are', () => {
  expect(shortName('HV01.contoso.local')).toBe('hv01');
  expect(shortName('10.0.0.1')).toBe('10.0.0.1');
});
