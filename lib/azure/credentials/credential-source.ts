import type { Clock } from '../../async/clock.ts';
import type { Environment, Settings } from '../../settings.ts';
import type { IdentitySourceName, Token } from '../token.ts';

/** One way to a token. */
export interface CredentialLink {
  /** As far as it is known before the first token. */
  readonly source: IdentitySourceName;
  readonly endpoint: string | null;
  /**
   * A new token, past every cache that can be got past.
   * @throws {NoTokenError} safe to show
   */
  fetch(request: FetchRequest): Promise<FetchedToken>;
}

export interface FetchRequest {
  readonly resource: string;
  readonly claims: string | null;
  /** null = the sign-in's own. */
  readonly tenantId: string | null;
  /** A token is at hand that still holds: one quick attempt will do. */
  readonly quick: boolean;
  readonly signal: AbortSignal;
}

export interface FetchedToken extends Token {
  readonly source: IdentitySourceName;
  readonly endpoint: string | null;
}

export interface LinkOptions {
  readonly settings: Settings;
  readonly environment: Environment;
  /** Other links follow: an IMDS that may not exist gets one second to show itself. */
  readonly inChain: boolean;
  readonly clock: Clock;
}
