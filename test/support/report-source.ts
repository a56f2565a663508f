import type { Change } from '../../lib/inventory/change.ts';
import type { Finding } from '../../lib/inventory/finding.ts';
import type { Principal } from '../../lib/inventory/principal.ts';
import type { ReportSource } from '../../lib/inventory/report.ts';
import type { VirtualMachine } from '../../lib/inventory/virtual-machine.ts';
import { guid, machine } from './readings.ts';

export const at = '2026-11-20T06:00:00.000Z';

/** A machine in the form of the outputs. */
export function virtualMachine(name: string, more: Partial<VirtualMachine> = {}): VirtualMachine {
  const { instanceCount: _, ...reading } = machine(name);
  const history = { firstSeen: at, lastSeen: at, deletedAt: null, stale: false };
  return { ...reading, subscriptionName: 'One', powerState: null, principalIds: [], ...history, ...more };
}

export const principal: Principal = {
  principalId: 'p-1',
  clientId: null,
  kind: 'UserAssigned',
  identityId: '/ids/web',
  tenantId: 't',
  state: 'attached',
  firstSeen: at,
  lastSeen: at,
  accessCoverage: { direct: 'complete', groups: 'notRead', directory: 'notRead' },
  virtualMachineCount: 2,
  virtualMachines: ['a', 'b'].map((name) => ({
    id: `/${name}`,
    name,
    subscriptionId: 's',
    attachedFrom: at,
    detachedAt: null,
  })),
  roleAssignments: [
    {
      id: '/roles/1',
      scope: '/subscriptions/s',
      roleDefinitionId: '/definitions/reader',
      roleDefinitionName: null,
      inherited: false,
      condition: null,
      privilege: null,
      privilegePlane: null,
    },
  ],
  federatedCredentials: [{ name: 'github', issuer: 'https://issuer', subject: 'repo:a/b', audiences: ['api'] }],
};

export const change: Change = {
  at,
  notBefore: null,
  runId: '20261120T060000Z-0000',
  kind: 'virtualMachineMoved',
  resourceId: '/new',
  principalId: null,
  before: { id: '/old' },
  after: { id: '/new' },
  by: {
    caller: 'ada@example.com',
    callerType: 'user',
    callerId: null,
    operation: 'Microsoft.Compute/virtualMachines/write',
    at: '2026-11-20T05:00:00.000Z',
    correlationId: 'c-1',
    clientIpAddress: '192.0.2.7',
    candidates: ['ada@example.com', null],
  },
  byStatus: 'found',
};

export const finding: Finding = {
  rule: 'privilegedIdentity',
  severity: 'high',
  resourceId: '/vm',
  principalId: 'p-1',
  message: 'Owner',
  remediation: 'az role assignment delete',
  firstSeen: at,
  stale: false,
};

const denied = {
  status: 'denied',
  reason: { code: 'AuthorizationFailed', message: 'no', hint: 'az role …' },
  count: 0,
} as const;

/** A source that is not complete: one subscription is denied, and one is a blind spot. */
export function reportSource(more: Partial<ReportSource> = {}): ReportSource {
  return {
    name: 'virtualMachines',
    asOf: { runId: '20261120T060000Z-0000', finishedAt: at },
    changesAfter: null,
    complete: false,
    counts: { complete: 3, partial: 0, failed: 0, denied: 1, skipped: 0, blindSpots: 1 },
    kinds: ['virtualMachines', 'identities'],
    coverage: [
      {
        subscriptionId: guid(2),
        displayName: 'Shut <b>',
        tenantId: null,
        state: 'Enabled',
        status: 'denied',
        reason: denied.reason,
        kinds: { virtualMachines: denied, identities: denied, roleAssignments: denied },
        virtualMachineCount: 0,
        requests: 1,
        pages: 0,
        retries: 0,
        throttledMilliseconds: 0,
        requestId: null,
        readAt: null,
        source: null,
      },
    ],
    blindSpots: [
      {
        subscriptionId: guid(3),
        displayName: null,
        source: 'previousRun',
        since: at,
        grantCommand: 'az role assignment create --role Reader',
      },
    ],
    reason: null,
    virtualMachines: () => [virtualMachine('web')],
    principals: () => [principal],
    changes: () => [change],
    findings: () => [finding],
    ...more,
  };
}
