import type { HostedFunction } from '../invocation.ts';
import type { AuthLevel } from './keys.ts';
import { compileRoute, type RouteMatcher, type RouteValues } from './route-template.ts';

/** The route of an HTTP function. */
export interface HttpRoute {
  readonly fn: HostedFunction;
  /** Below the route prefix. The function's name where the app sets no route. */
  readonly route: string;
  /** In upper case; null = all methods. */
  readonly methods: readonly string[] | null;
  readonly authLevel: AuthLevel;
  readonly match: RouteMatcher;
}

/** Reads the binding of an HTTP trigger. @throws {RangeError} its route cannot be used */
export function bindHttp(fn: HostedFunction, routePrefix: string): HttpRoute {
  const { route: given, methods, authLevel = 'anonymous' } = fn.trigger;
  const route = typeof given === 'string' && given !== '' ? given : fn.name;
  const template = routePrefix === '' ? route : `${routePrefix}/${route}`;
  if (/^\/*(?:admin|runtime)/i.test(route)) {
    throw new RangeError(`the route "${route}" conflicts with one or more built-in routes`);
  }
  if (authLevel !== 'anonymous' && authLevel !== 'function' && authLevel !== 'admin') {
    throw new RangeError(`there is no authLevel "${String(authLevel)}"`);
  }
  return {
    fn,
    route,
    methods: Array.isArray(methods) ? methods.map((method) => String(method).toUpperCase()) : null,
    authLevel,
    match: compileRoute(template),
  };
}

/**
 * The first route, in the given order, that matches path and method. Specificity does not matter. A known path with
 * another method does not match, so the real host answers 404 and not 405. HEAD is a separate method.
 * @see https://github.com/Azure/azure-functions-host/issues/10098
 */
export function findRoute(
  routes: readonly HttpRoute[],
  method: string,
  path: string,
): { readonly route: HttpRoute; readonly params: RouteValues } | null {
  for (const route of routes) {
    if (route.methods !== null && !route.methods.includes(method)) continue;
    const params = route.match(path);
    if (params !== null) return { route, params };
  }
  return null;
}
