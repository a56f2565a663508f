import * as v from 'valibot';
import type { Change } from '../../inventory/change.ts';
import { type Coverage, type CoverageCounts, coverageStatuses, kinds } from '../../inventory/coverage.ts';
import { type Finding, findingRules, severities } from '../../inventory/finding.ts';
import { type NeverSeenPrincipal, type Principal, principalStates } from '../../inventory/principal.ts';
import { changeKinds, type Run, runIdPattern, runStatuses, runStepNames } from '../../inventory/run.ts';
import { identityTypes, machineTypes, type VirtualMachine } from '../../inventory/virtual-machine.ts';

/** What answers look like, for their description: requests are what is validated. A test holds real answers against them. */

const text = v.string();
const maybe = v.nullable(text);
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const time = v.pipe(text, v.metadata({ format: 'date-time' }));
const id = v.pipe(text, v.metadata({ format: 'uuid' }));
const runId = v.pipe(text, v.regex(runIdPattern));
const reason = v.nullable(v.strictObject({ code: text, message: text, hint: maybe }));
const fields = v.nullable(v.record(text, v.unknown()));

const coverageCounts: v.GenericSchema<CoverageCounts> = v.strictObject({
  complete: count,
  partial: count,
  failed: count,
  denied: count,
  skipped: count,
  blindSpots: v.nullable(count),
});

const virtualMachine: v.GenericSchema<VirtualMachine> = v.strictObject({
  id: text,
  name: text,
  type: v.picklist(machineTypes),
  subscriptionId: id,
  subscriptionName: text,
  resourceGroup: text,
  location: text,
  zones: v.array(text),
  vmId: maybe,
  vmSize: maybe,
  osType: maybe,
  priority: text,
  provisioningState: maybe,
  timeCreated: v.nullable(time),
  powerState: maybe,
  tags: v.record(text, text),
  scaleSetId: maybe,
  instanceCount: v.exactOptional(count),
  identity: v.strictObject({
    type: v.picklist(identityTypes),
    principalId: maybe,
    tenantId: maybe,
    userAssignedIdentities: v.record(text, v.strictObject({ principalId: maybe, clientId: maybe })),
  }),
  principalIds: v.array(id),
  firstSeen: time,
  lastSeen: time,
  deletedAt: v.nullable(time),
  stale: v.boolean(),
});

const notRead = v.literal('notRead');
const principal: v.GenericSchema<Principal> = v.strictObject({
  principalId: id,
  clientId: maybe,
  kind: v.picklist(['SystemAssigned', 'UserAssigned']),
  identityId: maybe,
  tenantId: maybe,
  state: v.picklist(principalStates),
  firstSeen: time,
  lastSeen: time,
  accessCoverage: v.strictObject({
    direct: v.picklist(['complete', 'partial', 'notRead']),
    groups: notRead,
    directory: notRead,
  }),
  virtualMachines: v.array(
    v.strictObject({
      id: text,
      name: text,
      subscriptionId: id,
      attachedFrom: time,
      detachedAt: v.nullable(time),
    }),
  ),
  roleAssignments: v.array(
    v.strictObject({
      id: text,
      scope: text,
      roleDefinitionId: text,
      roleDefinitionName: maybe,
      inherited: v.boolean(),
      condition: maybe,
    }),
  ),
  federatedCredentials: v.array(v.strictObject({ name: text, issuer: text, subject: text, audiences: v.array(text) })),
});

const change: v.GenericSchema<Change> = v.strictObject({
  at: time,
  notBefore: v.nullable(time),
  runId,
  kind: v.picklist(changeKinds),
  resourceId: text,
  principalId: maybe,
  before: fields,
  after: fields,
});

const finding: v.GenericSchema<Finding> = v.strictObject({
  rule: v.picklist(findingRules),
  severity: v.picklist(severities),
  resourceId: text,
  principalId: text,
  message: text,
  remediation: text,
  firstSeen: time,
  stale: v.boolean(),
});

const status = v.picklist(coverageStatuses);
const coverage: v.GenericSchema<Coverage> = v.strictObject({
  subscriptionId: id,
  displayName: text,
  tenantId: maybe,
  state: text,
  status,
  reason,
  kinds: v.partial(
    v.strictObject(Object.fromEntries(kinds.map((kind) => [kind, v.strictObject({ status, reason, count })]))),
  ),
  virtualMachineCount: count,
  requests: count,
  pages: count,
  retries: count,
  throttledMilliseconds: count,
  requestId: maybe,
  readAt: v.nullable(time),
  source: maybe,
});

const blindSpot = v.strictObject({
  subscriptionId: id,
  displayName: maybe,
  since: time,
  grantCommand: text,
  source: v.picklist(['managementGroup', 'previousRun', 'configured']),
});

const run: v.GenericSchema<Run> = v.strictObject({
  id: runId,
  trigger: v.picklist(['timer', 'http', 'cli']),
  status: v.picklist(runStatuses),
  scope: v.nullable(v.array(id)),
  startedAt: time,
  finishedAt: v.nullable(time),
  complete: v.boolean(),
  reason,
  virtualMachineCount: count,
  principalCount: count,
  coverage: coverageCounts,
  changes: v.record(v.picklist(changeKinds), count),
  progress: v.strictObject({
    step: v.picklist(runStepNames),
    subscriptionsDone: count,
    subscriptionsTotal: count,
    virtualMachines: count,
    requests: count,
    updatedAt: time,
  }),
});

const error = v.strictObject({
  error: v.strictObject({
    code: text,
    message: text,
    target: maybe,
    details: v.array(v.strictObject({ code: text, message: text })),
  }),
});

const neverSeen: v.GenericSchema<NeverSeenPrincipal> = v.strictObject({
  principalId: id,
  state: v.literal('neverSeen'),
});

export const shapes = {
  PrincipalOrNeverSeen: v.union([principal, neverSeen]),
  VirtualMachine: virtualMachine,
  Principal: principal,
  Change: change,
  Finding: finding,
  Coverage: coverage,
  BlindSpot: blindSpot,
  Run: run,
  CoverageCounts: coverageCounts,
  Error: error,
};
export type ShapeName = keyof typeof shapes;
