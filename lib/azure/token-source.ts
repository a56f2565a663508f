import type { Environment, Settings } from '../settings.ts';
import { resourceOf } from './audience.ts';
import { cloudOf } from './cloud.ts';
import { credentialLinks, fetchFromFirst } from './credentials/chain.ts';
import type { CredentialLink, FetchedToken } from './credentials/link.ts';
import { type SharedFlight, startSharedFlight } from './shared-flight.ts';
import type { TokenRequest, TokenSource } from './token.ts';
import { type CachedToken, cachedToken } from './token-cache.ts';

export type { TokenSource } from './token.ts';

/** After a refresh that failed while the token still holds, this long nobody tries again. */
const pauseAfterFailureMs = 30_000;
const neverAborted = new AbortController().signal;

/**
 * Tokens of the identity that the settings and the environment name, kept in memory only. Nothing is loaded or fetched before
 * the first call.
 * @param environment `process.env`: the credentials read that themselves
 */
export function createTokenSource(settings: Settings, environment: Environment): TokenSource {
  return tokenSourceOf(credentialLinks(settings, environment), cloudOf(settings).audience);
}

/**
 * The cache in front of some ways to a token; see {@link createTokenSource}.
 * @param time milliseconds since the epoch
 */
export function tokenSourceOf(
  links: readonly CredentialLink[],
  defaultAudience: string,
  time: () => number = Date.now,
): TokenSource {
  const cache = new Map<string, CachedToken>();
  const flights = new Map<string, SharedFlight<CachedToken>>();
  const pausedUntil = new Map<string, number>();
  let last: FetchedToken | null = null;

  /** One fetch per resource and challenge, however many callers. */
  function flightFor(resource: string, claims: string | null, quick: boolean): SharedFlight<CachedToken> {
    const key = JSON.stringify([resource, claims, quick]);
    const running = flights.get(key);
    if (running !== undefined && !running.abandoned) return running;
    const flight = startSharedFlight(async (signal) => {
      try {
        last = await fetchFromFirst(links, { resource, claims, quick, signal });
        const fresh = cachedToken(last, claims, time());
        cache.set(resource, fresh);
        return fresh;
      } catch (error) {
        if (quick) pausedUntil.set(resource, time() + pauseAfterFailureMs);
        throw error;
      } finally {
        if (flights.get(key) === flight) flights.delete(key);
      }
    });
    flights.set(key, flight);
    return flight;
  }

  /** A new token, or the one at hand when none is to be had and it still holds. */
  async function refresh(resource: string, held: CachedToken, signal: AbortSignal): Promise<CachedToken> {
    try {
      return await flightFor(resource, null, true).join(signal);
    } catch (error) {
      signal.throwIfAborted();
      if (time() >= held.expiresOnTimestamp) throw error;
      return held;
    }
  }

  return {
    get source() {
      return last?.source ?? (links.length === 1 ? (links[0]?.source ?? 'Unknown') : 'Unknown');
    },
    get endpoint() {
      return last === null && links.length === 1 ? (links[0]?.endpoint ?? null) : (last?.endpoint ?? null);
    },
    async token(request: TokenRequest) {
      const { refuse, signal } = request;
      signal.throwIfAborted();
      const resource = resourceOf(request.audience ?? defaultAudience);
      const claims = request.claims ?? null;
      const held = cache.get(resource);
      const now = time();
      if (held !== undefined && (held.token === refuse || now >= held.expiresOnTimestamp)) cache.delete(resource);
      const fit = cache.get(resource);
      if (fit === undefined || (claims !== null && fit.claims !== claims)) {
        return flightFor(resource, claims, false).join(signal);
      }
      if (now < fit.refreshFrom || now < (pausedUntil.get(resource) ?? 0)) return fit;
      if (now >= fit.staleFrom) return refresh(resource, fit, signal);
      void refresh(resource, fit, neverAborted).catch(() => cache.delete(resource));
      return fit;
    },
  };
}
