import { NotFoundError } from '../../errors.ts';
import { defaultPageSize } from '../../parameters/parameter-values.ts';
import { answerJson } from '../answer.ts';
import type { IncomingRequest } from '../context.ts';
import { deadline } from '../deadline.ts';
import type { runPath, runsQuery, startRunBody } from '../parameters/route-parameters.ts';
import { RequestError } from '../request-error.ts';
import type { CheckedRequest, noNames, noParameters } from '../route.ts';
import { nextLink, readSkipToken } from '../skip-token.ts';

/** Seconds after which to poll a run. */
const pollSeconds = 5;

/** Runs, the newest first, running ones included. */
export async function listRuns({ request, context, query }: CheckedRequest<typeof runsQuery>): Promise<Response> {
  const { maxpagesize = defaultPageSize, skiptoken } = query;
  const token = skiptoken === undefined ? null : readSkipToken(skiptoken, request);
  // Ids sort by start, so a page begins after the last id of the page before, however many runs have begun meanwhile.
  const before = token?.position.value ?? null;
  const runs = await context.listRuns(maxpagesize + 1, before === null ? null : String(before), deadline());
  const value = runs.slice(0, maxpagesize);
  const end = value.at(-1);
  const more = end !== undefined && runs.length > value.length;
  const next = more ? { nextLink: nextLink(request, { runId: null, position: { value: end.id, row: 0 } }) } : {};
  return answerJson(request, { value, ...next });
}

export async function getRun({
  request,
  context,
  names: { runId },
}: CheckedRequest<typeof noParameters, typeof runPath>): Promise<Response> {
  const run = await context.getRun(runId, deadline());
  if (run === null) throw new NotFoundError('RunNotFound', `There is no run ${runId}`);
  return answerJson(request, run, run.status === 'running' ? { headers: { 'retry-after': String(pollSeconds) } } : {});
}

/** Starts a run of all subscriptions, or of those in the body. Answers 409 with the id of a running one. */
export async function startRun({
  request,
  context,
  body,
}: CheckedRequest<typeof noParameters, typeof noNames, typeof startRunBody>): Promise<Response> {
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
}

/** Asks a run to end. A run that is already being published may still succeed. */
export async function cancelRun({
  request,
  context,
  names: { runId },
}: CheckedRequest<typeof noParameters, typeof runPath>): Promise<Response> {
  const cancelled = await context.cancelRun(runId, deadline());
  if (cancelled.outcome === 'ended') {
    throw new RequestError(409, 'RunEnded', `The run ${runId} has already ended: ${cancelled.run.status}`, {
      target: runId,
    });
  }
  return answerJson(request, cancelled.run, { status: 202, headers: { location: runAddress(request, runId) } });
}

/** The absolute address of a run, without a key. The request is to `…/runs` or below. */
function runAddress(request: IncomingRequest, runId: string): string {
  const url = new URL(request.url);
  return `${url.origin}${url.pathname.replace(/\/runs(?:\/[^/]*)?\/?$/i, '')}/runs/${runId}`;
}
