import { type Clock, systemClock } from '../../async/clock.ts';
import { NoTokenError } from '../../errors.ts';
import type { Environment, Settings } from '../../settings.ts';
import type { CredentialLink, FetchedToken, FetchRequest } from './credential-source.ts';
import { type CredentialName, developerLink } from './developer-credential-source.ts';
import { managedIdentityLink } from './managed-identity-source.ts';
import { noCredentialError } from './no-credential-error.ts';

const deployed = ['EnvironmentCredential', 'WorkloadIdentityCredential', 'ManagedIdentityCredential'] as const;
const developers = [
  'VisualStudioCodeCredential',
  'AzureCliCredential',
  'AzurePowerShellCredential',
  'AzureDeveloperCliCredential',
] as const;

/**
 * The ways to a token in the order in which they are tried: the host's managed identity and nothing else inside Functions, else
 * those of DefaultAzureCredential in its order; `AZURE_TOKEN_CREDENTIALS` narrows both as it does there.
 * @param clock how to wait between attempts
 * @see https://learn.microsoft.com/azure/developer/javascript/sdk/authentication/credential-chains
 */
export function credentialLinks(
  settings: Settings,
  environment: Environment,
  clock: Clock = systemClock,
): CredentialLink[] {
  const names = credentialNames(settings);
  const options = { settings, environment, inChain: names.length > 1, clock };
  return names.map((name) =>
    name === 'ManagedIdentityCredential' ? managedIdentityLink(options) : developerLink(name, options),
  );
}

function credentialNames({ tokenCredentials, insideFunctions }: Settings): readonly CredentialName[] {
  if (tokenCredentials === 'dev') return developers;
  if (tokenCredentials === 'prod') return deployed;
  if (tokenCredentials !== null) return [tokenCredentials];
  return insideFunctions ? ['ManagedIdentityCredential'] : [...deployed, ...developers];
}

/**
 * The first token that one of the links gives. A credential that is set up and refused ends the search, as in DefaultAzureCredential:
 * going on with another identity would answer for the wrong one.
 * @throws {NoTokenError} none gave one: the cause that matters, and what to turn on
 */
export async function fetchFromFirst(links: readonly CredentialLink[], request: FetchRequest): Promise<FetchedToken> {
  const failures: { readonly link: CredentialLink; readonly error: NoTokenError }[] = [];
  for (const link of links) {
    try {
      return await link.fetch(request);
    } catch (error) {
      if (!(error instanceof NoTokenError) || error.code === 'AuthenticationFailed') throw error;
      failures.push({ link, error });
    }
  }
  throw noCredentialError(failures, request);
}
