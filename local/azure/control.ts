import * as v from 'valibot';
import { type Answer, jsonAnswer } from './answer.ts';
import type { AzureState } from './azure-state.ts';
import { faultRuleSchema } from './faults/faults.ts';

const rulesSchema = v.union([
  v.array(faultRuleSchema),
  v.pipe(
    faultRuleSchema,
    v.transform((rule) => [rule]),
  ),
]);
const stateSchema = v.object({ state: v.picklist([1, 2]) });

/**
 * Answers the stand-in's own routes, for measurements and tests in another process: `GET stats`, `GET truth`,
 * `POST faults` (one rule or an array; expressions as text), `GET faults` (how often each rule applied), `POST reset`
 * (no faults, an empty log, full buckets), `POST state` (`{"state":2}` puts the tenant into that state), `POST deliver`
 * (late events of the activity log arrive) and `GET expected` (changes from the first state to the second and their
 * authors, findings in the current one).
 */
export function answerControlRequest(state: AzureState, method: string, url: URL, body: string): Answer {
  switch (`${method} ${url.pathname}`) {
    case 'GET /_local/stats':
      return jsonAnswer(200, state.log.stats);
    case 'GET /_local/truth':
      return jsonAnswer(200, state.tenant.truth());
    case 'GET /_local/expected':
      return jsonAnswer(200, {
        changes: state.tenant.expectedChanges(),
        findings: state.tenant.expectedFindings(),
        authors: state.tenant.expectedAuthors(),
      });
    case 'POST /_local/state':
      return withBody(stateSchema, body, (parsed) => state.tenant.enterState(parsed.state));
    case 'POST /_local/deliver':
      state.tenant.activityLog.deliver();
      return jsonAnswer(200, {});
    case 'GET /_local/faults':
      return jsonAnswer(200, { strikes: state.faults.strikes });
    case 'POST /_local/faults':
      return withBody(rulesSchema, body, (rules) => state.faults.add(...rules));
    case 'POST /_local/reset':
      state.faults.clear();
      state.log.reset();
      state.limiter.refill();
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
