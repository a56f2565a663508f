import { answerJson } from '../answer.ts';
import type { Handler } from '../context.ts';
import { deadline } from '../deadline.ts';
import { parseQuery, parseRoute } from '../parameters/parse.ts';
import { noParameters, runRoute } from '../parameters/route-parameters.ts';
import { RequestError } from '../request-error.ts';
import { runAddress } from '../run-address.ts';

/** `DELETE runs/{runId}`: asks a run to end. It may be past the point where it can, and still succeed. */
export const cancelRun: Handler = async (request, parameters, context) => {
  const { runId } = parseRoute(runRoute, parameters);
  parseQuery(noParameters, request);
  const cancelled = await context.cancelRun(runId, deadline());
  if (cancelled.outcome === 'ended') {
    throw new RequestError(409, 'RunEnded', `The run ${runId} has ended already: ${cancelled.run.status}`, {
      target: runId,
    });
  }
  return answerJson(request, cancelled.run, { status: 202, headers: { location: runAddress(request, runId) } });
};
