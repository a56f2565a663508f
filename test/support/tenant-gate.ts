import { createServer, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { readAccessToken } from '../../lib/azure/token-claims.ts';

/** Who may read a container: identities of one tenant, and there those with a role. */
export interface Admission {
  readonly tenantId: string;
  readonly hasRole: boolean;
}

export interface TenantGate extends AsyncDisposable {
  readonly origin: string;
  /** `GET /devstoreaccount1/inventory/latest.json`, … in the order they came. */
  readonly requests: string[];
  /** By the container's name. */
  readonly admissions: Map<string, Admission>;
}

/**
 * Stands before Azurite, which knows neither tenants nor roles, and answers as Blob storage does: 401 with the tenant that the
 * account belongs to, 403 without a role.
 * @see https://learn.microsoft.com/rest/api/storageservices/authorize-with-azure-active-directory#bearer-challenge
 */
export async function startTenantGate(
  target: string,
  { cert, key }: { readonly cert: string; readonly key: string },
): Promise<TenantGate> {
  const requests: string[] = [];
  const admissions = new Map<string, Admission>();
  const server = createServer({ cert, key }, (incoming, response) => {
    const { method, url = '/', headers } = incoming;
    requests.push(`${method} ${url}`);
    const { tenantId, hasRole } = admissions.get(url.split('/')[2] ?? '') ?? { tenantId: '', hasRole: false };
    const refuse = (status: number, code: string, more: Record<string, string> = {}): void => {
      incoming.resume();
      response.writeHead(status, { 'x-ms-error-code': code, 'x-ms-request-id': 'request-1', ...more }).end();
    };
    if (readAccessToken(headers.authorization?.replace(/^Bearer /, '') ?? '').tenantId !== tenantId) {
      const challenge = `Bearer authorization_uri=https://login.microsoftonline.com/${tenantId}/oauth2/authorize resource_id=https://storage.azure.com`;
      return refuse(401, 'InvalidAuthenticationInfo', { 'www-authenticate': challenge });
    }
    if (!hasRole) return refuse(403, 'AuthorizationPermissionMismatch');
    const options = { method, headers, rejectUnauthorized: false };
    const onward = request(new URL(url, target), options, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.rawHeaders);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `https://127.0.0.1:${port}`,
    requests,
    admissions,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
