import { NoTokenError } from '../../errors.ts';
import type { CredentialLink, FetchRequest } from './credential-source.ts';

export interface LinkFailure {
  readonly link: Pick<CredentialLink, 'source'>;
  readonly error: NoTokenError;
}

/** Words of a credential that is simply not set up: of no interest beside others. */
const notSetUp =
  /not (be )?(installed|found|set|available)|incomplete|no tenant|is unavailable|not configured|unavailable due|couldn't be found|could not be found|unable to execute|missing|isn't (available|installed)|must be installed/i;
const managedIdentitySources = ['AppService', 'IMDS', 'CloudShell', 'AzureArc', 'ServiceFabric', 'MachineLearning'];

/**
 * One error for a chain of failures: an endpoint that answered speaks first, then what is set up but not signed in, then the fact
 * that nothing is. The code is that of the managed identity where it was tried, since that is what the product is for.
 */
export function noCredentialError(
  failures: readonly LinkFailure[],
  { resource, tenantId }: Pick<FetchRequest, 'resource' | 'tenantId'>,
): NoTokenError {
  const [only] = failures;
  if (only !== undefined && failures.length === 1) return only.error;
  const managed = failures.find(({ link }) => managedIdentitySources.includes(link.source));
  const answered = managed !== undefined && managed.error.code !== 'ManagedIdentityUnavailable' ? managed : undefined;
  const signedOut = failures.find((failure) => failure !== managed && !notSetUp.test(failure.error.message));
  const first = answered ?? signedOut ?? managed ?? only;
  if (first === undefined)
    return new NoTokenError('CredentialUnavailable', `No credential to get a token for '${resource}' with`);
  const second = [answered, signedOut, managed].find((failure) => failure !== undefined && failure !== first);
  const messages = [first, second].flatMap((failure) =>
    failure === undefined ? [] : [failure.error.message.replace(/\.$/, '')],
  );
  const signIn = `On your own machine, sign in with: az login${tenantId === null ? '' : ` --tenant ${tenantId}`}`;
  const hints = [signedOut?.error.hint ?? signIn, managed?.error.hint];
  return new NoTokenError(
    { given: managed?.error.code ?? first.error.code },
    `No token for '${resource}': ${messages.join('; ')}`,
    { hint: hints.filter((hint) => hint !== undefined && hint !== null).join('. ') },
  );
}
