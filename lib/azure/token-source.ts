import { type SharedFlight, startSharedFlight } from '../async/shared-flight.ts';
import type { Environment, Settings } from '../settings.ts';
import { resourceOf } from './audience.ts';
import { cloudOf } from './cloud.ts';
import { credentialSources, fetchFromFirst } from './credentials/credential-chain.ts';
import type { CredentialSource, FetchedToken, FetchRequest } from './credentials/credential-source.ts';
import type { TokenRequest, TokenSource } from './token.ts';
import { type CachedToken, cachedToken } from './token-lifetime.ts';

/** The wait after a failed refresh of a token that is still valid. */
const pauseAfterFailureMs = 30_000;
const neverAborted = new AbortController().signal;

/**
 * Tokens of the identity that the settings and the environment name, cached in memory only. Loads and fetches nothing
 * before the first call.
 * @param environment `process.env`, because the credentials read that themselves
 */
export function createTokenSource(settings: Settings, environment: Environment): TokenSource {
  return tokenSourceOf(credentialSources(settings, environment), cloudOf(settings).audience);
}

/**
 * The cache in front of credential sources; see {@link createTokenSource}.
 * @param time milliseconds since the epoch
 * @internal for tests
 */
export function tokenSourceOf(
  sources: readonly CredentialSource[],
  defaultAudience: string,
  time: () => number = Date.now,
): TokenSource {
  const cache = new Map<string, CachedToken>();
  const flights = new Map<string, SharedFlight<CachedToken>>();
  const pausedUntil = new Map<string, number>();
  const only = sources.length === 1 ? sources[0] : undefined;
  let last: FetchedToken | null = null;

  /** One fetch per resource, tenant and challenge, however many callers. */
  function flightFor({ resource, tenantId }: Wanted, claims: string | null, quick: boolean): SharedFlight<CachedToken> {
    const cacheKey = keyOf(resource, tenantId);
    const key = keyOf(cacheKey, claims, quick);
    const running = flights.get(key);
    if (running !== undefined && !running.abandoned) return running;
    const flight = startSharedFlight(async (signal) => {
      try {
        last = await fetchFromFirst(sources, { resource, tenantId, claims, quick, signal });
        const fresh = cachedToken(last, claims, time());
        cache.set(cacheKey, fresh);
        return fresh;
      } catch (error) {
        if (quick) pausedUntil.set(cacheKey, time() + pauseAfterFailureMs);
        throw error;
      } finally {
        if (flights.get(key) === flight) flights.delete(key);
      }
    });
    flights.set(key, flight);
    return flight;
  }

  /** A new token, or the held one if there is none and it is still valid. */
  async function refresh(wanted: Wanted, held: CachedToken, signal: AbortSignal): Promise<CachedToken> {
    try {
      return await flightFor(wanted, null, true).join(signal);
    } catch (error) {
      signal.throwIfAborted();
      if (time() >= held.expiresOnTimestamp) throw error;
      return held;
    }
  }

  return {
    get source() {
      return last?.source ?? only?.name ?? 'Unknown';
    },
    get endpoint() {
      return (last ?? only)?.endpoint ?? null;
    },
    async token(request: TokenRequest) {
      const { claims = null, refuse, signal } = request;
      signal.throwIfAborted();
      const wanted = { resource: resourceOf(request.audience ?? defaultAudience), tenantId: request.tenantId ?? null };
      const key = keyOf(wanted.resource, wanted.tenantId);
      const held = cache.get(key);
      const now = time();
      if (held !== undefined && (held.token === refuse || now >= held.expiresOnTimestamp)) cache.delete(key);
      const usable = cache.get(key);
      if (usable === undefined || (claims !== null && usable.claims !== claims)) {
        return flightFor(wanted, claims, false).join(signal);
      }
      if (now < usable.refreshFrom || now < (pausedUntil.get(key) ?? 0)) return usable;
      if (now >= usable.staleFrom) return refresh(wanted, usable, signal);
      void refresh(wanted, usable, neverAborted).catch(() => cache.delete(key));
      return usable;
    },
  };
}

type Wanted = Pick<FetchRequest, 'resource' | 'tenantId'>;

function keyOf(...parts: readonly unknown[]): string {
  return JSON.stringify(parts);
}
