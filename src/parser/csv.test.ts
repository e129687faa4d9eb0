import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CsvOptions, createCsvReader, splitCsvLine } from './csv.js';

const DELIMITERS = [',', ';', '\t'] as const;

function writeCell(cell: string, delimiter: string): string {
  return /["\r\n]/.test(cell) || cell.includes(delimiter) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

function writeCsv(rows: readonly (readonly string[])[], delimiter: string, end: string): string {
  // A lone blank cell must be quoted, or its row would be a blank line.
  const line = (row: readonly string[]): string =>
    row.length === 1 && row.join('').trim() === ''
      ? `"${row.join('')}"`
      : row.map((cell) => writeCell(cell, delimiter)).join(delimiter);
  return rows.map((row) => line(row) + end).join('');
}

function read(
  text: string,
  delimiter: string | ((line: string) => string | null),
  cuts: readonly number[] = [],
  more: CsvOptions = {},
) {
  const rows: { cells: string[]; line: number; byteOffset: number; source: string }[] = [];
  const problems: string[] = [];
  const reader = createCsvReader(delimiter, (cells, at, source) => rows.push({ cells, ...at, source }), {
    problem: (code, at) => problems.push(`${code}@${at.line}`),
    ...more,
  });
  const edges = [0, ...cuts.map((cut) => cut % (text.length + 1)).sort((a, b) => a - b), text.length];
  for (let i = 0; i + 1 < edges.length; i++) {
    const from = edges[i] ?? 0;
    reader.text(text.slice(from, edges[i + 1]), { byteOffset: Buffer.byteLength(text.slice(0, from)) });
  }
  reader.end();
  return { rows, problems };
}

const cellsOf = (text: string, delimiter = ',') => read(text, delimiter).rows.map((row) => row.cells);

const alphabet = fc.constantFrom('a', 'Z', '"', ',', ';', '\t', '\n', '\r', ' ', '#', 'ü', '日');
const cell = fc.string({ unit: alphabet, maxLength: 8 });
// Blank-only rows of several cells with a blank delimiter (tab) are a blank line by definition, so the first cell is not blank.
const row = fc.tuple(cell, fc.array(cell, { maxLength: 4 })).map(([first, rest]) => [`x${first}`, ...rest]);

describe('createCsvReader', () => {
  it('reads back what a writer wrote, wherever the chunks are cut', () => {
    fc.assert(
      fc.property(
        fc.array(row, { maxLength: 6 }),
        fc.constantFrom(...DELIMITERS),
        fc.constantFrom('\n', '\r\n'),
        fc.array(fc.nat(), { maxLength: 6 }),
        (rows, delimiter, end, cuts) => {
          const result = read(writeCsv(rows, delimiter, end), delimiter, cuts);
          expect(result.problems).toEqual([]);
          expect(result.rows.map((r) => r.cells)).toEqual(rows);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('never throws, and gives the same for any chunks', () => {
    fc.assert(
      fc.property(fc.string({ unit: alphabet, maxLength: 80 }), fc.array(fc.nat(), { maxLength: 8 }), (text, cuts) => {
        expect(read(text, ',', cuts).rows.map((r) => r.cells)).toEqual(cellsOf(text));
      }),
      { numRuns: 1000 },
    );
  });

  it('loses no line of damaged input', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: fc.constantFrom('"', ',', 'k'), maxLength: 6 }), { maxLength: 12 }),
        (body) => {
          // Every line ends in a word of its own that must come out somewhere, exactly once.
          const text = body.map((line, i) => `${line}w${i}.`).join('\n');
          const all = cellsOf(text).flat().join('|');
          for (let i = 0; i < body.length; i++) expect(all.split(`w${i}.`).length - 1).toBe(1);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('gives the line and byte where a row starts', () => {
    expect(
      read('ä,b\n"x\ny",2\n\nlast', ',', [1, 3, 6]).rows.map(({ line, byteOffset }) => [line, byteOffset]),
    ).toEqual([
      [1, 0],
      [2, 5],
      [5, 14],
    ]);
  });

  it('takes a quote that is never closed as text and goes on with the next line', () => {
    const { rows, problems } = read('"a","b\n"c","d"\n"e","f"\n', ',');
    expect(rows.map((r) => r.cells)).toEqual([
      ['a', '"b'],
      ['c', 'd'],
      ['e', 'f'],
    ]);
    expect(problems).toEqual(['csv-quote@1']);
    expect(read('x\n"open\n1,2', ',').rows.map((r) => r.cells)).toEqual([['x'], ['"open'], ['1', '2']]);
  });

  it('keeps inner quotes that the writer did not double', () => {
    expect(cellsOf('"file "C:\\x" gone",2\n"""q""",""x,3')).toEqual([
      ['file "C:\\x" gone', '2'],
      ['"q"', 'x', '3'],
    ]);
  });

  it('chooses the delimiter from the header and hands comments over before it', () => {
    const comments: string[] = [];
    const { rows } = read('# one\n\na;b\n#c;d', (header) => (header.includes(';') ? ';' : ','), [], {
      comment: (line, at) => comments.push(`${at.line}${line}`),
    });
    expect(comments).toEqual(['1# one']);
    expect(rows.map((r) => r.cells)).toEqual([
      ['a', 'b'],
      ['#c', 'd'],
    ]);
  });

  it('gives each row as it stands, and passes over lines before the table', () => {
    const { rows } = read('C:\\> export\na,"b\r\nc",d\r\n"x\n"y","z"\n', (line) => (line.includes(',') ? ',' : null));
    expect(rows.map((r) => r.source)).toEqual(['a,"b\nc",d', '"x', '"y","z"']);
    expect(rows.map((r) => r.line)).toEqual([2, 4, 5]);
  });

  it('cuts a line of more than 1 MiB and says so', () => {
    const { rows, problems } = read(`${'a'.repeat(2 ** 21)},b\nc,d`, ',', [100, 2 ** 20 + 5]);
    expect(rows.map((r) => r.cells.length)).toEqual([1, 2]);
    expect(rows[0]?.cells[0]?.length).toBe(2 ** 20);
    expect(problems).toEqual(['record-truncated@1']);
  });

  it('stays linear on quotes that would make a rescan start again', () => {
    // 300,000 lines: reading the open cell again from each of them would take hours, not the test's minute.
    for (const line of ['""x', '"""x', '"', '""""', 'a,"b', '",""', '"x\n","y']) {
      const { rows } = read(`"a\n${`${line}\n`.repeat(300_000)}`, ',');
      expect(rows.length).toBeGreaterThan(0);
    }
  });
});

describe('splitCsvLine', () => {
  it('reads one line as the reader does', () => {
    fc.assert(
      fc.property(
        row.map((cells) => cells.map((c) => c.replace(/[\r\n]/g, ''))),
        fc.constantFrom(...DELIMITERS),
        (cells, d) => {
          expect(splitCsvLine(cells.map((c) => writeCell(c, d)).join(d), d)).toEqual(cells);
        },
      ),
    );
  });

  it('takes an open quote as text', () => {
    expect(splitCsvLine('1,"a,b\r', ',')).toEqual(['1', '"a', 'b']);
    expect(splitCsvLine('', ',')).toEqual(['']);
  });
});
