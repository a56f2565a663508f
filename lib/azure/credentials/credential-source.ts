import type { Clock } from '../../async/clock.ts';
import type { Environment, Settings } from '../../settings.ts';
import type { IdentitySourceName, Token } from '../token.ts';

/** One credential that can give a token. */
export interface CredentialSource {
  /** What is known before the first token. */
  readonly name: IdentitySourceName;
  readonly endpoint: string | null;
  /**
   * Fetches a new token and bypasses caches where possible.
   * @throws {NoTokenError} its message is safe to show
   */
  fetch(request: FetchRequest): Promise<FetchedToken>;
}

export interface FetchRequest {
  readonly resource: string;
  readonly claims: string | null;
  /** null = the tenant of the sign-in. */
  readonly tenantId: string | null;
  /** The caller still has a valid token, so make only one quick attempt. */
  readonly quick: boolean;
  readonly signal: AbortSignal;
}

export interface FetchedToken extends Token {
  readonly source: IdentitySourceName;
  readonly endpoint: string | null;
}

export interface CredentialSourceOptions {
  readonly settings: Settings;
  readonly environment: Environment;
  /** Other sources follow, so IMDS, which may not exist, has one second to respond. */
  readonly inChain: boolean;
  readonly clock: Clock;
}
