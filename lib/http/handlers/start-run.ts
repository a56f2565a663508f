import { answerJson } from '../answer.ts';
import type { Handler } from '../context.ts';
import { deadline } from '../deadline.ts';
import { parseBody } from '../parameters/body.ts';
import { parseQuery } from '../parameters/parse.ts';
import { noParameters, startRunBody } from '../parameters/route-parameters.ts';
import { RequestError } from '../request-error.ts';
import { runAddress } from '../run-address.ts';

/** Seconds after which asking how far a run is makes sense. */
const pollSeconds = 5;

/** `POST runs`: starts a run, of all subscriptions or of those in the body; 409 with the id of the one that is running. */
export const startRun: Handler = async (request, _parameters, context) => {
  parseQuery(noParameters, request);
  const body = await parseBody(startRunBody, request);
  const started = await context.startRun(body?.subscriptions ?? null, deadline());
  if (started.outcome === 'alreadyRunning') {
    throw new RequestError(409, 'RunInProgress', `The run ${started.runId} is still running`, {
      target: started.runId,
      retryAfterSeconds: pollSeconds,
      headers: { location: runAddress(request, started.runId) },
    });
  }
  const headers = { location: runAddress(request, started.run.id), 'retry-after': String(pollSeconds) };
  return answerJson(request, started.run, { status: 202, headers });
};
