import { answerJson } from '../answer.ts';
import type { CheckedRequest, RouteDescription } from '../route.ts';

/** The description of the API. The code that makes it loads with the first request for it. */
export async function getOpenApi(
  { request, context }: CheckedRequest,
  routes: readonly RouteDescription[],
): Promise<Response> {
  const { openApiDocument } = await import('../openapi/document.ts');
  const { origin, pathname } = new URL(request.url);
  const server = `${origin}${pathname.replace(/\/openapi\.json\/?$/i, '')}`;
  return answerJson(request, openApiDocument(routes, context.version, server));
}
