import type { Environment, Settings } from '../settings.ts';
import type { TokenSource } from './token.ts';

export type { IdentitySourceName, Token, TokenRequest, TokenSource } from './token.ts';

/** Tokens of the identity that the settings and the environment name. Nothing is fetched or loaded before the first call. */
export function createTokenSource(_settings: Settings, _environment: Environment): TokenSource {
  throw new Error('to come');
}
