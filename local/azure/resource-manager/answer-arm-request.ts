import { randomUUID } from 'node:crypto';
import type { Answer } from '../answer.ts';
import type { RateLimiter } from '../faults/rate-limits.ts';
import type { SampleTenant } from '../sample-tenant.ts';
import type { TokenIssuer } from '../tokens.ts';
import { errors } from './arm-errors.ts';
import { authenticate } from './authenticate.ts';
import type { PageCache } from './page-cache.ts';
import { answerUnknownPath, createRouter, refuseApiVersion } from './router.ts';
import { arcMachineRoutes } from './routes/arc-machines.ts';
import { authorizationRoutes } from './routes/authorization.ts';
import { managementGroupRoutes } from './routes/management-groups.ts';
import { scaleSetRoutes } from './routes/scale-sets.ts';
import { subscriptionRoutes } from './routes/subscriptions.ts';
import { userAssignedIdentityRoutes } from './routes/user-assigned-identities.ts';
import { virtualMachineRoutes } from './routes/virtual-machines.ts';

export interface ResourceManager {
  readonly tenant: SampleTenant;
  readonly issuer: TokenIssuer;
  readonly limiter: RateLimiter;
  readonly pages: PageCache;
  readonly pageSize: number;
}

const findRoute = createRouter([
  ...subscriptionRoutes,
  ...virtualMachineRoutes,
  ...scaleSetRoutes,
  ...arcMachineRoutes,
  ...userAssignedIdentityRoutes,
  ...authorizationRoutes,
  ...managementGroupRoutes,
]);

/** Answers one request as Resource Manager does: token first, then limits, api-version, rights, and the resource. */
export function answerArmRequest(
  manager: ResourceManager,
  method: string,
  url: URL,
  authorization: string | undefined,
): Answer {
  const requestId = randomUUID();
  const common = {
    'cache-control': 'no-cache',
    'x-ms-request-id': requestId,
    'x-ms-correlation-request-id': requestId,
  };
  const { tenant } = manager;
  const checked = authenticate(authorization, tenant.tenantId, manager.issuer);
  if (checked.kind === 'refused') return withHeaders(checked.answer, common);
  const verdict = manager.limiter.take({ path: url.pathname, principalId: checked.claims.oid });
  const headers = { ...common, ...verdict.headers };
  return withHeaders(verdict.refusal ?? route(), headers);

  function route(): Answer {
    const matched = findRoute(url.pathname);
    if (matched === null) return answerUnknownPath(url);
    const refusal = refuseApiVersion(matched.route, url);
    if (refusal !== null) return refusal;
    if (method !== 'GET') return errors.methodNotAllowed(method);
    if (checked.kind === 'refused') return checked.answer;
    const { pages, pageSize } = manager;
    return matched.route.answer({
      method,
      url,
      caller: checked.claims,
      parameters: matched.parameters,
      tenant,
      pages,
      pageSize,
    });
  }
}

function withHeaders(answer: Answer, headers: Answer['headers']): Answer {
  return { ...answer, headers: { ...headers, ...answer.headers } };
}
