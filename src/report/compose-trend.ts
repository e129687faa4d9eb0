import type { Incident } from '../model/incident.js';
import type { Trend, TrendReport, TrendReportEvent } from '../model/trend.js';
import { formatMaybe, formatTime } from './time.js';

export function composeTrend(trend: Trend, version: string): TrendReport {
  const { change, counted, uncounted, ...rest } = trend;
  return rounded({
    schemaVersion: '1.0',
    tool: { name: 'faultline', version },
    ...rest,
    change: {
      from: formatTime(change.span.earliest, 1_000_000),
      to: formatTime(change.span.latest, 1_000_000),
      isNight: change.isNight,
    },
    counted: counted.map((incident) => composeEvent(incident)),
    uncounted: uncounted.map(({ incident, why }) => ({ ...composeEvent(incident), why })),
  });
}

function composeEvent({ id, kind, entity, onset, start, defining }: Incident): TrendReportEvent {
  const at = onset?.earliest ?? start;
  return {
    incident: id,
    kind,
    vm: entity.name,
    time: formatMaybe(at, defining.first?.time?.resolution ?? 1),
  };
}

/** Digits beyond the sixth are noise of the last operation. */
function rounded<T>(value: T): T {
  return JSON.parse(
    JSON.stringify(value, (_, part: unknown) =>
      typeof part === 'number' && !Number.isInteger(part) ? Number(part.toPrecision(6)) : part,
    ),
  ) as T;
}
