import { app, type HttpMethod, type HttpRequest, type HttpResponseInit } from '@azure/functions';
import { requireCaller } from '../lib/http/authentication.ts';
import type { Handler } from '../lib/http/context.ts';
import { serve } from '../lib/http/serve.ts';
import { appSettings } from './app-settings.ts';
import { httpContext } from './composition.ts';

/**
 * Registers one route. Each has a function, and so a key, of its own. With a setting that is wrong all are registered all the
 * same, open, and answer with the line that says which.
 * The host tries routes in the order of function names, and the first that matches wins: none of ours share method and path.
 */
export function httpFunction(name: string, method: HttpMethod, route: string, handler: Handler): void {
  const keys = !(appSettings instanceof Error) && appSettings.httpAuth === 'keys';
  register(name, method, route, keys ? 'function' : 'anonymous', async (request) => {
    if (appSettings instanceof Error) throw appSettings;
    requireCaller(request, appSettings);
    return handler(request, request.params, await httpContext());
  });
}

/** Registers a route for anyone. */
export function anonymousHttpFunction(
  name: string,
  method: HttpMethod,
  route: string,
  respond: (request: HttpRequest) => Promise<Response>,
): void {
  register(name, method, route, 'anonymous', respond);
}

function register(
  name: string,
  method: HttpMethod,
  route: string,
  authLevel: 'anonymous' | 'function',
  respond: (request: HttpRequest) => Promise<Response>,
): void {
  app.http(name, {
    // What can be got can be asked about, too; the host counts HEAD as a method of its own.
    methods: method === 'GET' ? ['GET', 'HEAD'] : [method],
    route,
    authLevel,
    handler: async (request, invocation) =>
      toResponseInit(
        await serve(
          request,
          () => respond(request),
          (line) => invocation.error(line),
        ),
      ),
  });
}

function toResponseInit(response: Response): HttpResponseInit {
  return { status: response.status, headers: response.headers, body: response.body };
}
