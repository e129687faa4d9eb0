/** GUID as Windows writes it, braces and case removed; null when the text is none. */
export function readGuid(text: string): string | null {
  const m = /^\{?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\}?$/i.exec(text.trim());
  return m?.[1]?.toUpperCase() ?? null;
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
