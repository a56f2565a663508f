import { answerJson } from '../answer.ts';
import type { Handler } from '../context.ts';
import { parseQuery } from '../parameters/parse.ts';
import { noParameters } from '../parameters/route-parameters.ts';

/** `GET openapi.json`: the description of the API. What makes it is loaded only for whoever asks. */
export const getOpenApi: Handler = async (request, _parameters, context) => {
  parseQuery(noParameters, request);
  const { openApiDocument } = await import('../openapi/document.ts');
  const { origin, pathname } = new URL(request.url);
  return answerJson(
    request,
    openApiDocument(context.version, `${origin}${pathname.replace(/\/openapi\.json\/?$/i, '')}`),
  );
};
