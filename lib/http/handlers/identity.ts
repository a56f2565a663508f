import { answerJson } from '../answer.ts';
import type { Handler } from '../context.ts';
import { deadline } from '../deadline.ts';
import { parseQuery } from '../parameters/parse.ts';
import { noParameters } from '../parameters/route-parameters.ts';

/** `GET identity`: which identity the app uses and what it may do; never a token. */
export const getIdentity: Handler = async (request, _parameters, context) => {
  parseQuery(noParameters, request);
  return answerJson(request, await context.whoami(deadline()));
};
