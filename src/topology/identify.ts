/** GUID as Windows writes it, braces and case removed; null when the text is none. */
export function readGuid(text: string): string | null {
  const m = /^\{?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\}?$/i.exec(text.trim());
  return m?.[1]?.toUpperCase() ?? null;
}

/**
 * The VM behind a worker process: S-1-5-83-1-a-b-c-d holds the VM's GUID as four little-endian 32-bit words.
 * 1570674725-1260853619-2008740250-1715473044 is 5D9E9825-1973-4B27-9AF1-BA77940A4066.
 */
export function guidOfSid(text: string): string | null {
  const m = /^S-1-5-83-1-(\d+)-(\d+)-(\d+)-(\d+)$/.exec(text.trim());
  if (m === null) return null;
  const bytes: string[] = [];
  for (const word of m.slice(1)) {
    const value = Number(word);
    if (value > 0xffffffff) return null;
    for (let shift = 0; shift < 32; shift += 8) bytes.push(((value >>> shift) & 0xff).toString(16).padStart(2, '0'));
  }
  const part = (...order: readonly number[]): string => order.map((i) => bytes[i]).join('');
  return `${part(3, 2, 1, 0)}-${part(5, 4)}-${part(7, 6)}-${part(8, 9)}-${part(10, 11, 12, 13, 14, 15)}`.toUpperCase();
}

/** `\\?\C:\ClusterStorage\Volume1\web01\web01.vhdx` in its parts. Null when it is no virtual disk. */
export interface DiskPath {
  readonly path: string;
  /** CSV folder or share below which it lies: `Volume1`, `\\sofs\vms`; null for a local path. */
  readonly volume: string | null;
  readonly folders: readonly string[];
  /** File name without extension. */
  readonly stem: string;
  /** `avhdx` and `avhd` are differencing disks of checkpoints. */
  readonly extension: string;
}

export function readDiskPath(text: string): DiskPath | null {
  const path = text
    .trim()
    .replace(/^\\\\\?\\(?:UNC\\)?/i, (prefix) => (/UNC/i.test(prefix) ? '\\\\' : ''))
    .replaceAll('/', '\\');
  const m = /^(.*)\\([^\\]+)\.(vhdx?|avhdx?|vhds|mrt|rct)$/i.exec(path);
  if (m === null) return null;
  const folders = (m[1] as string).split('\\').filter((part) => part !== '');
  const csv = folders.findIndex((part) => part.toLowerCase() === 'clusterstorage');
  const isShare = path.startsWith('\\\\');
  const volume = csv >= 0 ? (folders[csv + 1] ?? null) : isShare ? `\\\\${folders.slice(0, 2).join('\\')}` : null;
  return {
    path,
    volume,
    folders: folders.slice(csv >= 0 ? csv + 2 : isShare ? 2 : 1),
    stem: m[2] as string,
    extension: (m[3] as string).toLowerCase(),
  };
}

/** Host names compare without case and without domain. */
export function shortName(name: string): string {
  const lower = name.trim().toLowerCase();
  return /^\d+\.\d+\.\d+\.\d+$/.test(lower) ? lower : (lower.split('.')[0] ?? lower);
}
