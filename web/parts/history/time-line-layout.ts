import { scaleTime, scaleUtc } from 'd3-scale';

export interface Period {
  readonly machineId: string;
  readonly name: string;
  /** ISO 8601. */
  readonly attachedFrom: string;
  readonly detachedAt: string | null;
}

/** A change with the reading before it: it happened between the two. */
export interface TimedChange {
  readonly kind: string;
  readonly at: string;
  readonly notBefore: string | null;
  readonly resourceId: string;
}

export interface TimedRun {
  readonly runId: string;
  readonly finishedAt: string;
  readonly complete: boolean;
}

interface Bar {
  readonly x: number;
  readonly end: number;
  /** From here to `x`, it is not known whether it was there: hatched. */
  readonly earliest: number;
  /** From here to `end`, likewise. */
  readonly lastKnown: number;
  /** It is still there. */
  readonly open: boolean;
  readonly period: Period;
}

export interface Lane {
  readonly machineId: string;
  readonly name: string;
  readonly y: number;
  readonly bars: readonly Bar[];
}

export interface TimeLineLayout {
  readonly height: number;
  readonly lanes: readonly Lane[];
  /** Machines that have no lane. */
  readonly left: number;
  readonly roles: readonly {
    readonly x: number;
    readonly given: boolean;
    readonly at: string;
    readonly count: number;
  }[];
  readonly rolesY: number | null;
  readonly runs: readonly { readonly x: number; readonly run: TimedRun }[];
  readonly ticks: readonly { readonly x: number; readonly at: Date }[];
  readonly axisY: number;
}

export const timeLineSize = { width: 860, labels: 208, lane: 28, bar: 12 };
const mostLanes = 30;
const { width, labels, lane } = timeLineSize;

/** Places one lane for each machine (30 at most), the roles given and taken, and the runs on the axis. */
export function layoutTimeLine(
  periods: readonly Period[],
  changes: readonly TimedChange[],
  runs: readonly TimedRun[],
  asOf: string,
  inUtc: boolean,
): TimeLineLayout {
  const end = Date.parse(asOf);
  const times = [...periods.map((one) => one.attachedFrom), ...runs.map((run) => run.finishedAt)].map(Date.parse);
  // A single moment needs a span, too.
  const start = Math.min(...times, end - 60_000);
  const scale = (inUtc ? scaleUtc() : scaleTime())
    .domain([start, end])
    .range([labels, width - 8])
    .clamp(true);
  const x = (at: string) => scale(Date.parse(at));
  const byMachine = [...Map.groupBy(periods, (one) => one.machineId.toLowerCase()).values()];
  const roles = roleMarks(changes, x);
  const top = roles.length === 0 ? 0 : lane;
  const lanes = byMachine.slice(0, mostLanes).map((of, index) => ({
    machineId: of[0]?.machineId ?? '',
    name: of[0]?.name ?? '',
    y: top + index * lane,
    bars: of.map((period) => barOf(period, changes, x, end)),
  }));
  const axisY = top + lanes.length * lane + 6;
  return {
    height: axisY + 30,
    lanes,
    left: byMachine.length - lanes.length,
    roles,
    rolesY: roles.length === 0 ? null : lane / 2,
    runs: runs.map((run) => ({ x: x(run.finishedAt), run })),
    ticks: scale.ticks(4).map((at) => ({ x: scale(at), at })),
    axisY,
  };
}

function barOf(period: Period, changes: readonly TimedChange[], x: (at: string) => number, end: number): Bar {
  const notBefore = (kind: string, at: string) =>
    changes.find(
      (change) =>
        change.kind === kind && change.at === at && change.resourceId.toLowerCase() === period.machineId.toLowerCase(),
    )?.notBefore ?? at;
  const until = period.detachedAt ?? new Date(end).toISOString();
  return {
    x: x(period.attachedFrom),
    end: x(until),
    earliest: x(notBefore('identityAttached', period.attachedFrom)),
    lastKnown: period.detachedAt === null ? x(until) : x(notBefore('identityDetached', period.detachedAt)),
    open: period.detachedAt === null,
    period,
  };
}

/** Roles given and taken, those of one reading as one mark. */
function roleMarks(changes: readonly TimedChange[], x: (at: string) => number): TimeLineLayout['roles'] {
  const ofRoles = changes.filter(({ kind }) => kind === 'roleAssigned' || kind === 'roleRemoved');
  return [...Map.groupBy(ofRoles, ({ kind, at }) => `${kind} ${at}`).values()].flatMap((alike) => {
    const [first] = alike;
    if (first === undefined) return [];
    return [{ x: x(first.at), given: first.kind === 'roleAssigned', at: first.at, count: alike.length }];
  });
}
