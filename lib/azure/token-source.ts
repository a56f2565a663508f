import { type SharedFlight, startSharedFlight } from '../async/shared-flight.ts';
import type { Environment, Settings } from '../settings.ts';
import { resourceOf } from './audience.ts';
import { cloudOf } from './cloud.ts';
import { credentialLinks, fetchFromFirst } from './credentials/credential-chain.ts';
import type { CredentialLink, FetchedToken } from './credentials/credential-source.ts';
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

  /** One fetch per resource, tenant and challenge, however many callers. */
  function flightFor(wanted: Wanted, claims: string | null, quick: boolean): SharedFlight<CachedToken> {
    const { resource, tenantId, key: place } = wanted;
    const key = JSON.stringify([place, claims, quick]);
    const running = flights.get(key);
    if (running !== undefined && !running.abandoned) return running;
    const flight = startSharedFlight(async (signal) => {
      try {
        last = await fetchFromFirst(links, { resource, tenantId, claims, quick, signal });
        const fresh = cachedToken(last, claims, time());
        cache.set(place, fresh);
        return fresh;
      } catch (error) {
        if (quick) pausedUntil.set(place, time() + pauseAfterFailureMs);
        throw error;
      } finally {
        if (flights.get(key) === flight) flights.delete(key);
      }
    });
    flights.set(key, flight);
    return flight;
  }

  /** A new token, or the one at hand when none is to be had and it still holds. */
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
      return last?.source ?? (links.length === 1 ? (links[0]?.source ?? 'Unknown') : 'Unknown');
    },
    get endpoint() {
      return last === null && links.length === 1 ? (links[0]?.endpoint ?? null) : (last?.endpoint ?? null);
    },
    async token(request: TokenRequest) {
      const { refuse, signal } = request;
      signal.throwIfAborted();
      const wanted = wantedOf(resourceOf(request.audience ?? defaultAudience), request.tenantId ?? null);
      const { key } = wanted;
      const claims = request.claims ?? null;
      const held = cache.get(key);
      const now = time();
      if (held !== undefined && (held.token === refuse || now >= held.expiresOnTimestamp)) cache.delete(key);
      const fit = cache.get(key);
      if (fit === undefined || (claims !== null && fit.claims !== claims)) {
        return flightFor(wanted, claims, false).join(signal);
      }
      if (now < fit.refreshFrom || now < (pausedUntil.get(key) ?? 0)) return fit;
      if (now >= fit.staleFrom) return refresh(wanted, fit, signal);
      void refresh(wanted, fit, neverAborted).catch(() => cache.delete(key));
      return fit;
    },
  };
}

/** What tokens are kept by. */
interface Wanted {
  readonly resource: string;
  readonly tenantId: string | null;
  readonly key: string;
}

function wantedOf(resource: string, tenantId: string | null): Wanted {
  return { resource, tenantId, key: JSON.stringify([resource, tenantId]) };
}
