import { describe, expect, it } from 'vitest';
import { formatRuleError } from './format-rule-error.js';

const error = {
  file: 'rules/core/guest/x.yaml',
  line: 14,
  column: 13,
  offending: 'contians',
  problem: "unknown modifier 'contians'",
  fix: "did you mean 'contains'?",
};

describe('formatRuleError', () => {
  it('points into the line', () => {
    expect(formatRuleError(error, '    message|contians: foo')).toBe(
      [
        "rules/core/guest/x.yaml:14:13: unknown modifier 'contians'",
        '      message|contians: foo',
        '              ^^^^^^^^',
        "  fix: did you mean 'contains'?",
      ].join('\n'),
    );
  });

  it('quotes the text alone without the line', () => {
    expect(formatRuleError(error).split('\n').slice(1, 3)).toEqual(['  contians', '  ^^^^^^^^']);
    expect(formatRuleError({ ...error, offending: '' }).split('\n')).toHaveLength(2);
  });

  it('keeps tabs, long lines and wrong columns on the screen', () => {
    const [, tabbed = '', caret = ''] = formatRuleError({ ...error, column: 2, offending: 'a' }, '\ta: 1').split('\n');
    expect(caret.indexOf('^')).toBe(tabbed.indexOf('a'));
    const long = formatRuleError(
      { ...error, column: 5_001, offending: 'here' },
      `${'x'.repeat(5_000)}here${'y'.repeat(5_000)}`,
    );
    const [, line = '', under = ''] = long.split('\n');
    expect(line.length).toBeLessThan(200);
    expect(line.slice(under.indexOf('^'), under.lastIndexOf('^') + 1)).toBe('here');
    expect(formatRuleError({ ...error, column: 99 }, 'short')).toContain('^');
  });

  it('lets no control character through', () => {
    const hostile = '\u001b[2J\u202e\u0007\n\r\u2028';
    const text = formatRuleError(
      { file: hostile, line: 1, column: 1, offending: hostile, problem: hostile, fix: hostile },
      hostile,
    );
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028-\u202e]/);
    expect(text.split('\n')).toHaveLength(4);
  });
});
