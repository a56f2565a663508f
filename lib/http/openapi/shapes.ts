import * as v from 'valibot';
import { changeShape } from '../../inventory/change.ts';
import { blindSpotShape, coverageCountsShape, coverageShape } from '../../inventory/coverage.ts';
import { findingShape } from '../../inventory/finding.ts';
import { livePrincipalShape } from '../../inventory/live-principal.ts';
import { machineFacetsShape } from '../../inventory/machine-facets.ts';
import { neverSeenPrincipalShape, principalRowShape } from '../../inventory/principal.ts';
import { runShape } from '../../inventory/run.ts';
import { searchHitShape } from '../../inventory/search.ts';
import { count, nullableText, text, time } from '../../inventory/shape.ts';
import { shownEntries, summaryShape } from '../../inventory/summary.ts';
import { machineByIdShape, virtualMachineShape } from '../../inventory/virtual-machine.ts';

const identityRole = { scope: text, roleDefinitionName: text };

/** The shapes of answers. A test checks real answers against them. */
export const shapes = {
  PrincipalOrNeverSeen: v.union([principalRowShape, neverSeenPrincipalShape]),
  PrincipalOrLive: v.union([v.object({ ...principalRowShape.entries, ...shownEntries }), livePrincipalShape]),
  VirtualMachine: virtualMachineShape,
  VirtualMachineById: v.object({ ...machineByIdShape.entries, ...shownEntries, runId: nullableText }),
  MachineFacets: v.object({ ...machineFacetsShape.entries, ...shownEntries }),
  Principal: principalRowShape,
  Change: changeShape,
  Finding: findingShape,
  Coverage: coverageShape,
  BlindSpot: blindSpotShape,
  Run: runShape,
  Summary: summaryShape,
  SearchHit: searchHitShape,
  CoverageCounts: coverageCountsShape,
  Health: v.object({
    status: v.picklist(['healthy', 'unhealthy']),
    version: text,
    /** Of a package that a pipeline built. */
    commit: nullableText,
    lastRun: v.nullable(v.object({ finishedAt: time, ageSeconds: count, complete: v.boolean() })),
    /** While a setting is wrong. */
    error: v.exactOptional(v.object({ code: text, message: text })),
  }),
  Identity: v.object({
    source: text,
    endpoint: nullableText,
    principalId: nullableText,
    clientId: nullableText,
    identityId: nullableText,
    tenantId: nullableText,
    audience: text,
    expiresOn: time,
    cloud: text,
    roles: v.nullable(v.array(v.object(identityRole))),
    missingRights: v.nullable(v.array(v.object({ scope: text, role: text, grantCommand: text }))),
    otherIdentities: v.array(
      v.object({
        principalId: text,
        clientId: nullableText,
        identityId: nullableText,
        roles: v.nullable(v.array(v.object({ ...identityRole, removeCommand: nullableText }))),
      }),
    ),
    nodeVersion: text,
  }),
  Error: v.object({
    error: v.object({
      code: text,
      message: text,
      target: nullableText,
      details: v.array(v.object({ code: text, message: text })),
    }),
  }),
};
export type ShapeName = keyof typeof shapes;
