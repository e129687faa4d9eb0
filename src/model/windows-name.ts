/**
 * A worker process runs under an account of its VM: S-1-5-83-1-a-b-c-d, the four numbers being the little-endian
 * 32-bit words of the VM's GUID. S-1-5-83-1-1570674725-1260853619-2008740250-1715473044 is
 * 5D9E9825-1973-4B27-9AF1-BA77940A4066.
 */
export function vmIdOfSid(sid: string): string | null {
  const m = /^S-1-5-83-1-(\d{1,10})-(\d{1,10})-(\d{1,10})-(\d{1,10})$/.exec(sid.trim());
  if (m === null) return null;
  const bytes = new DataView(new ArrayBuffer(16));
  for (const [i, word] of m.slice(1).entries()) {
    if (Number(word) > 0xffffffff) return null;
    bytes.setUint32(i * 4, Number(word), true);
  }
  const hex = (value: number, digits: number): string => value.toString(16).toUpperCase().padStart(digits, '0');
  const data1 = hex(bytes.getUint32(0, true), 8);
  const data23 = `${hex(bytes.getUint16(4, true), 4)}-${hex(bytes.getUint16(6, true), 4)}`;
  // The last eight bytes of a GUID are written in the order in which they are stored.
  const tail = `${hex(bytes.getUint32(10), 8)}${hex(bytes.getUint16(14), 4)}`;
  return `${data1}-${data23}-${hex(bytes.getUint16(8), 4)}-${tail}`;
}

/** Host names compare without case and without domain. */
export function shortName(name: string): string {
  const lower = name.trim().toLowerCase();
  return /^\d+\.\d+\.\d+\.\d+$/.test(lower) ? lower : (lower.split('.')[0] ?? lower);
}
