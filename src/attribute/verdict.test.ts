import { expect, test } from 'vitest';
import { reportOf } from '../../test/run.js';
import { generateSample } from '../../test/sample-generator/generate.js';

const files = generateSample('path-loss', { seed: 1 });

test('confirmed where the VM is known to have run on the host that lost its paths', async () => {
  const report = await reportOf(files);
  expect(report.incidents.filter((i) => i.kind === 'guest.fs.readonly').map((i) => i.verdict)).toEqual([
    'confirmed',
    'confirmed',
  ]);
});

test('not confirmed when no record says where it ran', async () => {
  // Worker, storage and disk driver logs are what places a VM on a host.
  const report = await reportOf(new Map([...files].filter(([path]) => !/Worker|StorageVSP|VHDMP/.test(path))));
  const broken = report.incidents.filter((i) => i.kind === 'guest.fs.readonly');
  expect(broken.length).toBe(2);
  for (const incident of broken) {
    expect(incident.verdict).not.toBe('confirmed');
    if (incident.verdict === 'likely') expect(incident.verdictGaps.join()).toMatch(/no record says on which host/);
  }
});

test('every verdict below confirmed says which condition failed', async () => {
  const report = await reportOf(files);
  for (const incident of report.incidents)
    expect(incident.verdictGaps.length > 0).toBe(incident.verdict !== 'confirmed');
});
