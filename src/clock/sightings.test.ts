import { describe, expect, it } from 'vitest';
import { sourceOf, streamOf } from '../../test/streams.js';
import { type StreamClock, streamKey } from '../model/clock.js';
import type { Detection } from '../model/detection.js';
import type { LogRecord } from '../model/record.js';
import type { AnchorRule } from '../model/rule.js';
import type { ClockEvidence } from '../model/source.js';
import { DAY, HOUR, MINUTE, type Micros, SECOND } from '../model/time.js';
import type { PlaceTime } from './place-time.js';
import { type AnchorSource, clockInputs } from './sightings.js';

const START: Micros = Date.UTC(2024, 2, 3, 2, 14, 7) * 1000;
const at = { line: 1, byteOffset: 0, record: null };
const wall = (micros: Micros) =>
  ({ micros, clock: 'wall', utcOffset: null, yearless: false, resolution: SECOND }) as const;

const anchor = (event: string, parts: Partial<AnchorRule> = {}): AnchorRule => ({
  ...{ event, at: 'start', lagSeconds: 0, spreadSeconds: 5, biasSeconds: 0, same: [], ...parts },
});

/** Rules by name; every event is of the VM db01. */
const RULES: Readonly<Record<string, readonly AnchorRule[]>> = {
  boot: [anchor('vm-boot', { lagSeconds: 10 })],
  job: [anchor('backup'), anchor('backup-end', { at: 'end' })],
  session: [anchor('session', { same: ['id'] })],
  sharp: [anchor('stop', { spreadSeconds: 1 })],
  sloppy: [anchor('stop', { spreadSeconds: 20 })],
  biased: [anchor('stop', { spreadSeconds: 1, biasSeconds: 60 })],
};
const ANCHORS: AnchorSource = {
  anchorsOf: (rule) => RULES[rule] ?? [],
  stepOf: (rule) => (rule === 'step' ? { by: 'seconds' } : null),
  nameOf: ({ first }) => (first?.host === 'nobody' ? null : 'DB01'),
};

let numbered = 0;
interface Parts extends Partial<LogRecord> {
  readonly layer?: Detection['layer'];
  readonly captures?: Detection['captures'];
}

/** A rule that matched one line of a log. */
function seen(source: string, rule: string, micros: Micros, { layer = 'guest', captures = {}, ...parts }: Parts = {}) {
  const first: LogRecord = {
    ...{ time: wall(micros), until: null, host: 'db01', channel: null, ident: null, pid: null, severity: null },
    ...{ body: `${rule} ${numbered}`, text: '', uptime: null, boot: null, repeat: 1, fields: {}, at, ...parts },
  };
  const common = { role: 'marker', level: 'low', entity: null, statement: '', last: first, count: 1 } as const;
  const detection: Detection = {
    ...{ ...common, id: `d${numbered++}`, rule, layer, source, stream: streamKey(source, 'db01', null) },
    ...{ captures, first, began: null, epoch: null, origins: [] },
  };
  return detection;
}

const clockOfMachine = (source: string, parts: Partial<StreamClock> = {}): StreamClock => ({
  ...{ key: streamKey(source, 'db01', null), clockId: 'host:db01', basis: 'stated', zone: null, courses: [] },
  ...{
    year: null,
    segments: [{ from: null, to: null, offset: 0, uncertainty: SECOND }],
    folds: [],
    passes: [],
    isFinal: false,
  },
  ...{ proofs: [], issues: [], ...parts },
});
const assumed = (source: string): StreamClock =>
  clockOfMachine(source, { basis: 'assumed', clockId: streamKey(source, 'db01', null) });

const AS_WRITTEN: PlaceTime = (_, { micros }) => ({ utc: micros });

function inputsOf(clocks: readonly StreamClock[], detections: readonly Detection[], clock: ClockEvidence[] = []) {
  const sources = clocks.map(({ key }, i) => {
    const id = key.split('|', 1)[0] ?? '';
    const stats = streamOf(id, [], { records: 100, first: START, last: START + 9 * DAY, rhythm: MINUTE });
    return sourceOf(id, [stats], { clock: i === 0 ? clock : [] });
  });
  const streams = new Map(clocks.map((one) => [one.key, one]));
  return clockInputs(sources, streams, detections, ANCHORS, AS_WRITTEN);
}

const key = (source: string): string => streamKey(source, 'db01', null);
const kernel = (uptime: Micros): Parts => ({ uptime, ident: 'kernel', body: `sd ${uptime}: ready` });

/** The same three kernel lines in a log, so much later than they were. */
const copies = (source: string, late: Micros): readonly Detection[] =>
  [HOUR, 2 * HOUR, 3 * HOUR].map((uptime) => seen(source, 'other', START + uptime + late, kernel(uptime)));

describe('the logs of one machine', () => {
  it('are one clock', () => {
    const detections = [seen('s1', 'boot', START), seen('s2', 'job', START + DAY)];
    const { inputs, clockOf } = inputsOf([clockOfMachine('s1'), clockOfMachine('s2')], detections);
    expect(inputs.map(({ id }) => id)).toEqual(['host:db01']);
    expect([clockOf(key('s1')), clockOf(key('s2'))]).toEqual(['host:db01', 'host:db01']);
    const keys = inputs[0]?.sightings.map((one) => one.key.split('|')[0]);
    expect(keys).toEqual(expect.arrayContaining(['vm-boot', 'backup']));
  });

  it('are one clock while records that both have lie together', () => {
    const detections = [...copies('s1', 0), ...copies('s2', 3 * SECOND)];
    const { inputs } = inputsOf([clockOfMachine('s1'), clockOfMachine('s2')], detections);
    expect(inputs).toHaveLength(1);
    // Each line counts once.
    expect(inputs[0]?.sightings).toHaveLength(3);
  });

  it('are two where the same records lie a day apart', () => {
    const detections = [...copies('s1', 0), ...copies('s2', DAY), seen('s1', 'boot', START)];
    const { inputs, clockOf } = inputsOf([clockOfMachine('s1'), clockOfMachine('s2')], detections);
    expect(inputs.map(({ id }) => id).sort()).toEqual(['host:db01', key('s2')]);
    expect(clockOf(key('s1'))).toBe('host:db01');
    expect(clockOf(key('s2'))).toBe(key('s2'));
  });

  it('are one all the same where a line of many lies elsewhere', () => {
    const many = [...copies('s2', 0), seen('s2', 'other', START + 4 * HOUR, kernel(4 * HOUR))];
    const stray = [seen('s1', 'other', START, kernel(9 * HOUR)), seen('s2', 'other', START + DAY, kernel(9 * HOUR))];
    const detections = [...copies('s1', 0), seen('s1', 'other', START + 4 * HOUR, kernel(4 * HOUR)), ...many, ...stray];
    expect(inputsOf([clockOfMachine('s1'), clockOfMachine('s2')], detections).inputs).toHaveLength(1);
  });

  it('are two where events that both should have never meet', () => {
    const boots = (source: string, count: number, late: Micros): readonly Detection[] =>
      Array.from({ length: count }, (_, i) => seen(source, 'boot', START + i * DAY + ((i * i * HOUR) % DAY) + late));
    const idsOf = (count: number, late: Micros) =>
      inputsOf([clockOfMachine('s1'), clockOfMachine('s2')], [...boots('s1', count, 0), ...boots('s2', count, late)])
        .inputs.map(({ id }) => id)
        .sort();
    expect(idsOf(6, 20 * MINUTE)).toEqual(['host:db01', key('s2')]);
    expect(idsOf(6, SECOND)).toEqual(['host:db01']);
    // Too few to say so: a log may lack what the other has.
    expect(idsOf(3, 20 * MINUTE)).toEqual(['host:db01']);
  });

  it('take along a log that shares nothing', () => {
    const { clockOf } = inputsOf([clockOfMachine('s1'), clockOfMachine('s2')], [seen('s1', 'boot', START)]);
    expect(clockOf(key('s2'))).toBe('host:db01');
  });

  it('are each on their own where the zone was assumed', () => {
    const detections = [seen('s1', 'boot', START), seen('s2', 'boot', START), seen('s3', 'boot', START)];
    const { inputs } = inputsOf([clockOfMachine('s1'), assumed('s2'), assumed('s3')], detections);
    expect(inputs.map(({ id, zoneKnown }) => [id, zoneKnown]).sort()).toEqual([
      ['host:db01', true],
      [key('s2'), false],
      [key('s3'), false],
    ]);
  });

  it('that nothing dates have no clock', () => {
    const { inputs } = inputsOf([clockOfMachine('s1', { basis: 'none', segments: [] })], [seen('s1', 'boot', START)]);
    expect(inputs).toEqual([]);
  });
});

describe('rank', () => {
  it('a host goes before a guest, and what states its zone before what does not', () => {
    const host = clockOfMachine('s1', { clockId: 'host:hv01' });
    const detections = [
      seen('s1', 'boot', START, { layer: 'hypervisor' }),
      seen('s2', 'boot', START),
      seen('s3', 'boot', START, { layer: 'hypervisor' }),
    ];
    const { inputs } = inputsOf([host, clockOfMachine('s2'), assumed('s3')], detections);
    const [first, second, third] = [...inputs].sort((x, y) => y.rank - x.rank).map(({ id }) => id);
    expect([first, second, third]).toEqual(['host:hv01', 'host:db01', key('s3')]);
  });
});

describe('a sighting', () => {
  const of = (detections: readonly Detection[]) =>
    inputsOf([clockOfMachine('s1')], detections).inputs.flatMap((input) => input.sightings);
  const ofKind = (kind: string, detections: readonly Detection[]) =>
    of(detections).filter((one) => one.key.startsWith(`${kind}|`));

  it('of what lasts is at its end where the rule says so', () => {
    const until = wall(START + HOUR);
    const job = seen('s1', 'job', START, { until });
    expect(ofKind('backup', [job])).toMatchObject([{ written: START, of: job.id }]);
    expect(ofKind('backup-end', [job])).toMatchObject([{ written: START + HOUR, of: job.id }]);
  });

  it('of what has no end is at its begin alone', () => {
    const job = seen('s1', 'job', START);
    expect(ofKind('backup', [job])).toHaveLength(1);
    expect(ofKind('backup-end', [job])).toEqual([]);
  });

  it('is of one event only where what both state is the same', () => {
    const keys = ['7', '7', '8'].map(
      (id) => ofKind('session', [seen('s1', 'session', START, { captures: { id } })])[0]?.key,
    );
    expect(keys[0]).toBe(keys[1]);
    expect(keys[0]).not.toBe(keys[2]);
  });

  it('is none where nobody knows whose event it is', () => {
    expect(of([seen('s1', 'boot', START, { host: 'nobody' })])).toEqual([]);
  });

  it('carries what its stamp and its rule leave open', () => {
    expect(ofKind('vm-boot', [seen('s1', 'boot', START)])).toMatchObject([
      { lag: 10 * SECOND, spread: 6 * SECOND, systematic: 0, key: 'vm-boot|db01' },
    ]);
  });

  /** What is made of a line of one log, where another log has lines of the machine too. */
  const copied = (micros: Micros, parts: Parts = {}) => {
    const detections = [seen('s1', 'other', micros, parts), seen('s2', 'other', START + DAY, parts)];
    const { inputs } = inputsOf([clockOfMachine('s1'), assumed('s2')], detections);
    return inputs
      .flatMap(({ sightings }) => sightings)
      .filter((one) => one.of === detections[0]?.id && one.key.startsWith('same-record|'));
  };

  it('of a line that may be copied is sure to be that line where it states an uptime', () => {
    expect(copied(START)).toMatchObject([{ unique: false }]);
    expect(copied(START, kernel(HOUR))).toMatchObject([{ unique: true }]);
  });

  it('is none of a line that no other log can have', () => {
    expect(of([seen('s1', 'other', START, kernel(HOUR))])).toEqual([]);
    expect(copied(START, { layer: 'hypervisor' })).toEqual([]);
  });

  it('of early boot, late by a daemon, is as unsure as that', () => {
    expect(copied(START, kernel(SECOND))[0]?.spread).toBeGreaterThanOrEqual(MINUTE);
    expect(copied(START, kernel(HOUR))[0]?.spread).toBeLessThan(MINUTE);
  });

  it('of a boot is where the kernel has it, once a line tells that', () => {
    const boot = seen('s1', 'boot', START + 45 * SECOND, { ...kernel(0), boot: '#0' });
    const prompt: ClockEvidence = {
      ...{ kind: 'uptime', anchor: 'kernel', host: 'db01', boot: '#0', uptime: MINUTE, utc: null },
      ...{ written: START + MINUTE, yearless: false, tolerance: SECOND, at },
    };
    const [late] = ofKind('vm-boot', [boot]);
    const sightings = inputsOf([clockOfMachine('s1')], [boot], [prompt]).inputs.flatMap((input) => input.sightings);
    const known = sightings.find((one) => one.key === 'vm-boot|db01');
    expect(late).toMatchObject({ written: START + 45 * SECOND, lag: 10 * SECOND });
    expect(known).toMatchObject({ written: START, lag: 0 });
    expect(known?.spread).toBeLessThan(late?.spread ?? 0);
  });
});

describe('an event that several records tell of', () => {
  const stops = (...rules: readonly (readonly [rule: string, at: Micros])[]) =>
    inputsOf(
      [clockOfMachine('s1'), clockOfMachine('s2')],
      rules.map(([rule, time], i) => seen(`s${(i % 2) + 1}`, rule, time)),
    ).inputs.flatMap(({ sightings }) => sightings.filter((one) => one.key === 'stop|db01'));

  it('counts once, as the sharper stamped it', () => {
    expect(stops(['sloppy', START], ['sharp', START + 4 * SECOND])).toMatchObject([{ written: START + 4 * SECOND }]);
    expect(stops(['sharp', START], ['sloppy', START + 4 * SECOND])).toMatchObject([{ written: START }]);
  });

  it('what all of a kind may be off by counts as well', () => {
    expect(stops(['biased', START], ['sloppy', START + 4 * SECOND])).toMatchObject([{ written: START + 4 * SECOND }]);
  });

  it('twice is two', () => {
    expect(stops(['sharp', START], ['sharp', START + MINUTE])).toHaveLength(2);
    expect(stops(['sloppy', START], ['sharp', START + MINUTE])).toHaveLength(2);
  });

  it('again and again does not run on as one', () => {
    const many = Array.from({ length: 20 }, (_, i) => ['sharp', START + i * 1.5 * SECOND] as const);
    expect(stops(...many).length).toBeGreaterThan(5);
  });

  it('is the same whatever comes first', () => {
    const [one, other] = [seen('s1', 'sloppy', START), seen('s1', 'sharp', START)];
    const kept = (detections: readonly Detection[]) =>
      inputsOf([clockOfMachine('s1')], detections).inputs[0]?.sightings.filter((s) => s.key === 'stop|db01');
    expect(kept([one, other])).toEqual(kept([other, one]));
    expect(kept([one, other])).toMatchObject([{ of: other.id }]);
  });
});

describe('a line that carries an absolute time', () => {
  const epoch = (host: string | null): ClockEvidence => ({
    ...{ kind: 'epoch', anchor: 'audit', host, written: START + 5 * MINUTE, yearless: false, utc: START },
    ...{ tolerance: 2 * SECOND, at },
  });

  it('was stamped by its log and by the machine: two clocks where the zone of the log is not known', () => {
    const { inputs } = inputsOf([assumed('s1')], [], [epoch('db01')]);
    const times = new Map(inputs.map(({ id, sightings }) => [id, sightings.map(({ written }) => written)]));
    expect(times).toEqual(
      new Map([
        [key('s1'), [START + 5 * MINUTE]],
        ['host:db01', [START]],
      ]),
    );
    const [one, other] = inputs.map(({ sightings }) => sightings[0]?.key);
    expect(one).toBe(other);
  });

  it('shows that a log was not stamped by the clock of its machine', () => {
    const { clockOf } = inputsOf([clockOfMachine('s1')], [], [epoch('db01')]);
    expect(clockOf(key('s1'))).toBe(key('s1'));
    const near = { ...epoch('db01'), written: START + SECOND } as ClockEvidence;
    expect(inputsOf([clockOfMachine('s1')], [], [near]).clockOf(key('s1'))).toBe('host:db01');
  });

  it('of an unknown machine says nothing', () => {
    expect(inputsOf([assumed('s1')], [], [epoch(null)]).inputs).toEqual([]);
  });
});

describe('what its time service says of a clock', () => {
  const step = (seconds: string): Detection => seen('s1', 'step', START + DAY, { captures: { seconds } });
  const placesOf = (detections: readonly Detection[]) =>
    inputsOf([clockOfMachine('s1')], [seen('s1', 'boot', START), ...detections]).inputs[0]?.signs.places ?? [];

  it('is a step that is certain', () => {
    const [place, ...others] = placesOf([step('-300')]);
    expect(place).toMatchObject({ at: START + DAY, certain: true });
    expect(((place?.least ?? 0) + (place?.most ?? 0)) / 2).toBe(-300 * SECOND);
    expect(others).toEqual([]);
  });

  it('is none where it says no number', () => {
    expect(placesOf([step('')])).toEqual([]);
    expect(placesOf([step('some')])).toEqual([]);
    expect(placesOf([seen('s1', 'other', START, { captures: { seconds: '-300' } })])).toEqual([]);
  });
});
