import { app, type HttpRequest, type HttpResponseInit, type InvocationContext } from '@azure/functions';
import { input } from 'durable-functions';
import { limitHeapGrowth } from '../lib/collect/limit-heap-growth.ts';
import { InvalidSettingError } from '../lib/errors.ts';
import { requireCaller } from '../lib/http/authentication.ts';
import { pageRoute } from '../lib/http/page/answer-page.ts';
import { anonymousSettingError } from '../lib/http/request-error.ts';
import type { Route } from '../lib/http/route.ts';
import { routes } from '../lib/http/routes.ts';
import { serve } from '../lib/http/serve.ts';
import { appSettings } from './app-settings.ts';
import { build } from './build.ts';
import { httpContext } from './composition.ts';
import { pacedBody, responseOf } from './paced-body.ts';
import { getPage } from './page.ts';

/** Shorter answers go out in one piece. */
const pacedFromBytes = 1024 * 1024;

/** With wrong settings, no route needs a key: each answers with the line that names the setting. */
const withKeys = !(appSettings instanceof Error) && appSettings.httpAuth === 'keys';

// Each route has its own function, and so its own key. The host tries routes in the order of function names, and the
// first match wins: no two routes share method and path.
for (const route of routes) {
  app.http(route.id, {
    // The host counts HEAD as a method of its own.
    methods: route.method === 'GET' ? ['GET', 'HEAD'] : [route.method],
    route: route.path,
    authLevel: withKeys && route.anonymous !== true ? 'function' : 'anonymous',
    extraInputs: route.startsRun === true ? [input.durableClient()] : [],
    handler: (request, invocation) =>
      answer(route.path, request, invocation, () => respond(route, request, invocation)),
  });
}

app.http(pageRoute.id, {
  methods: ['GET', 'HEAD'],
  route: pageRoute.path,
  authLevel: 'anonymous',
  handler: (request, invocation) => answer(pageRoute.path, request, invocation, () => getPage(request)),
});

/** Never rejects: with HTTP streaming, the host leaves the caller of a handler that throws without an answer. */
async function answer(
  path: string,
  request: HttpRequest,
  invocation: InvocationContext,
  respondTo: () => Promise<Response>,
): Promise<HttpResponseInit> {
  limitHeapGrowth();
  try {
    const response = await serve(request, respondTo, (line) => invocation.error(line));
    return toResponseInit(response, invocation.invocationId);
  } catch (error) {
    invocation.error(`${request.method} ${path}: ${error instanceof Error ? error.stack : error}`);
    return { status: 500 };
  }
}

async function respond(route: Route, request: HttpRequest, invocation: InvocationContext): Promise<Response> {
  try {
    if (appSettings instanceof Error) throw appSettings;
    if (route.anonymous !== true) requireCaller(request, route.role ?? 'Inventory.Read', appSettings);
    return await route.handler(request, request.params, await httpContext(invocation));
  } catch (error) {
    if (!(error instanceof InvalidSettingError)) throw error;
    if (route.onInvalidSettings !== undefined) {
      invocation.error(`${route.id}: ${error.message}`);
      return route.onInvalidSettings(error, build);
    }
    throw appSettings instanceof Error ? anonymousSettingError(error) : error;
  }
}

function toResponseInit(answer: Response, invocationId: string): HttpResponseInit {
  const { status, headers, body } = answer;
  const long = !headers.has('content-length') || Number(headers.get('content-length')) > pacedFromBytes;
  const response = long && body !== null ? responseOf(invocationId) : undefined;
  if (body !== null && response !== undefined) return { status, headers, body: pacedBody(body, response) };
  // The library sends a whole Response as it is. It would copy one that is in parts.
  const init = { status, headers, body, nativeResponse: answer };
  return init;
}
