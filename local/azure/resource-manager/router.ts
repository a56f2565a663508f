import type { Answer } from '../answer.ts';
import type { SampleTenant } from '../sample-tenant.ts';
import type { TokenClaims } from '../tokens.ts';
import { errors } from './arm-errors.ts';
import type { PageCache } from './page-cache.ts';

/** A request to Resource Manager whose token is good. */
export interface ArmRequest {
  readonly method: string;
  /** Absolute, on the origin that the client used. */
  readonly url: URL;
  readonly caller: TokenClaims;
  /** Named parts of the path, in the casing that was asked for. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly tenant: SampleTenant;
  /** Rows on a page. */
  readonly pageSize: number;
  readonly pages: PageCache;
}

export interface Route {
  /** `/subscriptions/{subscriptionId}/…`; compared without regard to case. */
  readonly path: string;
  /** Newest first. */
  readonly apiVersions: readonly string[];
  readonly answer: (request: ArmRequest) => Answer;
}

export interface MatchedRoute {
  readonly route: Route;
  readonly parameters: Readonly<Record<string, string>>;
}

/** Finds the route of a path; the first one in the table that fits. */
export function createRouter(routes: readonly Route[]): (path: string) => MatchedRoute | null {
  const table = routes.map((route) => ({ route, segments: route.path.split('/') }));
  return (path) => {
    const given = path.replace(/\/+$/, '').split('/');
    for (const { route, segments } of table) {
      const parameters = matchSegments(segments, given);
      if (parameters !== null) return { route, parameters };
    }
    return null;
  };
}

function matchSegments(segments: readonly string[], given: readonly string[]): Record<string, string> | null {
  if (segments.length !== given.length) return null;
  const parameters: Record<string, string> = {};
  for (const [index, segment] of segments.entries()) {
    const value = given[index] ?? '';
    if (segment.startsWith('{')) parameters[segment.slice(1, -1)] = value;
    else if (segment.toLowerCase() !== value.toLowerCase()) return null;
  }
  return parameters;
}

/** Checks `api-version`; null when it is good. Providers word the refusal differently from Resource Manager itself. */
export function refuseApiVersion(route: Route, url: URL): Answer | null {
  const version = url.searchParams.get('api-version');
  if (version === null || version === '') return errors.missingApiVersion();
  if (route.apiVersions.includes(version)) return null;
  const type = /^.*\/providers\/Microsoft\.(?:Compute|HybridCompute|ManagedIdentity)\/([^/{]+)/.exec(route.path)?.[1];
  return type === undefined
    ? errors.invalidApiVersion(version, route.apiVersions)
    : errors.noRegisteredProvider(version, type, route.apiVersions);
}

/** The answer for a path that no route has, as Resource Manager words it by how far it understands the path. */
export function answerUnknownPath(url: URL): Answer {
  const version = url.searchParams.get('api-version');
  if (version === null) return errors.missingApiVersion();
  const provider = /\/providers\/([^/]+)\/([^/]+)/i.exec(url.pathname);
  if (provider?.[1] === undefined || provider[2] === undefined) return errors.noSuchUri(url.href);
  return /^Microsoft\./i.test(provider[1])
    ? errors.invalidType(provider[2], provider[1], version)
    : errors.invalidNamespace(provider[1]);
}
