import * as v from 'valibot';

const pattern = v.union([v.string(), v.instance(RegExp)]);
const answerSchema = v.variant('kind', [
  /** An answer with this status. A body that is no string is sent as JSON. */
  v.object({
    kind: v.literal('status'),
    status: v.number(),
    headers: v.optional(v.record(v.string(), v.string())),
    body: v.optional(v.unknown()),
  }),
  /** The connection is reset before a byte of the answer. */
  v.object({ kind: v.literal('reset') }),
  /** The connection is reset after half of the body. */
  v.object({ kind: v.literal('resetMidBody') }),
  /** No answer at all. */
  v.object({ kind: v.literal('never') }),
  /** Half of the JSON, with a matching content-length. */
  v.object({ kind: v.literal('truncatedJson') }),
  /** 200 with an HTML page. */
  v.object({ kind: v.literal('html') }),
  v.object({ kind: v.literal('valueNull') }),
  v.object({ kind: v.literal('valueMissing') }),
  /** An empty page whose nextLink leads to the requested page. */
  v.object({ kind: v.literal('emptyPage') }),
  /**
   * The page with another nextLink. `foreign` and `http` accept the target as `url`. `relative` and `http` lead to the
   * true next page, which must exist.
   */
  v.object({
    kind: v.literal('nextLink'),
    to: v.picklist(['foreign', 'http', 'itself', 'cycle', 'relative']),
    url: v.optional(v.string()),
  }),
  /** The true answer, `bytes` at a time. */
  v.object({ kind: v.literal('slowDrip'), bytes: v.number(), everyMs: v.number() }),
  /** The true answer, delayed. */
  v.object({ kind: v.literal('delay'), ms: v.number() }),
  /** 401 ExpiredAuthenticationToken. Resource Manager refuses the sent token from now on. */
  v.object({ kind: v.literal('expiredToken') }),
  /** 401 with a claims challenge. Resource Manager refuses the sent token from now on. */
  v.object({ kind: v.literal('claimsChallenge') }),
  /** 200 without some rows: the last `count` of the page, and those with these resource ids. */
  v.object({ kind: v.literal('shortList'), count: v.optional(v.number()), ids: v.optional(v.array(v.string())) }),
]);

/** What replaces the true answer. */
export type FaultAnswer = v.InferOutput<typeof answerSchema>;

export const faultRuleSchema = v.object({
  match: v.object({
    endpoint: v.optional(v.picklist(['resourceManager', 'identity'])),
    method: v.optional(v.string()),
    /** A regular expression for the path. Text ignores case. */
    path: v.optional(pattern),
    /** The same for the decoded query, without the question mark. */
    query: v.optional(pattern),
  }),
  /** How often it applies. Default: always. */
  times: v.optional(v.number()),
  /** How many matching requests pass first. Default: 0. */
  skip: v.optional(v.number()),
  answer: answerSchema,
});
export type FaultRule = v.InferOutput<typeof faultRuleSchema>;

export interface FaultableRequest {
  readonly endpoint: 'resourceManager' | 'identity';
  readonly method: string;
  readonly path: string;
  readonly query: string;
}

/** The active faults. The first matching rule that is not used up applies. */
export interface Faults {
  add(...rules: readonly FaultRule[]): void;
  clear(): void;
  /** How often each rule applied, in the order of addition. */
  readonly strikes: readonly number[];
  /** Counts a request. @returns the fault to apply; null = the true answer */
  strike(request: FaultableRequest): FaultAnswer | null;
}

export function createFaults(): Faults {
  let active: ReturnType<typeof arm>[] = [];
  return {
    add: (...added) => {
      active.push(...added.map(arm));
    },
    clear: () => {
      active = [];
    },
    get strikes() {
      return active.map((rule) => rule.struck);
    },
    strike(request) {
      for (const fault of active) {
        if (!fault.matches(request) || fault.struck >= fault.times) continue;
        if (fault.skip > 0) {
          fault.skip--;
          continue;
        }
        fault.struck++;
        return fault.answer;
      }
      return null;
    },
  };
}

function arm({ match, times, skip, answer }: FaultRule) {
  const path = toRegExp(match.path);
  const query = toRegExp(match.query);
  return {
    answer,
    times: times ?? Number.POSITIVE_INFINITY,
    skip: skip ?? 0,
    struck: 0,
    matches: (request: FaultableRequest): boolean =>
      (match.endpoint === undefined || match.endpoint === request.endpoint) &&
      (match.method === undefined || match.method === request.method) &&
      path.test(request.path) &&
      query.test(request.query),
  };
}

/** Removes the flags `g` and `y`, which make an expression remember its last match. */
function toRegExp(source: string | RegExp | undefined): RegExp {
  return source instanceof RegExp
    ? new RegExp(source.source, source.flags.replaceAll(/[gy]/g, ''))
    : new RegExp(source ?? '', 'i');
}
