import type { Environment } from '../../settings.ts';
import { hideTokens } from '../hide-tokens.ts';

/** Environment variables that hold secrets of an identity endpoint or a credential. */
const secretNames = [
  'IDENTITY_HEADER',
  'MSI_SECRET',
  'AZURE_CLIENT_SECRET',
  'AZURE_CLIENT_CERTIFICATE_PASSWORD',
  'SYSTEM_ACCESSTOKEN',
];
const bearer = /\b(Bearer|Basic)\s+[\w.~+/=-]{16,}/gi;
const tokenField = /("(?:access_token|refresh_token|id_token|accessToken|client_secret)"\s*:\s*")[^"]*/gi;

/** Text from a server or a library, as one short line without anything that is or looks like a secret. */
export function redact(text: string, environment: Environment): string {
  let safe = text;
  for (const name of secretNames) {
    const secret = environment[name];
    if (secret !== undefined && secret !== '') safe = safe.replaceAll(secret, '***');
  }
  safe = hideTokens(safe, '***').replace(bearer, '$1 ***').replace(tokenField, '$1***');
  safe = safe.replaceAll(/\s+/g, ' ').trim();
  return safe.length > 1_000 ? `${safe.slice(0, 1_000)}…` : safe;
}
