/** The site of the story: three hosts, eighteen machines, one array behind 1 Gb iSCSI, one CSV. Names are invented. */
export type HostName = 'HV01' | 'HV02' | 'HV03';
export const HOSTS: readonly HostName[] = ['HV01', 'HV02', 'HV03'];
export const DOMAIN = 'corp.example';

export type Distribution = 'ubuntu22' | 'debian12' | 'debian11' | 'rhel9' | 'centos7' | 'centos6';

/** How an operator got the logs out of a guest. */
export type LogForm = 'rfc3164' | 'iso' | 'messages' | 'journal-json' | 'short-iso';

export interface Vm {
  /** Constant name for random streams and scenarios; the name that is written may be another. */
  readonly key: string;
  readonly name: string;
  readonly id: string;
  readonly host: HostName;
  /** Null: Windows, or Linux whose logs nobody collected. */
  readonly guest: Distribution | null;
  readonly form: LogForm | null;
  readonly consistency: 'application' | 'crash';
  /** A long number that stays: file sizes and inode numbers derive from it. */
  readonly gigabytes: number;
}

type Row = readonly [string, HostName, Distribution | null, LogForm | null, 'application' | 'crash', number, string];

const ROWS: readonly Row[] = [
  ['web01', 'HV01', 'ubuntu22', 'rfc3164', 'application', 40, '6B1D2C5E-0F43-4E7A-9C21-5A8E04D7B311'],
  ['erp01', 'HV01', 'debian11', 'rfc3164', 'application', 120, '0C9A7F12-88B4-4D6C-A1E5-2F60C3B9D422'],
  ['mail01', 'HV01', 'debian12', 'iso', 'crash', 80, 'D4E5A1B7-3C28-49F0-8B16-71C0E2F5A533'],
  ['dc01', 'HV01', null, null, 'application', 60, '2A7C4E90-5D1B-4F38-96A7-C8B3D0E14644'],
  ['file01', 'HV01', null, null, 'application', 400, '91B3F6D8-2E07-4C5A-B4D9-0A6F7C82E755'],
  ['print01', 'HV01', null, null, 'crash', 50, 'F05D8C3A-7B46-4192-8E0C-3D9A1B64F866'],
  ['web02', 'HV02', 'ubuntu22', 'rfc3164', 'application', 40, '47E2B9C1-6A05-4D83-A7F2-9B1C0E5D3977'],
  ['db02', 'HV02', 'centos7', 'messages', 'application', 150, '8D60A4F3-1C9E-4B72-95E8-6F3B2A07CA88'],
  ['git01', 'HV02', 'rhel9', 'journal-json', 'crash', 90, 'B82F5D07-94C3-4E61-8A3D-1E7C6B90DB99'],
  ['dc02', 'HV02', null, null, 'application', 60, '3E91C6A5-D870-4F24-B9C1-7A0D5E38ECAA'],
  ['sql01', 'HV02', null, null, 'application', 300, 'C56A0E8B-4F17-4A9D-82B6-E3D1907CFDBB'],
  ['rds01', 'HV02', null, null, 'application', 120, '70D4B2F9-8E3C-4615-9D7A-5C0B6E21AECC'],
  ['app03', 'HV03', 'debian12', 'iso', 'application', 60, '15F8E3D6-B09A-4C47-A6E0-82D7C5B4BFDD'],
  ['log01', 'HV03', 'debian12', 'iso', 'crash', 200, 'A93C7B04-2D6E-4F81-8C5F-0E4B9D67C0EE'],
  ['mon01', 'HV03', 'ubuntu22', 'short-iso', 'crash', 80, '5B07D9E2-F416-4A3C-97D8-B61E3C80D1FF'],
  ['old01', 'HV03', 'centos6', 'messages', 'crash', 30, 'E2C860F7-3A5B-4D90-B1E4-947F0D5AE200'],
  ['wsus01', 'HV03', null, null, 'application', 250, '6F1E9B3D-C702-4585-8FA9-D0C2A764F301'],
  ['ts02', 'HV03', null, null, 'crash', 100, '08B5C4A7-9F6D-4E13-A2C7-F7E8501B0412'],
];

/** `consistency`: what one job gives all machines, in place of what each was set to. */
export function machines(rename: (vm: string) => string, consistency?: Vm['consistency']): readonly Vm[] {
  return ROWS.map(([key, host, guest, form, own, gigabytes, id]) => ({
    key,
    name: rename(key),
    id,
    host,
    guest,
    form,
    consistency: consistency ?? own,
    gigabytes,
  }));
}

export function fqdn(host: HostName): string {
  return `${host}.${DOMAIN}`;
}

export function folder(vm: Vm): string {
  return `C:\\ClusterStorage\\Volume1\\${vm.name}`;
}

export function disk(vm: Vm): string {
  return `${folder(vm)}\\${vm.name}.vhdx`;
}

/** Worker events carry the machine in the writer's SID: the little-endian words of its GUID. */
export function workerSid(vm: Vm): string {
  const hex = vm.id.replaceAll('-', '');
  const bytes = Array.from({ length: 16 }, (_, i) => Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16));
  const order = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
  const view = new DataView(Uint8Array.from(order, (i) => bytes[i] ?? 0).buffer);
  return `S-1-5-83-1-${[0, 4, 8, 12].map((at) => view.getUint32(at, true)).join('-')}`;
}
