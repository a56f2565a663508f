import * as v from 'valibot';

const pattern = v.union([v.string(), v.instance(RegExp)]);
const answerSchema = v.variant('kind', [
  /** An answer of this status instead of the real one. A body that is no string is sent as JSON. */
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
  /** Nothing is ever answered. */
  v.object({ kind: v.literal('never') }),
  /** Half of the JSON, with a matching content-length. */
  v.object({ kind: v.literal('truncatedJson') }),
  /** 200 with an HTML page. */
  v.object({ kind: v.literal('html') }),
  v.object({ kind: v.literal('valueNull') }),
  v.object({ kind: v.literal('valueMissing') }),
  /** An empty page whose nextLink leads to the page that was asked for. */
  v.object({ kind: v.literal('emptyPage') }),
  /**
   * The page, with another nextLink. `foreign` and `http` need `url` when the target is to be watched; `relative`
   * and `http` lead to the true next page (there must be one).
   */
  v.object({
    kind: v.literal('nextLink'),
    to: v.picklist(['foreign', 'http', 'itself', 'cycle', 'relative']),
    url: v.optional(v.string()),
  }),
  /** The true answer, `bytes` at a time. */
  v.object({ kind: v.literal('slowDrip'), bytes: v.number(), everyMs: v.number() }),
  /** The true answer, later. */
  v.object({ kind: v.literal('delay'), ms: v.number() }),
  /** 401 ExpiredAuthenticationToken; the token that was sent is refused from now on. */
  v.object({ kind: v.literal('expiredToken') }),
  /** 401 with a claims challenge; the token that was sent is refused from now on. */
  v.object({ kind: v.literal('claimsChallenge') }),
  /** 200 with rows left out: the last `count` of the page, or those with these resource ids. */
  v.object({ kind: v.literal('shortList'), count: v.optional(v.number()), ids: v.optional(v.array(v.string())) }),
]);

/** What happens instead of the true answer. */
export type FaultAnswer = v.InferOutput<typeof answerSchema>;

export const faultRuleSchema = v.object({
  match: v.object({
    endpoint: v.optional(v.picklist(['resourceManager', 'identity'])),
    method: v.optional(v.string()),
    /** A regular expression (text: without regard to case) for the path. */
    path: v.optional(pattern),
    /** The same for the decoded query, without its question mark. */
    query: v.optional(pattern),
  }),
  /** How often it strikes; default: always. */
  times: v.optional(v.number()),
  /** How many matching requests pass unharmed first. */
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

/** The faults in force. The first rule that matches and is not used up strikes. */
export interface Faults {
  add(...rules: readonly FaultRule[]): void;
  clear(): void;
  /** How often each rule struck, in the order they were added. */
  readonly strikes: readonly number[];
  /** Counts a request and tells what is to happen to it; null = the true answer. */
  strike(request: FaultableRequest): FaultAnswer | null;
}

export function createFaults(rules: readonly FaultRule[] = []): Faults {
  let active = rules.map(arm);
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

/** Without the flags `g` and `y`: these would make the expression remember its last match. */
function toRegExp(source: string | RegExp | undefined): RegExp {
  return source instanceof RegExp
    ? new RegExp(source.source, source.flags.replaceAll(/[gy]/g, ''))
    : new RegExp(source ?? '', 'i');
}
