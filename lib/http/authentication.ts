import type { Settings } from '../settings.ts';
import { type AppRole, isAppRole, rolesOf } from './app-roles.ts';
import type { IncomingRequest } from './context.ts';
import { RequestError } from './request-error.ts';

/**
 * Checks the caller where App Service authentication signs users in (`INVENTORY_HTTP_AUTH=entra`). With function keys,
 * the host has checked already. The headers count only while that authentication is on: it alone removes them from
 * requests that bring their own. A caller without an app role has the default role.
 * @param role what the route needs
 * @throws {RequestError} 503 `AuthenticationNotConfigured`, 401 `AuthenticationRequired`, 403 `CrossSiteRequest`, `AppRoleMissing`
 * @see https://learn.microsoft.com/azure/app-service/configure-authentication-user-identities
 */
export function requireCaller(
  request: IncomingRequest,
  role: AppRole,
  settings: Pick<Settings, 'httpAuth' | 'httpAuthDefaultRole' | 'authenticationEnabled'>,
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
  if (role === 'Runs.Write') refuseOtherOrigins(request);
  const given = rolesOf(request.headers.get('x-ms-client-principal')).filter(isAppRole);
  const roles: readonly string[] = given.length > 0 ? given : [settings.httpAuthDefaultRole];
  if (roles.includes(role)) return;
  throw new RequestError(403, 'AppRoleMissing', `The caller does not have the app role ${role}, which this needs`, {
    target: role,
    hint: `Assign the role ${role} to the caller in Microsoft Entra ID, under Enterprise applications; then sign in again`,
  });
}

/**
 * Refuses what a page of another origin makes a browser send. Browsers send the cookie of a sign-in along, and a form on
 * any page can POST. Other clients send no such header: they have no cookie, but a token.
 * @see https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header
 */
function refuseOtherOrigins(request: IncomingRequest): void {
  const site = request.headers.get('sec-fetch-site');
  if (site === null || site === 'same-origin' || site === 'none') return;
  throw new RequestError(403, 'CrossSiteRequest', 'A page of another origin may not start or cancel a run', {
    target: 'sec-fetch-site',
    hint: "Use the app's own page, /api/page, or send the request with a token from a program",
  });
}
