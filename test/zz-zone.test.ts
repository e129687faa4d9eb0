import { it } from 'vitest';
import { clockCase } from './clocks/case.js';
import { alignCase, scoreCase, isConfident } from './clocks/score.js';
it('lists', () => {
  const out: string[] = [];
  for (let seed = 1; seed <= 700; seed++) {
    const one = clockCase(seed);
    const clocks = alignCase(one.evidence);
    for (const s of scoreCase(one, clocks)) {
      if (!s.zoneIdentifiable || s.zoneRight || s.independent < 3 || !isConfident(s)) continue;
      const truth = one.truths.find(t => t.key === s.key)!;
      const clock = clocks.streams.get(s.key)!;
      const off = (x: {offsets: readonly {offset:number}[]}) => x.offsets.map(o => o.offset/3.6e9).join('>');
      out.push(`${seed} ${s.path} ${s.zone} ${s.skew} ${s.motion} ${truth.machine.zone.name ?? JSON.stringify(truth.machine.zone).slice(0,60)} [${truth.offsets.map(o=>o/3.6e9)}] among=${s.zoneAmong} ${s.basis}/${s.proof} ind=${s.independent} courses=${clock.courses.length}: ${clock.courses.slice(0,6).map(c => c.names.slice(0,1)+':'+off(c)).join(' | ')} rhythm=${Math.round((one.evidence.sources.find(x=>x.path===s.path)!.streams[0]!.rhythm??0)/1e6)}`);
    }
  }
  console.log(out.join('\n'));
}, 300000);
