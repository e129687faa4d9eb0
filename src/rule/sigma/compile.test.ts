import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Fields, LogRecord } from '../../model/record.js';
import { collectMistakes } from '../report.js';
import { readYaml } from '../yaml-document.js';
import { type CompiledDetection, compileDetection } from './compile.js';
import { lowerAscii } from './fold.js';

function compile(
  yaml: string,
  windows = false,
): { readonly detection: CompiledDetection | undefined; readonly errors: readonly string[] } {
  const mistakes = collectMistakes();
  const node = readYaml('r.yaml', yaml, mistakes.report);
  const detection = node === undefined ? undefined : compileDetection(node, windows, mistakes.report);
  const errors = mistakes.sorted().map((e) => `${e.line}:${e.column} [${e.offending}] ${e.problem} -> ${e.fix}`);
  return { detection, errors };
}

function compiled(yaml: string, windows = false): CompiledDetection {
  const { detection, errors } = compile(yaml, windows);
  expect(errors).toEqual([]);
  if (detection === undefined) throw new Error('not compiled');
  return detection;
}

function record(body: string, fields: Fields = {}, parts: Partial<LogRecord> = {}): LogRecord {
  return {
    time: null,
    until: null,
    host: null,
    channel: null,
    ident: null,
    pid: null,
    severity: null,
    body,
    text: body,
    uptime: null,
    boot: null,
    repeat: 1,
    fields,
    at: { line: 1, byteOffset: 0, record: null },
    ...parts,
  };
}

/** One selection of one field. */
const one = (item: string) => compiled(`sel:\n  ${item}\ncondition: sel`);

describe('values', () => {
  it.each<[string, Fields, boolean]>([
    // Texts, without regard to case.
    ['Name: Disk', { Name: 'DISK' }, true],
    ['Name: Disk', { Name: 'disk ' }, false],
    ['Name: [a, B]', { Name: 'b' }, true],
    ['Name: [a, B]', { Name: 'c' }, false],
    ['Name|cased: Disk', { Name: 'Disk' }, true],
    ['Name|cased: Disk', { Name: 'disk' }, false],
    ['Name: Größe', { Name: 'GRÖSSE' }, false],
    ['Name: ÄÖÜ', { Name: 'äöü' }, true],
    // Field names are case-sensitive.
    ['name: x', { Name: 'x' }, false],
    // Numbers are compared as the texts fields hold.
    ['EventID: 153', { EventID: 153 }, true],
    ['EventID: 153', { EventID: '153' }, true],
    ['EventID: 0x99', { EventID: 153 }, true],
    ['Code: 9223372036854775807', { Code: '9223372036854775807' }, true],
    ['Code: 9223372036854775807', { Code: '9223372036854775808' }, false],
    ['Flag: true', { Flag: 'true' }, true],
    // A list in the record: any element.
    ['Tags: b', { Tags: ['a', 'B'] }, true],
    ['Tags: c', { Tags: ['a', 'B'] }, false],
    ['Tags|contains|all: [a, b]', { Tags: ['xa', 'xb'] }, true],
    ['Tags|contains|all: [a, c]', { Tags: ['xa', 'xb'] }, false],
    // Empty, null, missing.
    ["Name: ''", { Name: '' }, true],
    ["Name: ''", {}, false],
    ['Name: null', {}, true],
    ['Name: null', { Name: '' }, false],
    ['Name:', {}, true],
    ['Name: [null, x]', { Name: 'x' }, true],
    ['Name: [null, x]', {}, true],
    ['Name: [null, x]', { Name: 'y' }, false],
    ["Name: '*'", { Name: '' }, true],
    ["Name: '*'", {}, false],
    ['constructor: null', {}, true],
    ['__proto__: null', {}, true],
    ['Name|exists: true', { Name: '' }, true],
    ['Name|exists: true', {}, false],
    ['Name|exists: false', {}, true],
    ['Name|exists: false', { Name: 'x' }, false],
    // neq: there, and different from every value.
    ['Name|neq: x', { Name: 'y' }, true],
    ['Name|neq: x', { Name: 'X' }, false],
    ['Name|neq: x', {}, false],
    ['Name|neq: [x, y]', { Name: 'y' }, false],
    ['Name|contains|neq: x', { Name: 'axb' }, false],
    ['Name|neq: 5', { Name: 6 }, true],
    ['Name|neq: x', { Name: ['x', 'y'] }, false],
    // Anchors.
    ['Name|startswith: ab', { Name: 'ABc' }, true],
    ['Name|endswith: bc', { Name: 'aBC' }, true],
    ['Name|contains: b?d', { Name: 'abcde' }, true],
    ['Name|contains|cased: B', { Name: 'abc' }, false],
    [String.raw`Path|endswith: '\*.vhdx'`, { Path: 'a*.vhdx' }, true],
    [String.raw`Path|endswith: '\*.vhdx'`, { Path: 'ab.vhdx' }, false],
    [String.raw`Path: 'C:\ClusterStorage\Volume1\*'`, { Path: String.raw`c:\clusterstorage\volume1*` }, true],
    [String.raw`Path: 'C:\ClusterStorage\Volume1\\*'`, { Path: String.raw`c:\clusterstorage\volume1\x.vhdx` }, true],
    // Numbers.
    ['N|gt: 5', { N: 5 }, false],
    ['N|gt: 5', { N: '5.5' }, true],
    ['N|gte: 5', { N: 5 }, true],
    ['N|lt: 5', { N: '-1e3' }, true],
    ['N|lte: 5', { N: 5 }, true],
    ['N|gt: 16', { N: '0x11' }, true],
    ['N|gt: 5', { N: 'six' }, false],
    ['N|lt: 5', { N: '' }, false],
    ['N|lt: 5', { N: '3 apples' }, false],
    ['N|lt: 5', {}, false],
    // Networks.
    ['IP|cidr: 10.0.0.0/8', { IP: '10.200.3.4' }, true],
    ['IP|cidr: 10.0.0.0/8', { IP: '11.0.0.1' }, false],
    ['IP|cidr: [192.0.2.0/24, 10.0.0.0/8]', { IP: '10.1.1.1' }, true],
    ['IP|cidr: fe80::/10', { IP: 'fe80::215:5dff:fe01:203%eth0' }, true],
    ['IP|cidr: fe80::/10', { IP: '2001:db8::1' }, false],
    ['IP|cidr: 10.0.0.0/8', { IP: 'host10' }, false],
    // Other fields.
    ['A|fieldref: B', { A: 'x', B: 'X' }, true],
    ['A|fieldref|cased: B', { A: 'x', B: 'X' }, false],
    ['A|fieldref: B', { A: 'x' }, false],
    ['A|fieldref: B', { B: 'x' }, false],
    ['A|fieldref|startswith: B', { A: 'abc', B: 'AB' }, true],
    ['A|fieldref|endswith: B', { A: 'abc', B: 'bc' }, true],
    ['A|contains|fieldref: B', { A: 'abc', B: 'd' }, false],
    ['A|fieldref|neq: B', { A: 'x', B: 'y' }, true],
    ['A|fieldref|neq: B', { A: 'x', B: 'x' }, false],
    ['A|fieldref|neq: B', { A: 'x' }, false],
    ['A|fieldref: [B, C]', { A: 'x', C: 'x' }, true],
    // Parts of a time as written.
    ['T|hour: 2', { T: '2024-03-03T02:14:07Z' }, true],
    ['T|hour|gte: 22', { T: '2024-03-03T23:14:07+02:00' }, true],
    ['T|minute: 14', { T: '2024-03-03 02:14:07.123' }, true],
    ['T|day: 29', { T: '2024-02-29T00:00:00Z' }, true],
    ['T|day: 29', { T: '2023-02-29T00:00:00Z' }, false],
    ['T|month|lt: 3', { T: '2024-03-03T02:14:07Z' }, false],
    ['T|year|neq: 2024', { T: '2023-03-03T02:14:07Z' }, true],
    ['T|week: 1', { T: '2024-12-30T00:00:00Z' }, true],
    ['T|week: 53', { T: '2021-01-03T00:00:00Z' }, true],
    ['T|week: 9', { T: '2024-03-03T00:00:00Z' }, true],
    ['T|hour: 2', { T: 'Mar  3 02:14:07' }, false],
    // Regular expressions: partial, case-sensitive, linear.
    ["Name|re: 'sd[a-z]+'", { Name: 'dev sdab1' }, true],
    ["Name|re: 'SD'", { Name: 'sd' }, false],
    ["Name|re|i: 'SD'", { Name: 'sd' }, true],
    ["Name|re: 'a.b'", { Name: 'a\nb' }, false],
    ["Name|re|s: 'a.b'", { Name: 'a\nb' }, true],
    ["Name|re: '^b'", { Name: 'a\nb' }, false],
    ["Name|re|m: '^b'", { Name: 'a\nb' }, true],
    ["Name|re|i|m: '^B$'", { Name: 'a\nb\nc' }, true],
    ["Name|re|all: ['a', 'b']", { Name: 'xbxa' }, true],
    ["Name|re|neq: 'a'", { Name: 'xbx' }, true],
    ["Name|re: '(a+)+$'", { Name: `${'a'.repeat(50_000)}!` }, false],
    // Encodings.
    ['C|base64: foobar', { C: 'Zm9vYmFy' }, true],
    ['C|base64offset|contains: foobar', { C: 'xxZm9vYmFyxx' }, true],
    ['C|base64offset|contains: /bin/sh', { C: Buffer.from('a /bin/sh b').toString('base64') }, true],
    ['C|base64offset|contains: /bin/sh', { C: Buffer.from('ab /bin/sh b').toString('base64') }, true],
    ['C|base64offset|contains: /bin/sh', { C: Buffer.from('abc /bin/sh').toString('base64') }, true],
    ['C|base64offset|contains: /bin/sh', { C: Buffer.from('abc /usr/sh').toString('base64') }, false],
    ['C|utf16le|base64: cmd', { C: 'YwBtAGQA' }, true],
    ['C|wide|base64: cmd', { C: 'YwBtAGQA' }, true],
    ['C|utf16be|base64: cmd', { C: 'AGMAbQBk' }, true],
    ['C|utf16|base64: cmd', { C: '//5jAG0AZAA=' }, true],
    ['C|utf16le|contains: cmd', { C: 'x c\0m\0d\0' }, true],
    ["C|base64: 'a\\*b'", { C: 'YSpi' }, true],
    ["C|windash|contains: ' -s '", { C: 'cmd /s x' }, true],
    ["C|windash|contains: ' -s '", { C: 'cmd \u2013s x' }, true],
    ["C|windash|contains: ' -s '", { C: 'cmd +s x' }, false],
    ["C|windash|contains: '-a -b'", { C: 'cmd /a \u2015b' }, true],
    ["C|windash|contains: 'read-only'", { C: 'read/only' }, false],
  ])('%s on %j: %s', (item, fields, expected) => {
    expect(one(item).matches(record('', fields))).toBe(expected);
  });

  it('reads the parts of a record by their names', () => {
    const line = record('Body', { 'log.syslog.severity.code': 3 }, { ident: 'kernel', pid: 7, host: 'web01' });
    expect(one('message: BODY').matches(line)).toBe(true);
    expect(one('process.name: Kernel').matches(line)).toBe(true);
    expect(one('process.pid|gte: 7').matches(line)).toBe(true);
    expect(one('host.name|startswith: web').matches(line)).toBe(true);
    expect(one('log.syslog.severity.code|lte: 3').matches(line)).toBe(true);
    expect(one('process.name: null').matches(record('x'))).toBe(true);
  });

  it('takes an empty body for a missing message', () => {
    expect(one('message: null').matches(record(''))).toBe(true);
    expect(one("message: ''").matches(record(''))).toBe(true);
    expect(one("message: ['', x]").matches(record('X'))).toBe(true);
    expect(one('message|exists: true').matches(record(''))).toBe(false);
    expect(one('message|neq: x').matches(record(''))).toBe(false);
    expect(one("message: '*'").matches(record(''))).toBe(false);
  });

  it('sees each record, not the one before', () => {
    const rule = one('message|contains: ABC');
    expect([record('abc'), record('xyz'), record('abc')].map(rule.matches)).toEqual([true, false, true]);
  });
});

describe('selections', () => {
  it.each<[string, string, Fields, boolean]>([
    ['sel: {A: x, B: y}', 'm', { A: 'x', B: 'y' }, true],
    ['sel: {A: x, B: y}', 'm', { A: 'x' }, false],
    ['sel: [{A: x}, {B: y}]', 'm', { B: 'y' }, true],
    ['sel: [{A: x}, {B: y}]', 'm', { B: 'x' }, false],
    ['sel: [one, two]', 'there are TWO', {}, true],
    ['sel: [one, two]', 'three', {}, false],
    ['sel: [on*w]', 'one or two', {}, true],
    ['sel: [153]', 'event 153', {}, true],
    ["sel: {'|all': [one, two]}", 'two and one', {}, true],
    ["sel: {'|all': [one, two]}", 'two', {}, false],
    ["sel: {'|re': 'o.e'}", 'one', {}, true],
    ["sel: {'|cased': [One]}", 'one', {}, false],
    ['sel: [one, {A: x}]', 'm', { A: 'x' }, true],
  ])('%s on %j %j: %s', (selection, body, fields, expected) => {
    expect(compiled(`${selection}\ncondition: sel`).matches(record(body, fields))).toBe(expected);
  });
});

describe('conditions', () => {
  const rule = (condition: string) =>
    compiled(`s1: {A: x}\ns2: {B: x}\nf-1: {C: x}\n_hidden: {D: x}\ncondition: ${condition}`);
  const all = '(s1 or s2 or f-1 or _hidden or not s1)';

  it.each<[string, string, boolean]>([
    [`s1 and ${all}`, 'A', true],
    // or < and < not
    [`_hidden or s1 and s2 and ${all}`, 'D', true],
    [`(_hidden or s1) and s2 and ${all}`, 'D', false],
    [`not s1 and s2 and ${all}`, 'B', true],
    [`not (s1 and s2) and ${all}`, 'AB', false],
    [`not not s1 and ${all}`, 'A', true],
    [`1 of s* and ${all}`, 'B', true],
    [`any of s* and ${all}`, 'C', false],
    [`all of s* and ${all}`, 'A', false],
    [`all of s* and ${all}`, 'AB', true],
    [`1 of s* and not 1 of f-* and ${all}`, 'AC', false],
    [`1 of *1 and ${all}`, 'C', true],
    // `them` skips names that begin with an underscore.
    [`1 of them or not ${all}`, 'D', false],
    [`all of them or not ${all}`, 'ABC', true],
    [`[s1 and s2, "f-1 and ${all}"]`, 'C', true],
    [`[s1 and s2, "f-1 and ${all}"]`, 'A', false],
  ])('%s with %s: %s', (condition, present, expected) => {
    const fields = Object.fromEntries([...present].map((name) => [name, 'x']));
    expect(rule(condition).matches(record('', fields))).toBe(expected);
  });
});

describe('what a condition implies', () => {
  const implied = (yaml: string) => {
    const { literals, eventIds } = compiled(yaml);
    return { literals, eventIds };
  };

  it.each<[string, readonly string[] | null, readonly number[] | null]>([
    ["s: {message|startswith: 'Aborting journal on device '}\ncondition: s", ['aborting journal on device '], null],
    ['s: {message|contains: [abc, defg]}\ncondition: s', ['abc', 'defg'], null],
    ['s: {message|contains: [abc, de]}\ncondition: s', null, null],
    ['s: {message|contains|all: [abc, defg]}\ncondition: s', ['defg'], null],
    ["s: {message|re: 'sector \\d+'}\ncondition: s", ['sector '], null],
    ['s: [keyword, word]\ncondition: s', ['word'], null],
    ['s: {message|neq: abcdef}\ncondition: s', null, null],
    ['a: {message: abc}\nb: {message: defg}\ncondition: a and b', ['defg'], null],
    ['a: {message: abc}\nb: {message: defg}\ncondition: a or b', ['abc', 'defg'], null],
    ['a: {message: abc}\nb: {message: defg}\ncondition: a and not b', ['abc'], null],
    ['a: {message: abc}\nb: {Name: defg}\ncondition: a or b', null, null],
    ['a: {message: abc}\ncondition: not a', null, null],
    ['a: {message: [null, abc]}\ncondition: a', null, null],
    ['a: {process.name: kernel}\ncondition: a', null, null],
    ['a: {message|utf16le|contains: cmd}\ncondition: a', null, null],
    ['a: {EventID: [5120, 153]}\ncondition: a', null, [153, 5120]],
    ['a: {EventID: 153, message|contains: reset}\ncondition: a', ['reset'], [153]],
    ['a: {EventID: [1, 2]}\nb: {EventID: 2}\ncondition: a and b', null, [2]],
    ['a: {EventID: 1}\nb: {EventID: 2}\ncondition: a or b', null, [1, 2]],
    ['a: {EventID: 1}\nb: {message: abc}\ncondition: a or b', null, null],
    ['a: {EventID: 1}\nb: {EventID: 2}\ncondition: a and not b', null, [1]],
    ['a: {EventID|gte: 5}\ncondition: a', null, null],
    ['a: {EventID|neq: 5}\ncondition: a', null, null],
  ])('%s', (yaml, literals, eventIds) => {
    expect(implied(yaml)).toEqual({ literals, eventIds });
  });

  it('holds for every record that matches', () => {
    const values = fc.constantFrom('abc', 'Kelv', 'st?ck', 'a*cd', '\u212aelv', 'größe', 'I/O', 'dEf');
    const modifier = fc.constantFrom(
      '',
      '|contains',
      '|contains',
      '|contains',
      '|startswith',
      '|endswith',
      '|re',
      '|re|i',
      '|cased',
      '|neq',
      '|contains|cased',
    );
    const selection = fc.tuple(modifier, fc.array(values, { minLength: 1, maxLength: 3 })).map(([name, list]) => {
      const quoted = list.map((value) => `'${value}'`);
      return `{message${name}: [${quoted.join(', ')}]}`;
    });
    const conditions = fc.constantFrom(
      'a and b',
      'a or b',
      'a and not b',
      'not a or b',
      '1 of them',
      'all of them',
      'not (a and b)',
    );
    const bodies = fc
      .array(
        fc.constantFrom(
          'abc',
          'KELVIN',
          '\u212aelvin',
          'STock',
          'axxcd',
          'GRÖßE',
          'i/o',
          'X',
          'def',
          ' ',
          'ſt',
          '\u0130',
        ),
        { maxLength: 4 },
      )
      .map((parts) => parts.join(''));
    let matched = 0;
    fc.assert(
      fc.property(
        selection,
        selection,
        conditions,
        fc.array(bodies, { minLength: 8, maxLength: 8 }),
        (a, b, condition, texts) => {
          const { detection } = compile(`a: ${a}\nb: ${b}\ncondition: ${condition}`);
          expect(detection).toBeDefined();
          const literals = detection?.literals ?? null;
          for (const body of literals === null ? [] : texts) {
            if (detection?.matches(record(body)) !== true) continue;
            matched++;
            expect(literals?.some((literal) => lowerAscii(body).includes(literal))).toBe(true);
          }
        },
      ),
      { numRuns: 5_000 },
    );
    expect(matched).toBeGreaterThan(500);
  });
});

describe('mistakes', () => {
  it.each<[string, string, readonly string[]]>([
    [
      'unknown modifier',
      's: {message|contians: x}\ncondition: s',
      ["1:13 [contians] unknown modifier 'contians' -> did you mean 'contains'?"],
    ],
    [
      'modifier twice',
      's: {A|contains|contains: x}\ncondition: s',
      ["1:16 [contains] modifier 'contains' stands twice -> keep one"],
    ],
    ['flag without re', 's: {A|i: x}\ncondition: s', ["1:7 [i] 'i' belongs to a regular expression -> write '|re|i'"]],
    [
      're with contains',
      's: {A|re|contains: x}\ncondition: s',
      [
        "1:10 [contains] 'contains' cannot be combined with 're' -> 're' already matches anywhere; use '^' and '$' for the ends",
      ],
    ],
    [
      'cidr with contains',
      's: {A|contains|cidr: 10.0.0.0/8}\ncondition: s',
      ["1:16 [cidr] 'cidr' cannot be combined with 'contains' -> keep one of them"],
    ],
    [
      'neq with all',
      's: {A|neq|all: [x, y]}\ncondition: s',
      ["1:11 [all] 'all' cannot be combined with 'neq' -> 'neq' already excludes every value of the list"],
    ],
    [
      'exists with anything',
      's: {A|exists|cased: true}\ncondition: s',
      ["1:14 [cased] 'cased' cannot be combined with 'exists' -> keep one of them"],
    ],
    [
      'number and case',
      's: {A|gt|cased: 5}\ncondition: s',
      ["1:10 [cased] 'cased' cannot be combined with 'gt' -> keep one of them"],
    ],
    [
      'encoding after the anchor',
      's: {A|contains|base64offset: abc}\ncondition: s',
      [
        "1:16 [base64offset] 'base64offset' stands behind 'contains', modifiers apply in order -> write '|base64offset|contains'",
      ],
    ],
    [
      'encodings in the wrong order',
      's: {A|base64|utf16le: abc}\ncondition: s',
      ["1:14 [utf16le] 'utf16le' stands behind 'base64' -> the order is windash, one of utf16*, one of base64*"],
    ],
    [
      'placeholders',
      "s: {A|expand: '%Servers%'}\ncondition: s",
      [
        "1:7 [expand] 'expand' needs a file of placeholder values, which is not supported -> write the values as a list",
      ],
    ],
    [
      'all with one value',
      's: {A|contains|all: x}\ncondition: s',
      ["1:5 [A|contains|all] 'all' needs a list of two or more values -> remove '|all'"],
    ],
    [
      'exists with a text',
      "s: {A|exists: 'true'}\ncondition: s",
      ["1:15 ['true'] 'exists' takes true or false -> write 'true' or 'false' unquoted"],
    ],
    [
      'null with a modifier',
      's: {A|contains: null}\ncondition: s',
      ["1:17 [null] null has no modifiers -> write 'A: null' alone, and negate it in the condition"],
    ],
    [
      'empty with contains',
      "s: {A|contains: ''}\ncondition: s",
      ["1:17 [''] an empty text with 'contains' matches everything -> write a text, or '|exists: true'"],
    ],
    [
      'number in quotes',
      "s: {A|gt: '5'}\ncondition: s",
      ["1:11 ['5'] a numeric modifier needs a number, here stands a text -> remove the quotes"],
    ],
    ['hour out of range', 's: {A|hour: 24}\ncondition: s', ["1:13 [24] 'hour' is a whole number -> 0 to 23"]],
    [
      'network with host bits',
      's: {A|cidr: 10.0.0.1/8}\ncondition: s',
      ["1:13 [10.0.0.1/8] '10.0.0.1/8' has bits behind its prefix -> set the host part to zero"],
    ],
    [
      'encoded wildcard',
      "s: {A|base64: 'a*b'}\ncondition: s",
      ["1:15 ['a*b'] a wildcard cannot be encoded with 'base64' -> escape it: '\\*' or '\\?'"],
    ],
    [
      'short base64offset',
      's: {A|base64offset|contains: a}\ncondition: s',
      ["1:30 [a] the value is too short for 'base64offset' -> write three or more characters"],
    ],
    [
      'look-ahead',
      "s: {A|re: 'a(?=b)'}\ncondition: s",
      [
        "1:11 ['a(?=b)'] not valid RE2: error parsing regexp: invalid or unsupported Perl syntax: `(?=` -> RE2 has no look-around: write a second selection and combine them in the condition",
      ],
    ],
    [
      'look-behind',
      "s: {A|re: '(?<!a)b'}\ncondition: s",
      [
        "1:11 ['(?<!a)b'] not valid RE2: error parsing regexp: invalid named capture: `(?<!a)b` -> RE2 has no look-around: write a second selection and combine them in the condition",
      ],
    ],
    [
      'back-reference',
      "s: {A|re: '(a)\\1'}\ncondition: s",
      [
        "1:11 ['(a)\\1'] not valid RE2: error parsing regexp: invalid escape sequence: `\\1` -> RE2 has no back-references: compare two fields with '|fieldref'",
      ],
    ],
    [
      'huge repetition',
      "s: {A|re: '((a{100}){10}){9}'}\ncondition: s",
      [
        "1:11 ['((a{100}){10}){9}'] not valid RE2: error parsing regexp: invalid repeat count: `{9}` -> see https://github.com/google/re2/wiki/Syntax",
      ],
    ],
    [
      'empty list',
      's: {A: []}\ncondition: s',
      ['1:8 [[]] an empty list matches nothing -> write the values, or remove the field'],
    ],
    [
      'nested value',
      's: {A: [{B: x}]}\ncondition: s',
      ['1:9 [B:] a value is a text or a number, here stands a map -> write one value'],
    ],
    [
      'scalar selection',
      's: word\ncondition: s',
      [
        "1:4 [word] selection 's' is a map or a list, here stands a text -> write '- word' for a keyword, or 'field: value'",
      ],
    ],
    ['empty selection', 's: {}\ncondition: s', ['1:4 [{}] an empty map matches everything -> write fields']],
    [
      'unused selection',
      's: {A: x}\nextra: {A: y}\ncondition: s',
      ["2:1 [extra] selection 'extra' is never used -> use it in the condition, or remove it"],
    ],
    [
      'unused hidden selection',
      's: {A: x}\n_x: {A: y}\ncondition: 1 of them',
      ["2:1 [_x] selection '_x' is never used -> use it in the condition, or remove it"],
    ],
    ['no condition', 's: {A: x}', ["1:1 [s:] 'detection' has no 'condition' -> add 'condition: selection'"]],
    ['no selection', 'condition: s', ["1:1 [condition:] 'detection' has no selection -> add 'selection:' with fields"]],
    [
      'timeframe',
      's: {A: x}\ntimeframe: 5m\ncondition: s',
      ["2:1 [timeframe] 'timeframe' was removed in Sigma 2 -> write a correlation with 'timespan'"],
    ],
    [
      'undefined selection',
      'sel: {A: x}\ncondition: sle',
      ["2:12 [sle] selection 'sle' is not defined -> did you mean 'sel'?"],
    ],
    [
      'pipe',
      's: {A: x}\ncondition: s | count() > 5',
      ['2:14 [|] aggregations behind a pipe were removed in Sigma 2 -> write a correlation of type event_count'],
    ],
    [
      'upper case operator',
      's: {A: x}\nt: {A: y}\ncondition: s and NOT t',
      ["3:18 [NOT] operators are lower case -> write 'not'"],
    ],
    ['missing operand', 's: {A: x}\ncondition: s and', ['2:16 [] the condition ends too early -> add an operand']],
    ['open parenthesis', 's: {A: x}\ncondition: not (s', ["2:16 [(] '(' is not closed -> add ')'"]],
    ['close parenthesis', 's: {A: x}\ncondition: s)', ["2:13 [)] ')' does not belong here -> remove it or add '('"]],
    ['two operands', 's: {A: x}\ncondition: s s', ["2:14 [s] 's' does not belong here -> put 'and' or 'or' before it"]],
    [
      '2 of',
      's1: {A: x}\ns2: {A: y}\ncondition: 2 of s*',
      ["3:12 [2] '2 of' is not a quantifier -> write '1 of', 'any of' or 'all of'"],
    ],
    [
      'pattern without a match',
      's: {A: x}\ncondition: 1 of t*',
      ["2:17 [t*] no selection matches 't*' -> selections: s"],
    ],
    [
      'pattern without a quantifier',
      's: {A: x}\ncondition: s*',
      ["2:12 [s*] selection 's*' is not defined -> write '1 of s*' or 'all of s*'"],
    ],
    [
      'position in a quoted condition',
      "s: {A: x}\ncondition: 's and  q'",
      ["2:20 [q] selection 'q' is not defined -> did you mean 's'?"],
    ],
    [
      'position in a block',
      's: {A: x}\ncondition: >-\n  s and\n  qqq',
      ["4:3 [qqq] selection 'qqq' is not defined -> selections: s"],
    ],
  ])('%s', (_name, yaml, expected) => {
    expect(compile(yaml).errors).toEqual(expected);
  });

  it('demands the provider beside a Windows event id', () => {
    const wrong = compile('s:\n  EventID: 153\np:\n  Provider_Name: disk\ncondition: s and p', true);
    expect(wrong.errors).toEqual([
      "2:3 [EventID] an EventID means nothing without its provider -> add 'Provider_Name: ...' to this selection",
    ]);
    expect(
      compile('s:\n  - EventID: 153\n    Provider_Name: disk\n  - EventID: 1\ncondition: s', true).errors,
    ).toHaveLength(1);
    expect(compile('s: {EventID: 153, Provider_Name|endswith: disk}\ncondition: s', true).errors).toEqual([]);
    expect(compile('s: {EventID: 153}\ncondition: s', false).errors).toEqual([]);
    expect(compile('s: {EventID: [153, 15a], Provider_Name: disk}\ncondition: s', true).errors).toEqual([
      '1:20 [15a] an EventID is a whole number -> write the number, one per list item',
    ]);
  });

  it('survives a condition made to exhaust the stack', () => {
    const deep = compile(`s: {A: x}\ncondition: ${'('.repeat(5_000)}s`);
    expect(deep.errors).toEqual(['2:63 [(] nested too deeply -> write it flat']);
    expect(compile(`s: {A: x}\ncondition: ${'not '.repeat(5_000)}s`).errors).toHaveLength(1);
    const wide = compile(`s: {A: x}\ncondition: ${Array.from({ length: 5_000 }, () => 's').join(' and ')}`);
    expect(wide.errors).toEqual([]);
  });
});
