import type { Answer } from '../answer.ts';
import type { SampleTenant } from '../sample-tenant.ts';
import type { TokenClaims } from '../tokens.ts';
import { type ArmRefusal, refusals } from './arm-errors.ts';
import type { PageCache } from './page-cache.ts';

/** A GET request to Resource Manager with a valid token. */
export interface ArmRequest {
  /** Absolute, on the origin that the client used. */
  readonly url: URL;
  readonly caller: TokenClaims;
  /** Named parts of the path, in the casing of the request. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly tenant: SampleTenant;
  /** Rows per page. */
  readonly pageSize: number;
  readonly pages: PageCache;
}

export interface Route {
  /** `/subscriptions/{subscriptionId}/…`; compared without regard to case. */
  readonly path: string;
  /** Newest first. */
  readonly apiVersions: readonly string[];
  /** @throws {ArmRefusal} */
  readonly answer: (request: ArmRequest) => Answer;
}

export interface MatchedRoute {
  readonly route: Route;
  readonly parameters: Readonly<Record<string, string>>;
}

/** The routes of one cloud, and how it refuses what it does not have. */
export interface CloudRoutes {
  readonly routes: readonly Route[];
  /** Whether it has a resource provider with this name. */
  readonly hasNamespace: (namespace: string) => boolean;
  /** For a version that a route does not have. */
  readonly refuseVersion: (route: Route, version: string) => ArmRefusal;
}

/** The public cloud. Resource providers use other words than Resource Manager itself. */
export function publicCloud(routes: readonly Route[]): CloudRoutes {
  return {
    routes,
    hasNamespace: (namespace) => /^Microsoft\./i.test(namespace),
    refuseVersion({ path, apiVersions }, version) {
      const type = /^.*\/providers\/Microsoft\.(?:Compute|HybridCompute|ManagedIdentity)\/([^/{]+)/.exec(path)?.[1];
      return type === undefined
        ? refusals.invalidApiVersion(version, apiVersions)
        : refusals.noRegisteredProvider(version, type, apiVersions);
    },
  };
}

/** @returns a function that finds the first matching route of a URL, or throws {@link ArmRefusal} */
export function createRouter(cloud: CloudRoutes): (url: URL) => MatchedRoute {
  const table = cloud.routes.map((route) => ({ route, segments: route.path.split('/') }));
  return (url) => {
    const version = url.searchParams.get('api-version');
    if (version === null) throw refusals.missingApiVersion();
    const given = url.pathname.replace(/\/+$/, '').split('/');
    for (const { route, segments } of table) {
      const parameters = matchSegments(segments, given);
      if (parameters === null) continue;
      if (version === '') throw refusals.missingApiVersion();
      if (!route.apiVersions.includes(version)) throw cloud.refuseVersion(route, version);
      return { route, parameters };
    }
    throw unknownPath(url, version, cloud);
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

/** Resource Manager's words depend on how much of the path it recognizes. */
function unknownPath(url: URL, version: string, { hasNamespace }: CloudRoutes): ArmRefusal {
  const [, namespace, type] = /\/providers\/([^/]+)\/([^/]+)/i.exec(url.pathname) ?? [];
  if (namespace === undefined || type === undefined) return refusals.noSuchUri(url.href);
  return hasNamespace(namespace)
    ? refusals.invalidType(type, namespace, version)
    : refusals.invalidNamespace(namespace);
}
