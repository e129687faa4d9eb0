import type { ReportGap, ReportLoss, ReportMark, ReportStreamClock } from '../model/clocks-report.js';
import type { Timed } from '../model/detection.js';
import type { Gap, Loss, StreamGaps } from '../model/gap.js';
import { formatTime, seconds } from './time.js';

/** Records shown for one gap or loss. */
const MARKS_SHOWN = 4;

/** The gaps of one stream in the words of `faultline clocks`. */
export function composeGaps(
  stream: StreamGaps | undefined,
  paths: ReadonlyMap<string, string>,
): Pick<ReportStreamClock, 'aliveBy' | 'usualSilenceSeconds' | 'recordIds' | 'gaps' | 'losses'> {
  if (stream === undefined) return { aliveBy: null, usualSilenceSeconds: null, recordIds: null, gaps: [], losses: [] };
  return {
    aliveBy: stream.aliveBy,
    usualSilenceSeconds: stream.usual === null ? null : seconds(stream.usual),
    recordIds: stream.ids,
    gaps: stream.gaps.map((gap) => composeGap(gap, paths)),
    losses: stream.losses.map((loss) => composeLoss(loss, paths)),
  };
}

function composeGap({ span, uncertainty, cause, missing, because, elsewhere }: Gap, paths: Paths): ReportGap {
  return {
    from: formatTime(span.earliest),
    to: formatTime(span.latest),
    seconds: seconds(span.latest - span.earliest),
    uncertaintySeconds: seconds(uncertainty),
    ...{ cause, missing, elsewhere },
    because: because.slice(0, MARKS_SHOWN).map((mark) => composeMark(mark, paths)),
  };
}

function composeLoss({ span, uncertainty, lines, isExact, because }: Loss, paths: Paths): ReportLoss {
  return {
    from: formatTime(span.earliest),
    to: formatTime(span.latest),
    uncertaintySeconds: seconds(uncertainty),
    ...{ lines, isExact },
    because: because.slice(0, MARKS_SHOWN).map((mark) => composeMark(mark, paths)),
  };
}

type Paths = ReadonlyMap<string, string>;

function composeMark({ rule, statement, source, origins }: Timed, paths: Paths): ReportMark {
  const origin = origins[0];
  const from = origin?.source ?? source;
  const { line = null, record = null } = origin?.at ?? {};
  return { rule, statement, path: paths.get(from) ?? from, line, record };
}
