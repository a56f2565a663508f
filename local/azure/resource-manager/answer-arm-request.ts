import { randomUUID } from 'node:crypto';
import type { Answer } from '../answer.ts';
import type { AzureState } from '../azure-state.ts';
import { ArmRefusal, refusals } from './arm-errors.ts';
import { authenticate } from './authenticate.ts';
import { azureStackCloud } from './azure-stack.ts';
import { createRouter, publicCloud } from './router.ts';
import { activityLogRoutes } from './routes/activity-log.ts';
import { authorizationRoutes } from './routes/authorization.ts';
import { managementGroupRoutes } from './routes/management-groups.ts';
import { resourceRoutes } from './routes/resources.ts';
import { subscriptionRoutes } from './routes/subscriptions.ts';

const routes = [
  ...subscriptionRoutes,
  ...resourceRoutes,
  ...authorizationRoutes,
  ...managementGroupRoutes,
  ...activityLogRoutes,
];
const findRoute = {
  azure: createRouter(publicCloud(routes)),
  azureStack: createRouter(azureStackCloud(routes)),
} as const;

/** Answers one request in the order of Resource Manager: token, limits, api-version, method, rights, resource. */
export function answerArmRequest(
  { tenant, issuer, limiter, pages, pageSize, cloud }: AzureState,
  method: string,
  url: URL,
  authorization: string | undefined,
): Answer {
  const requestId = randomUUID();
  const headers: Record<string, string> = {
    'cache-control': 'no-cache',
    'x-ms-request-id': requestId,
    'x-ms-correlation-request-id': requestId,
  };
  function answerOrRefuse(): Answer {
    const caller = authenticate(authorization, tenant.tenantId, issuer);
    const limit = limiter.take({ path: url.pathname, principalId: caller.oid });
    Object.assign(headers, limit.headers);
    if (limit.refusal !== null) return limit.refusal;
    const { route, parameters } = findRoute[cloud](url);
    if (method !== 'GET') throw refusals.methodNotAllowed(method);
    return route.answer({ url, caller, parameters, tenant, pages, pageSize });
  }
  try {
    return withHeaders(answerOrRefuse(), headers);
  } catch (error) {
    if (!(error instanceof ArmRefusal)) throw error;
    return withHeaders(error.answer, headers);
  }
}

function withHeaders(answer: Answer, headers: Answer['headers']): Answer {
  return { ...answer, headers: { ...headers, ...answer.headers } };
}
