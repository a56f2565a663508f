import * as v from 'valibot';
import { type Answer, jsonAnswer } from './answer.ts';
import { type Faults, faultRuleSchema } from './faults/faults.ts';
import type { RateLimiter } from './faults/rate-limits.ts';
import type { RequestLog } from './request-log.ts';
import type { SampleTenant } from './sample-tenant.ts';

/** The state that the control routes read and change. */
export interface ControlTarget {
  readonly tenant: SampleTenant;
  readonly faults: Faults;
  readonly log: RequestLog;
  readonly limiter: RateLimiter;
}

const rulesSchema = v.union([
  v.array(faultRuleSchema),
  v.pipe(
    faultRuleSchema,
    v.transform((rule) => [rule]),
  ),
]);
const stateSchema = v.object({ state: v.picklist([1, 2]) });

/**
 * Answers the stand-in's own routes, for measurements and tests in another process: `GET stats`, `GET truth`, `POST faults` (one
 * rule or an array; expressions as text), `GET faults` (how often each rule applied), `POST reset` (no faults, an empty log, full
 * buckets), `POST state` (`{"state":2}` puts the tenant into that state) and `GET expected` (changes from the first state to the
 * second, findings in the current one).
 */
export function answerControlRequest(target: ControlTarget, method: string, url: URL, body: string): Answer {
  switch (`${method} ${url.pathname}`) {
    case 'GET /_local/stats':
      return jsonAnswer(200, target.log.stats);
    case 'GET /_local/truth':
      return jsonAnswer(200, target.tenant.truth());
    case 'GET /_local/expected':
      return jsonAnswer(200, {
        changes: target.tenant.expectedChanges(),
        findings: target.tenant.expectedFindings(),
      });
    case 'POST /_local/state':
      return withBody(stateSchema, body, ({ state }) => target.tenant.enterState(state));
    case 'GET /_local/faults':
      return jsonAnswer(200, { strikes: target.faults.strikes });
    case 'POST /_local/faults':
      return withBody(rulesSchema, body, (rules) => target.faults.add(...rules));
    case 'POST /_local/reset':
      target.faults.clear();
      target.log.reset();
      target.limiter.refill();
      return jsonAnswer(200, {});
    default:
      return jsonAnswer(404, { error: `No control route ${method} ${url.pathname}.` });
  }
}

function withBody<Schema extends v.GenericSchema>(
  schema: Schema,
  body: string,
  act: (parsed: v.InferOutput<Schema>) => void,
): Answer {
  try {
    act(v.parse(schema, JSON.parse(body)));
    return jsonAnswer(200, {});
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof v.ValiError) return jsonAnswer(400, { error: error.message });
    throw error;
  }
}
