import { type Clock, systemClock } from '../../async/clock.ts';
import { hasCode, NoTokenError } from '../../errors.ts';
import { shellWord } from '../../inventory/commands/shell-word.ts';
import type { Environment, Settings } from '../../settings.ts';
import type { CredentialSource, FetchedToken, FetchRequest } from './credential-source.ts';
import { type CredentialName, developerCredentialSource } from './developer-credential-source.ts';
import { managedIdentitySource } from './managed-identity-source.ts';

const deployed = ['EnvironmentCredential', 'WorkloadIdentityCredential', 'ManagedIdentityCredential'] as const;
const developers = [
  'VisualStudioCodeCredential',
  'AzureCliCredential',
  'AzurePowerShellCredential',
  'AzureDeveloperCliCredential',
] as const;

/**
 * The credential sources in the order to try them. Inside Functions this is only the host's managed identity. Elsewhere
 * it is the order of DefaultAzureCredential. `AZURE_TOKEN_CREDENTIALS` narrows both, as it does there.
 * @param clock for the waits between attempts
 * @see https://learn.microsoft.com/azure/developer/javascript/sdk/authentication/credential-chains
 */
export function credentialSources(
  settings: Settings,
  environment: Environment,
  clock: Clock = systemClock,
): CredentialSource[] {
  const names = credentialNames(settings);
  const options = { settings, environment, inChain: names.length > 1, clock };
  return names.map((name) =>
    name === 'ManagedIdentityCredential' ? managedIdentitySource(options) : developerCredentialSource(name, options),
  );
}

function credentialNames({ tokenCredentials, insideFunctions }: Settings): readonly CredentialName[] {
  if (tokenCredentials === 'dev') return developers;
  if (tokenCredentials === 'prod') return deployed;
  if (tokenCredentials !== null) return [tokenCredentials];
  return insideFunctions ? ['ManagedIdentityCredential'] : [...deployed, ...developers];
}

interface Failure {
  readonly name: string;
  readonly error: NoTokenError;
}

/**
 * The first token that a source gives. As in DefaultAzureCredential, a credential that is configured but refused ends
 * the search, because the next one would be the wrong identity.
 * @throws {NoTokenError} none gave a token: the cause that matters, and how to fix it
 */
export async function fetchFromFirst(
  sources: readonly CredentialSource[],
  request: FetchRequest,
): Promise<FetchedToken> {
  const failures: Failure[] = [];
  for (const source of sources) {
    try {
      return await source.fetch(request);
    } catch (error) {
      if (!(error instanceof NoTokenError) || hasCode(error, 'AuthenticationFailed', 'CertificateNotTrusted'))
        throw error;
      failures.push({ name: source.name, error });
    }
  }
  throw noCredentialError(failures, request);
}

/** Messages of credentials that are not configured. They are ignored if another credential is configured. */
const notConfigured =
  /not (be )?(installed|found|set|available)|incomplete|no tenant|is unavailable|not configured|unavailable due|couldn't be found|could not be found|unable to execute|missing|isn't (available|installed)|must be installed/i;
const managedIdentities = ['AppService', 'IMDS', 'CloudShell', 'AzureArc', 'ServiceFabric', 'MachineLearning'];

/**
 * One error for a chain of failures, in this order: a managed identity endpoint that answered, a credential that is
 * configured but not signed in, and the fact that there is none. The code is the managed identity's if it was tried,
 * because that is what the product is for.
 */
function noCredentialError(failures: readonly Failure[], { resource, tenantId }: FetchRequest): NoTokenError {
  const signIn = `On your own machine, sign in with: az login${tenantId === null ? '' : ` --tenant ${shellWord(tenantId)}`}`;
  const [only] = failures;
  if (only === undefined) {
    return new NoTokenError('CredentialUnavailable', `No credential can get a token for '${resource}'`, {
      hint: signIn,
    });
  }
  if (failures.length === 1) return only.error;
  const managed = failures.find(({ name }) => managedIdentities.includes(name));
  const answered = managed !== undefined && !hasCode(managed.error, 'ManagedIdentityUnavailable') ? managed : undefined;
  const signedOut = failures.find((failure) => failure !== managed && !notConfigured.test(failure.error.message));
  const [first = only, second] = new Set([answered, signedOut, managed].filter((failure) => failure !== undefined));
  const messages = [first, second].flatMap((failure) => failure?.error.message.replace(/\.$/, '') ?? []);
  const hints = [managed?.error.hint, signedOut?.error.hint ?? signIn];
  // Where no managed identity answers, signing in is the likelier way.
  if (answered === undefined) hints.reverse();
  return new NoTokenError(
    { given: (managed ?? first).error.code },
    `No token for '${resource}': ${messages.join('; ')}`,
    { hint: hints.filter((hint) => hint !== undefined && hint !== null).join(' # ') },
  );
}
