/** The names most like a wanted one: first those that end with it, then by how many characters differ. */
export function nearest(wanted: string, names: readonly string[], most: number): readonly string[] {
  const lower = wanted.toLowerCase();
  const base = lower.split('/').at(-1) ?? lower;
  const distance = (name: string): number => {
    const other = name.toLowerCase();
    if (other.endsWith(`/${lower}`)) return -1;
    // A slip in a folder's name costs no more than one in the file's.
    const ofFile = editDistance(base, other.split('/').at(-1) ?? other);
    return ofFile + editDistance(lower, other);
  };
  return names
    .map((name) => ({ name, away: distance(name) }))
    .sort((a, b) => a.away - b.away || (a.name < b.name ? -1 : 1))
    .slice(0, most)
    .map(({ name }) => name);
}

/** Characters to insert, delete or replace (Levenshtein 1966), row by row. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
