import { describe, expect, it } from 'vitest';
import { sourceOf, streamOf, utcClocks } from '../../test/streams.js';
import { type StreamClock, streamKey, type ZoneCourse } from '../model/clock.js';
import { zonesOfSite } from './zone-of-site.js';

const course = (name: string, offset: number): ZoneCourse => ({
  names: [name],
  offsets: [{ from: Number.NEGATIVE_INFINITY, offset }],
});
const [SYDNEY, MAGADAN, TOKYO] = [course('Australia/Sydney', 10), course('Asia/Magadan', 11), course('Asia/Tokyo', 9)];

/** One log for each, written in any of these zones. */
function site(zones: Readonly<Record<string, readonly ZoneCourse[]>>, format = 'linux-syslog') {
  const sources = Object.keys(zones).map((host) =>
    sourceOf(`guests/${host}/syslog`, [streamOf(`guests/${host}/syslog`, [0, 9], { host })], {
      pathHost: host,
      format,
    }),
  );
  const { streams } = utcClocks(sources);
  const clocks = new Map<string, StreamClock>();
  for (const [key, clock] of streams)
    clocks.set(key, { ...clock, basis: 'derived', courses: zones[key.split('|')[1] ?? ''] ?? [] });
  return zonesOfSite(sources, clocks);
}

const web01 = streamKey('guests/web01/syslog', 'web01', null);

describe('of several zones that fit a log', () => {
  it('those are taken that most other machines of the site are in', () => {
    const { commonest } = site({ web01: [SYDNEY, MAGADAN], web02: [SYDNEY], web03: [SYDNEY], web04: [MAGADAN] });
    expect(commonest(web01, [SYDNEY, MAGADAN])).toEqual([SYDNEY]);
  });

  it('those that fit another machine too count, though others fit that one as well', () => {
    const { commonest } = site({ web01: [SYDNEY, MAGADAN], web02: [TOKYO, SYDNEY] });
    expect(commonest(web01, [SYDNEY, MAGADAN])).toEqual([SYDNEY]);
  });

  it('none is taken by its own word, by a site that is elsewhere, or by logs that are in UTC wherever they are written', () => {
    expect(site({ web01: [SYDNEY] }).commonest(web01, [SYDNEY, MAGADAN])).toEqual([]);
    expect(site({ web01: [SYDNEY], web02: [TOKYO] }).commonest(web01, [SYDNEY, MAGADAN])).toEqual([]);
    const utc = course('UTC', 0);
    expect(site({ web01: [utc], web02: [utc] }, 'windows-evtx').commonest(web01, [utc])).toEqual([]);
  });

  it('two that are as common both stay', () => {
    const { commonest } = site({ web01: [SYDNEY, MAGADAN], web02: [SYDNEY], web03: [MAGADAN] });
    expect(commonest(web01, [SYDNEY, MAGADAN])).toEqual([SYDNEY, MAGADAN]);
  });
});
