import {
  app,
  type FunctionInput,
  type HttpMethod,
  type HttpRequest,
  type HttpResponseInit,
  type InvocationContext,
} from '@azure/functions';
import { requireCaller } from '../lib/http/authentication.ts';
import type { Handler } from '../lib/http/context.ts';
import { serve } from '../lib/http/serve.ts';
import { appSettings } from './app-settings.ts';
import { httpContext } from './composition.ts';
import { responseOf } from './open-responses.ts';
import { pacedBody } from './paced-body.ts';

/** Shorter answers go out in one piece. */
const pacedFromBytes = 1024 * 1024;

type Respond = (request: HttpRequest, invocation: InvocationContext) => Promise<Response>;

interface HttpRegistration {
  readonly name: string;
  readonly method: HttpMethod;
  readonly route: string;
  readonly authLevel: 'anonymous' | 'function';
  readonly extraInputs: FunctionInput[];
  readonly respond: Respond;
}

/**
 * Registers one route. Each has a function, and so a key, of its own. With a setting that is wrong all are registered all the
 * same, open, and answer with the line that says which.
 * The host tries routes in the order of function names, and the first that matches wins: none of ours share method and path.
 * @param extraInputs what else the host is to hand over with each request
 */
export function httpFunction(
  name: string,
  method: HttpMethod,
  route: string,
  handler: Handler,
  extraInputs: FunctionInput[] = [],
): void {
  const keys = !(appSettings instanceof Error) && appSettings.httpAuth === 'keys';
  const respond = async (request: HttpRequest, invocation: InvocationContext): Promise<Response> => {
    if (appSettings instanceof Error) throw appSettings;
    requireCaller(request, appSettings);
    return handler(request, request.params, await httpContext(invocation));
  };
  register({ name, method, route, authLevel: keys ? 'function' : 'anonymous', extraInputs, respond });
}

/** Registers a route for anyone. */
export function anonymousHttpFunction(name: string, method: HttpMethod, route: string, respond: Respond): void {
  register({ name, method, route, authLevel: 'anonymous', extraInputs: [], respond });
}

function register({ name, method, route, authLevel, extraInputs, respond }: HttpRegistration): void {
  app.http(name, {
    // What can be got can be asked about, too; the host counts HEAD as a method of its own.
    methods: method === 'GET' ? ['GET', 'HEAD'] : [method],
    route,
    authLevel,
    extraInputs,
    handler: async (request, invocation) =>
      toResponseInit(
        await serve(
          request,
          () => respond(request, invocation),
          (line) => invocation.error(line),
        ),
        invocation.invocationId,
      ),
  });
}

function toResponseInit({ status, headers, body }: Response, invocationId: string): HttpResponseInit {
  const long = !headers.has('content-length') || Number(headers.get('content-length')) > pacedFromBytes;
  const response = long && body !== null ? responseOf(invocationId) : undefined;
  return { status, headers, body: body === null || response === undefined ? body : pacedBody(body, response) };
}
