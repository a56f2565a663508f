import { NotFoundError } from '../../errors.ts';
import { answerJson } from '../answer.ts';
import type { Handler } from '../context.ts';
import { deadline } from '../deadline.ts';
import { parseQuery, parseRoute } from '../parameters/parse.ts';
import { noParameters, runRoute } from '../parameters/route-parameters.ts';

/** `GET runs/{runId}`: a run and how far it is. */
export const getRun: Handler = async (request, parameters, context) => {
  const { runId } = parseRoute(runRoute, parameters);
  parseQuery(noParameters, request);
  const run = await context.getRun(runId, deadline());
  if (run === null) throw new NotFoundError('RunNotFound', `There is no run ${runId}`);
  return answerJson(request, run);
};
