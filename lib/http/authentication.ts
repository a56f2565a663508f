import type { Settings } from '../settings.ts';
import type { IncomingRequest } from './context.ts';
import { RequestError } from './request-error.ts';

/**
 * Checks the caller where App Service authentication signs users in (`INVENTORY_HTTP_AUTH=entra`). With function keys,
 * the host has checked already. The header counts only while that authentication is on: it alone removes the header
 * from requests that bring their own.
 * @throws {RequestError} 503 `AuthenticationNotConfigured`, 401 `AuthenticationRequired`
 * @see https://learn.microsoft.com/azure/app-service/configure-authentication-user-identities
 */
export function requireCaller(
  request: IncomingRequest,
  settings: Pick<Settings, 'httpAuth' | 'authenticationEnabled'>,
): void {
  if (settings.httpAuth === 'keys') return;
  if (!settings.authenticationEnabled) {
    throw new RequestError(
      503,
      'AuthenticationNotConfigured',
      'INVENTORY_HTTP_AUTH is entra, but App Service authentication is off: the app serves nothing',
      { hint: 'Turn it on (authsettingsV2), or set INVENTORY_HTTP_AUTH=keys' },
    );
  }
  if ((request.headers.get('x-ms-client-principal-id') ?? '') === '') {
    throw new RequestError(401, 'AuthenticationRequired', 'Sign in first: App Service authentication named no caller');
  }
}
