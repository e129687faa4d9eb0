import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileTemplate, fillTemplate, foldLines, matchTemplate } from './windows-template.js';

function fill(template: string, values: readonly string[], named: Record<string, string> | null = null): string {
  return fillTemplate(compileTemplate(template, named !== null), values, (name) => named?.[name]);
}

function match(template: string, message: string): Record<string, string> | null {
  const found = matchTemplate(compileTemplate(template, false), message);
  return found === null ? null : Object.fromEntries(found);
}

describe('fillTemplate', () => {
  it.each([
    ['Disk %2 has been surprise removed.', ['a', '3'], 'Disk 3 has been surprise removed.'],
    ['%1 and %3', ['a'], 'a and %3'],
    ['%10%1', ['a', '', '', '', '', '', '', '', '', 'j'], 'ja'],
    ['Path %6!S! ends', ['', '', '', '', '', 'x'], 'Path x ends'],
    ['a%nb%tc%rd%be%.f%!g%%h', [], 'a\nb\tc\nd e.f!g%h'],
    ['stop here%0 and not here', [], 'stop here'],
    ['%tLog:%t%1', ['System'], '\tLog:\tSystem'],
    ['%SystemRoot%\\x %', [], '%SystemRoot%\\x %'],
    // Values are data: their percent signs are not places.
    ['%1 %2', ['%2', '%1'], '%2 %1'],
  ])('%s', (template, values, text) => {
    expect(fill(template, values)).toBe(text);
  });

  it('knows names only where the template was written with them', () => {
    expect(fill("'%VmName%' on %Host%", [], { VmName: 'web' })).toBe("'web' on %Host%");
    expect(fill("'%VmName%'", [])).toBe("'%VmName%'");
  });
});

describe('foldLines', () => {
  it('joins lines by one blank and leaves blanks inside a line', () => {
    expect(foldLines(' a  b \r\n\r\n   c\rd\n')).toBe('a  b c d');
    expect(foldLines(' a  b ')).toBe(' a  b ');
  });

  it('is linear in runs of blanks', () => {
    const start = performance.now();
    foldLines(`${' '.repeat(1 << 20)}x\n${' \t'.repeat(1 << 19)}`);
    expect(performance.now() - start).toBeLessThan(2000);
  });
});

describe('matchTemplate', () => {
  it.each([
    ['Disk %2 has been surprise removed.', 'Disk 14 has been surprise removed.', { 2: '14' }],
    ["Resource '%1' of '%2' (%1).", "Resource 'a b' of 'c' (a b).", { 1: 'a b', 2: 'c' }],
    ['%3', 'any text at all', { 3: 'any text at all' }],
    ['failed: %3 (%4).', 'failed:\r\nno file. (0x2).', { 3: 'no file.', 4: '0x2' }],
    ['nothing here', 'nothing here', {}],
  ])('%s', (template, message, values) => {
    expect(match(template, message)).toEqual(values);
  });

  it.each([
    ['Disk %2 removed.', 'Disk 14 was removed!'],
    ['nothing here', 'nothing there'],
    // Two readings: the value holds the text that separates the places.
    ["'%1' in '%2'", "'a' in 'b' in 'c'"],
    ['%1%2', 'ab'],
    // One place twice with two values.
    ['%1 is %1', 'a is b'],
    // A value with a double blank would come back changed.
    ['name %1.', 'name a  b.'],
  ])('refuses %s for %s', (template, message) => {
    expect(match(template, message)).toBeNull();
  });

  it('gives back what was filled in', () => {
    const word = fc.stringMatching(/^[a-z0-9\\:]{1,12}$/);
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 6 }), (values) => {
        const template = values.map((_, i) => `<${i}>%${i + 1}</${i}>`).join(' ');
        const message = fill(template, values);
        expect(Object.values(match(template, message) ?? {})).toEqual(values);
      }),
    );
  });

  it('stays linear when the text between places repeats endlessly', () => {
    const parts = compileTemplate(Array.from({ length: 40 }, (_, i) => `%${i + 1}a`).join(''), false);
    const start = performance.now();
    matchTemplate(parts, `${'a'.repeat(1 << 20)}b`);
    expect(performance.now() - start).toBeLessThan(3000);
  });
});
