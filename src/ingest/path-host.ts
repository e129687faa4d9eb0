/**
 * Which machine a path names, for formats that do not say it themselves (dmesg, a CSV). The grammar, first hit wins:
 *
 *   sosreport-<host>-<...>/...            sos archives (host up to the next `-` that a date or number follows)
 *   scc_<host>_<date>/...                 supportconfig
 *   (guest|guests|vm|vms|host|hosts|node|nodes|hypervisor|linux|windows)/<host>/...
 *   .../<host>/(var/log|sos_commands|etc|proc|sys)/...   a copied file tree
 *   <host>[-_.]dmesg[...]  dmesg[-_.]<host>[...]  <host>[-_](journal|syslog|messages|kern|iostat)...   in the file name
 *
 * Nothing else is guessed. A name found here is a claim of the person who collected the evidence.
 */
export function hostOfPath(path: string): string | null {
  const parts = path.split('/');
  const name = parts.at(-1) ?? '';
  const folders = parts.slice(0, -1);
  return bundleHost(folders) ?? roleFolderHost(folders) ?? treeHost(folders) ?? fileNameHost(name);
}

function bundleHost(folders: readonly string[]): string | null {
  for (const folder of folders) {
    const sos = /^sosreport-(.+?)(?:-(?=\d)|$)/.exec(folder);
    if (sos?.[1] !== undefined) return sos[1];
    const scc = /^scc_(.+?)_\d{6}/.exec(folder);
    if (scc?.[1] !== undefined) return scc[1];
  }
  return null;
}

const ROLE = /^(?:guests?|vms?|hosts?|nodes?|hypervisors?|linux|windows)$/i;

function roleFolderHost(folders: readonly string[]): string | null {
  const at = folders.findIndex((folder) => ROLE.test(folder));
  return at >= 0 ? (folders[at + 1] ?? null) : null;
}

const TREE = /^(?:var|sos_commands|etc|proc|sys)$/;

function treeHost(folders: readonly string[]): string | null {
  const at = folders.findIndex((folder) => TREE.test(folder));
  return at > 0 ? (folders[at - 1] ?? null) : null;
}

const BEFORE = /^([A-Za-z0-9][\w-]*?)[-_.](?:dmesg|journal|syslog|messages|kern|iostat|backup)(?:[-_.]|$)/;
const AFTER = /^(?:dmesg|journal|journalctl|iostat)[-_]([A-Za-z0-9][\w-]*?)(?:\.|$)/;

function fileNameHost(name: string): string | null {
  const found = BEFORE.exec(name)?.[1] ?? AFTER.exec(name)?.[1] ?? null;
  // `kern.log`, `dmesg-T`: an option or a rotation number is no host.
  return found === null || /^(?:\d+|T|H|x|k|u|b)$/.test(found) ? null : found;
}
