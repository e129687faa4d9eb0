/** `verified`: the wording was read in a source or a real log. `inferred`: built from memory or by analogy. */
export type Mark = 'verified' | 'inferred';

export interface Kind {
  readonly form: string;
  readonly mark: Mark;
  readonly source: string;
}

/** A text that no row explains is an error: a sample may not hold what its own table does not name. */
export function kindOf(rows: readonly (readonly [RegExp, Mark, string, string])[], text: string): Kind {
  const row = rows.find(([pattern]) => pattern.test(text));
  if (row === undefined) throw new Error(`no kind for: ${text}`);
  return { form: row[3], mark: row[1], source: row[2] };
}

export function table(kinds: Iterable<Kind>): string {
  const rows = new Map<string, Kind>();
  for (const kind of kinds) rows.set(kind.form, kind);
  const cell = (text: string): string => text.replaceAll('|', '\\|');
  const lines = [...rows.values()]
    .sort((a, b) => (a.form < b.form ? -1 : a.form > b.form ? 1 : 0))
    .map(
      ({ form, mark, source }) =>
        `| \`${cell(form)}\` | ${mark === 'verified' ? 'verified wording' : 'inferred'} | ${cell(source)} |`,
    );
  return ['| line or event | wording | source |', '| --- | --- | --- |', ...lines, ''].join('\n');
}
