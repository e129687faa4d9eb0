import { it } from 'vitest';
import parser from './parser.js';
const M = 1 << 20;
const rep = (u: string) => u.repeat(Math.floor((M - 100) / u.length));
const units = ['- ', '? ', ': ', 'a: ', '[', '{', '[\n', '!a ', '&a ', '"', "'", '{a: ', '[a,', ' ', '\n', 'a: b\n', '- a\n', '- name: a\n', '- name: "\\C"\n', '*a\n', '- *a\n', '#\n', '|\n', '>\n a\n', '@\n', '- @\n', '- name: @\n', 'vms:\n', '---\n', '- - a\n', ' - a\n  - b\n', '? a\n', '- ? ', '\t', '%\n', '- !x y\n', '"a', '- "a\n', '[]', '[],', '{},', ',', '}', ']', '- [a\n', 'a', 'name: a: b: c\n', '- name: a\n   b: c\n', '- name: a\n\tb: c\n', '\\', '\r\n', '- &a b\n', ':', '-', '?\n','-\n', ':\n', '-\t', '- -\n', '!', '&', '!<', "a'", '|2\n', '- |\n a\n', '- >\n\n'];
it.each(units)('%j', (u) => {
  for (const prefix of ['vms:\n', 'vms:\n- name: a\n  disks: ', '', 'a: ']) {
    if (parser.reads !== 'text') return;
    let n = 0, f = 0;
    const t = performance.now();
    const r = parser.open({ path: 'x', pathHost: null }, { record() {}, metric() {}, clock() {}, fact() { f++; }, issue() { n++; } });
    r.text(prefix + rep(u), { byteOffset: 0 });
    r.end();
    const d = performance.now() - t;
    if (d > 1500) console.log(JSON.stringify(prefix), JSON.stringify(u), Math.round(d), n, f);
  }
}, 600000);
