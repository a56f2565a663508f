// Made from the OpenAPI document by scripts/page-types.ts. Do not edit: `npm run page-types` writes it.

export type PrincipalOrNeverSeen = {
  readonly principalId: string;
  readonly clientId: string | null;
  readonly kind: 'SystemAssigned' | 'UserAssigned';
  readonly identityId: string | null;
  readonly tenantId: string | null;
  readonly state: 'attached' | 'detached' | 'dangling' | 'gone' | 'unknown';
  readonly firstSeen: string;
  readonly lastSeen: string;
  readonly accessCoverage: {
    readonly direct: 'complete' | 'partial' | 'notRead';
    readonly groups: 'notRead';
    readonly directory: 'notRead';
    readonly dataActions?: 'notRead';
  };
  readonly virtualMachineCount: number;
  readonly virtualMachines: readonly {
    readonly id: string;
    readonly name: string;
    readonly subscriptionId: string;
    readonly attachedFrom: string;
    readonly detachedAt: string | null;
  }[];
  readonly roleAssignments: readonly {
    readonly id: string;
    readonly scope: string;
    readonly roleDefinitionId: string;
    readonly roleDefinitionName: string | null;
    readonly inherited: boolean;
    readonly condition: string | null;
    readonly privilege: 'high' | 'medium' | null;
    readonly privilegePlane: 'control' | 'data' | 'both' | null;
    readonly permissions?: readonly {
      readonly actions: readonly string[];
      readonly notActions: readonly string[];
      readonly dataActions: readonly string[];
      readonly notDataActions: readonly string[];
    }[] | null;
  }[];
  readonly federatedCredentials: readonly {
    readonly name: string;
    readonly issuer: string;
    readonly subject: string;
    readonly audiences: readonly string[];
  }[];
  readonly roleAssignmentCount?: number;
  readonly highestPrivilege?: 'high' | 'medium' | null;
} | {
  readonly principalId: string;
  readonly state: 'neverSeen';
};

export type PrincipalOrLive = {
  readonly principalId: string;
  readonly clientId: string | null;
  readonly kind: 'SystemAssigned' | 'UserAssigned';
  readonly identityId: string | null;
  readonly tenantId: string | null;
  readonly state: 'attached' | 'detached' | 'dangling' | 'gone' | 'unknown';
  readonly firstSeen: string;
  readonly lastSeen: string;
  readonly accessCoverage: {
    readonly direct: 'complete' | 'partial' | 'notRead';
    readonly groups: 'notRead';
    readonly directory: 'notRead';
    readonly dataActions?: 'notRead';
  };
  readonly virtualMachineCount: number;
  readonly virtualMachines: readonly {
    readonly id: string;
    readonly name: string;
    readonly subscriptionId: string;
    readonly attachedFrom: string;
    readonly detachedAt: string | null;
  }[];
  readonly roleAssignments: readonly {
    readonly id: string;
    readonly scope: string;
    readonly roleDefinitionId: string;
    readonly roleDefinitionName: string | null;
    readonly inherited: boolean;
    readonly condition: string | null;
    readonly privilege: 'high' | 'medium' | null;
    readonly privilegePlane: 'control' | 'data' | 'both' | null;
    readonly permissions?: readonly {
      readonly actions: readonly string[];
      readonly notActions: readonly string[];
      readonly dataActions: readonly string[];
      readonly notDataActions: readonly string[];
    }[] | null;
  }[];
  readonly federatedCredentials: readonly {
    readonly name: string;
    readonly issuer: string;
    readonly subject: string;
    readonly audiences: readonly string[];
  }[];
  readonly roleAssignmentCount?: number;
  readonly highestPrivilege?: 'high' | 'medium' | null;
  readonly asOf: string;
  readonly runId: string;
  readonly complete: boolean;
  readonly coverage: {
    readonly complete: number;
    readonly partial: number;
    readonly failed: number;
    readonly denied: number;
    readonly skipped: number;
    readonly blindSpots: number | null;
  };
} | {
  readonly principalId: string;
  readonly clientId: string | null;
  readonly kind: 'SystemAssigned' | 'UserAssigned' | null;
  readonly identityId: string | null;
  readonly tenantId: string | null;
  readonly state: 'attached' | 'detached' | 'dangling' | 'gone' | 'unknown' | 'neverSeen';
  readonly firstSeen: string | null;
  readonly lastSeen: string | null;
  readonly virtualMachineCount: number;
  readonly virtualMachines: readonly {
    readonly id: string;
    readonly name: string;
    readonly subscriptionId: string;
    readonly attachedFrom: string;
    readonly detachedAt: string | null;
  }[];
  readonly federatedCredentials: readonly {
    readonly name: string;
    readonly issuer: string;
    readonly subject: string;
    readonly audiences: readonly string[];
  }[];
  readonly accessCoverage: {
    readonly direct: 'complete' | 'partial' | 'notRead';
    readonly groups: {
      readonly subscriptionsRead: number;
      readonly subscriptionsAsked: number;
    };
    readonly directory: 'notRead';
    readonly dataActions?: 'notRead';
  };
  readonly roleAssignments: readonly {
    readonly id: string;
    readonly scope: string;
    readonly roleDefinitionId: string;
    readonly roleDefinitionName: string | null;
    readonly inherited: boolean;
    readonly condition: string | null;
    readonly privilege: 'high' | 'medium' | null;
    readonly privilegePlane: 'control' | 'data' | 'both' | null;
    readonly permissions?: readonly {
      readonly actions: readonly string[];
      readonly notActions: readonly string[];
      readonly dataActions: readonly string[];
      readonly notDataActions: readonly string[];
    }[] | null;
    readonly via: 'direct' | 'group';
    readonly groupId: string | null;
  }[];
  readonly asOf: string;
  readonly runId: null;
  readonly complete: boolean;
  readonly coverage: {
    readonly complete: number;
    readonly partial: number;
    readonly failed: number;
    readonly denied: number;
    readonly skipped: number;
    readonly blindSpots: number | null;
  };
};

export type VirtualMachine = {
  readonly id: string;
  readonly name: string;
  readonly type: 'Microsoft.Compute/virtualMachines' | 'Microsoft.Compute/virtualMachineScaleSets' | 'Microsoft.HybridCompute/machines';
  readonly subscriptionId: string;
  readonly subscriptionName: string;
  readonly resourceGroup: string;
  readonly location: string;
  readonly zones: readonly string[];
  readonly vmId: string | null;
  readonly vmSize: string | null;
  readonly osType: string | null;
  readonly priority: string;
  readonly provisioningState: string | null;
  readonly timeCreated: string | null;
  readonly powerState: string | null;
  readonly tags: Readonly<Record<string, string>>;
  readonly scaleSetId: string | null;
  readonly instanceCount?: number;
  readonly identity: {
    readonly type: 'None' | 'SystemAssigned' | 'UserAssigned' | 'SystemAssigned, UserAssigned';
    readonly principalId: string | null;
    readonly tenantId: string | null;
    readonly userAssignedIdentities: Readonly<Record<string, {
      readonly principalId: string | null;
      readonly clientId: string | null;
    }>>;
  };
  readonly principalIds: readonly string[];
  readonly firstSeen: string;
  readonly lastSeen: string;
  readonly deletedAt: string | null;
  readonly stale: boolean;
};

export type VirtualMachineById = {
  readonly id: string;
  readonly name: string;
  readonly type: 'Microsoft.Compute/virtualMachines' | 'Microsoft.Compute/virtualMachineScaleSets' | 'Microsoft.HybridCompute/machines';
  readonly subscriptionId: string;
  readonly subscriptionName: string;
  readonly resourceGroup: string;
  readonly location: string;
  readonly zones: readonly string[];
  readonly vmId: string | null;
  readonly vmSize: string | null;
  readonly osType: string | null;
  readonly priority: string;
  readonly provisioningState: string | null;
  readonly timeCreated: string | null;
  readonly powerState: string | null;
  readonly tags: Readonly<Record<string, string>>;
  readonly scaleSetId: string | null;
  readonly instanceCount?: number;
  readonly identity: {
    readonly type: 'None' | 'SystemAssigned' | 'UserAssigned' | 'SystemAssigned, UserAssigned';
    readonly principalId: string | null;
    readonly tenantId: string | null;
    readonly userAssignedIdentities: Readonly<Record<string, {
      readonly principalId: string | null;
      readonly clientId: string | null;
    }>>;
  };
  readonly principalIds: readonly string[];
  readonly firstSeen: string;
  readonly lastSeen: string;
  readonly deletedAt: string | null;
  readonly stale: boolean;
  readonly movedTo?: string;
  readonly asOf: string;
  readonly runId: string | null;
  readonly complete: boolean;
  readonly coverage: {
    readonly complete: number;
    readonly partial: number;
    readonly failed: number;
    readonly denied: number;
    readonly skipped: number;
    readonly blindSpots: number | null;
  };
};

export type MachineFacets = {
  readonly count: number;
  readonly facets: {
    readonly subscriptionId?: readonly {
      readonly value: string;
      readonly label: string;
      readonly count: number;
    }[] | null;
    readonly location?: readonly {
      readonly value: string;
      readonly label: string;
      readonly count: number;
    }[] | null;
    readonly osType?: readonly {
      readonly value: string;
      readonly label: string;
      readonly count: number;
    }[] | null;
    readonly identityType?: readonly {
      readonly value: string;
      readonly label: string;
      readonly count: number;
    }[] | null;
    readonly powerState?: readonly {
      readonly value: string;
      readonly label: string;
      readonly count: number;
    }[] | null;
    readonly vmSize?: readonly {
      readonly value: string;
      readonly label: string;
      readonly count: number;
    }[] | null;
    readonly type?: readonly {
      readonly value: string;
      readonly label: string;
      readonly count: number;
    }[] | null;
    readonly stale?: readonly {
      readonly value: string;
      readonly label: string;
      readonly count: number;
    }[] | null;
  };
  readonly asOf: string;
  readonly runId: string;
  readonly complete: boolean;
  readonly coverage: {
    readonly complete: number;
    readonly partial: number;
    readonly failed: number;
    readonly denied: number;
    readonly skipped: number;
    readonly blindSpots: number | null;
  };
};

export type Principal = {
  readonly principalId: string;
  readonly clientId: string | null;
  readonly kind: 'SystemAssigned' | 'UserAssigned';
  readonly identityId: string | null;
  readonly tenantId: string | null;
  readonly state: 'attached' | 'detached' | 'dangling' | 'gone' | 'unknown';
  readonly firstSeen: string;
  readonly lastSeen: string;
  readonly accessCoverage: {
    readonly direct: 'complete' | 'partial' | 'notRead';
    readonly groups: 'notRead';
    readonly directory: 'notRead';
    readonly dataActions?: 'notRead';
  };
  readonly virtualMachineCount: number;
  readonly virtualMachines: readonly {
    readonly id: string;
    readonly name: string;
    readonly subscriptionId: string;
    readonly attachedFrom: string;
    readonly detachedAt: string | null;
  }[];
  readonly roleAssignments: readonly {
    readonly id: string;
    readonly scope: string;
    readonly roleDefinitionId: string;
    readonly roleDefinitionName: string | null;
    readonly inherited: boolean;
    readonly condition: string | null;
    readonly privilege: 'high' | 'medium' | null;
    readonly privilegePlane: 'control' | 'data' | 'both' | null;
    readonly permissions?: readonly {
      readonly actions: readonly string[];
      readonly notActions: readonly string[];
      readonly dataActions: readonly string[];
      readonly notDataActions: readonly string[];
    }[] | null;
  }[];
  readonly federatedCredentials: readonly {
    readonly name: string;
    readonly issuer: string;
    readonly subject: string;
    readonly audiences: readonly string[];
  }[];
  readonly roleAssignmentCount?: number;
  readonly highestPrivilege?: 'high' | 'medium' | null;
};

export type Change = {
  readonly at: string;
  readonly notBefore: string | null;
  readonly runId: string;
  readonly kind: 'virtualMachineCreated' | 'virtualMachineDeleted' | 'virtualMachineRecreated' | 'virtualMachineMoved' | 'virtualMachineUpdated' | 'identityAttached' | 'identityDetached' | 'identityRecreated' | 'roleAssigned' | 'roleRemoved' | 'roleInheritanceLost' | 'federatedCredentialAdded' | 'federatedCredentialRemoved' | 'subscriptionAppeared' | 'subscriptionLost' | 'subscriptionForgotten' | 'outOfScope' | 'tenantChanged';
  readonly resourceId: string;
  readonly principalId: string | null;
  readonly before: Readonly<Record<string, unknown>> | null;
  readonly after: Readonly<Record<string, unknown>> | null;
  readonly by: {
    readonly caller: string | null;
    readonly callerType: 'user' | 'application' | 'managedIdentity' | 'platform' | 'unknown';
    readonly callerId: string | null;
    readonly operation: string;
    readonly at: string;
    readonly correlationId: string | null;
    readonly clientIpAddress: string | null;
    readonly candidates: readonly (string | null)[] | null;
  } | null;
  readonly byStatus: 'found' | 'notFound' | 'notRead' | 'expired' | 'off';
};

export type Finding = {
  readonly rule: 'privilegedIdentity' | 'idlePrivilegedIdentity' | 'sharedIdentity' | 'danglingIdentity' | 'orphanedRoleAssignment' | 'crossSubscriptionAccess' | 'recreatedPrincipalKeepsRoles';
  readonly severity: 'high' | 'medium' | 'low';
  readonly resourceId: string;
  readonly principalId: string;
  readonly message: string;
  readonly remediation: string;
  readonly firstSeen: string;
  readonly stale: boolean;
};

export type Coverage = {
  readonly subscriptionId: string;
  readonly displayName: string;
  readonly tenantId: string | null;
  readonly state: string;
  readonly status: 'complete' | 'partial' | 'failed' | 'denied' | 'skipped';
  readonly reason: {
    readonly code: string;
    readonly message: string;
    readonly hint: string | null;
  } | null;
  readonly kinds: {
    readonly virtualMachines?: {
      readonly status: 'complete' | 'partial' | 'failed' | 'denied' | 'skipped';
      readonly reason: {
        readonly code: string;
        readonly message: string;
        readonly hint: string | null;
      } | null;
      readonly count: number;
    };
    readonly powerStates?: {
      readonly status: 'complete' | 'partial' | 'failed' | 'denied' | 'skipped';
      readonly reason: {
        readonly code: string;
        readonly message: string;
        readonly hint: string | null;
      } | null;
      readonly count: number;
    };
    readonly scaleSets?: {
      readonly status: 'complete' | 'partial' | 'failed' | 'denied' | 'skipped';
      readonly reason: {
        readonly code: string;
        readonly message: string;
        readonly hint: string | null;
      } | null;
      readonly count: number;
    };
    readonly arcMachines?: {
      readonly status: 'complete' | 'partial' | 'failed' | 'denied' | 'skipped';
      readonly reason: {
        readonly code: string;
        readonly message: string;
        readonly hint: string | null;
      } | null;
      readonly count: number;
    };
    readonly identities?: {
      readonly status: 'complete' | 'partial' | 'failed' | 'denied' | 'skipped';
      readonly reason: {
        readonly code: string;
        readonly message: string;
        readonly hint: string | null;
      } | null;
      readonly count: number;
    };
    readonly roleAssignments?: {
      readonly status: 'complete' | 'partial' | 'failed' | 'denied' | 'skipped';
      readonly reason: {
        readonly code: string;
        readonly message: string;
        readonly hint: string | null;
      } | null;
      readonly count: number;
    };
  };
  readonly virtualMachineCount: number;
  readonly requests: number;
  readonly pages: number;
  readonly retries: number;
  readonly throttledMilliseconds: number;
  readonly requestId: string | null;
  readonly readAt: string | null;
  readonly source: string | null;
  readonly grantCommand?: string;
};

export type BlindSpot = {
  readonly subscriptionId: string;
  readonly displayName: string | null;
  readonly since: string;
  readonly grantCommand: string;
  readonly source: 'managementGroup' | 'previousRun' | 'configured';
};

export type Run = {
  readonly id: string;
  readonly trigger: 'timer' | 'http' | 'cli';
  readonly status: 'running' | 'succeeded' | 'failed' | 'cancelled' | 'timedOut';
  readonly scope: readonly string[] | null;
  readonly startedAt: string;
  readonly finishedAt: string | null;
  readonly complete: boolean;
  readonly reason: {
    readonly code: string;
    readonly message: string;
    readonly hint: string | null;
  } | null;
  readonly virtualMachineCount: number;
  readonly principalCount: number;
  readonly coverage: {
    readonly complete: number;
    readonly partial: number;
    readonly failed: number;
    readonly denied: number;
    readonly skipped: number;
    readonly blindSpots: number | null;
  };
  readonly changes: Readonly<Record<string, number>>;
  readonly progress: {
    readonly step: 'plan' | 'collect' | 'publish' | 'report' | 'done';
    readonly subscriptionsDone: number;
    readonly subscriptionsTotal: number;
    readonly virtualMachines: number;
    readonly requests: number;
    readonly restarts?: number;
    readonly updatedAt: string;
  };
};

export type Summary = {
  readonly asOf: string;
  readonly runId: string;
  readonly complete: boolean;
  readonly coverage: {
    readonly complete: number;
    readonly partial: number;
    readonly failed: number;
    readonly denied: number;
    readonly skipped: number;
    readonly blindSpots: number | null;
  };
  readonly version: string;
  readonly damaged: boolean;
  readonly reason: {
    readonly code: string;
    readonly message: string;
    readonly hint: string | null;
  } | null;
  readonly previousRunId: string | null;
  readonly machines: {
    readonly virtualMachines: number;
    readonly scaleSets: number;
    readonly arcMachines: number;
    readonly stale: number;
    readonly byIdentityType: {
      readonly none: number;
      readonly systemAssigned: number;
      readonly userAssigned: number;
      readonly both: number;
    };
  };
  readonly principals: {
    readonly attached: number;
  };
  readonly findings: {
    readonly high: number;
    readonly medium: number;
    readonly low: number;
    readonly stale: number;
    readonly accepted: number;
    readonly byRule: Readonly<Record<string, number>>;
  };
  readonly changes: Readonly<Record<string, number>>;
  readonly gaps: readonly {
    readonly subscriptionId: string;
    readonly displayName: string;
    readonly status: 'complete' | 'partial' | 'failed' | 'denied' | 'skipped';
    readonly reason: {
      readonly code: string;
      readonly message: string;
      readonly hint: string | null;
    } | null;
  }[];
  readonly blindSpots: readonly {
    readonly subscriptionId: string;
    readonly displayName: string | null;
    readonly since: string;
    readonly grantCommand: string;
    readonly source: 'managementGroup' | 'previousRun' | 'configured';
  }[] | null;
  readonly runs: readonly {
    readonly runId: string;
    readonly finishedAt: string;
    readonly complete: boolean;
    readonly virtualMachineCount: number;
    readonly principalCount: number;
  }[];
};

export type SearchHit = {
  readonly kind: 'principal' | 'virtualMachine' | 'scaleSet' | 'arc' | 'identity' | 'resourceGroup' | 'subscription';
  readonly id: string;
  readonly label: string;
  readonly detail: string;
  readonly principalId: string | null;
  readonly match: 'principalId' | 'clientId' | 'vmId' | 'subscriptionId' | 'id' | 'name' | 'displayName';
  readonly exact: boolean;
};

export type CoverageCounts = {
  readonly complete: number;
  readonly partial: number;
  readonly failed: number;
  readonly denied: number;
  readonly skipped: number;
  readonly blindSpots: number | null;
};

export type Health = {
  readonly status: 'healthy' | 'unhealthy';
  readonly version: string;
  readonly commit: string | null;
  readonly lastRun: {
    readonly finishedAt: string;
    readonly ageSeconds: number;
    readonly complete: boolean;
  } | null;
  readonly error?: {
    readonly code: string;
    readonly message: string;
  };
};

export type Identity = {
  readonly source: string;
  readonly endpoint: string | null;
  readonly principalId: string | null;
  readonly clientId: string | null;
  readonly identityId: string | null;
  readonly tenantId: string | null;
  readonly audience: string;
  readonly expiresOn: string;
  readonly cloud: string;
  readonly roles: readonly {
    readonly scope: string;
    readonly roleDefinitionName: string;
  }[] | null;
  readonly missingRights: readonly {
    readonly scope: string;
    readonly role: string;
    readonly grantCommand: string;
  }[] | null;
  readonly otherIdentities: readonly {
    readonly principalId: string;
    readonly clientId: string | null;
    readonly identityId: string | null;
    readonly roles: readonly {
      readonly scope: string;
      readonly roleDefinitionName: string;
      readonly removeCommand: string | null;
    }[] | null;
  }[];
  readonly nodeVersion: string;
};

export type Error = {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly target: string | null;
    readonly details: readonly {
      readonly code: string;
      readonly message: string;
    }[];
  };
};

/** What each function answers, by its name. */
export interface Answers {
  readonly 'summary': Summary;
  readonly 'search': {
    readonly value: readonly SearchHit[];
    readonly nextLink?: string;
    readonly asOf: string;
    readonly runId: string | null;
    readonly complete: boolean;
    readonly coverage: CoverageCounts;
    readonly truncated: boolean;
  };
  readonly 'virtual-machines': {
    readonly value: readonly VirtualMachine[];
    readonly nextLink?: string;
    readonly asOf: string;
    readonly runId: string | null;
    readonly complete: boolean;
    readonly coverage: CoverageCounts;
    readonly count?: number;
  };
  readonly 'virtual-machines-facets': MachineFacets;
  readonly 'virtual-machine': VirtualMachineById;
  readonly 'subscription-virtual-machines': {
    readonly value: readonly VirtualMachine[];
    readonly nextLink?: string;
    readonly asOf: string;
    readonly runId: string | null;
    readonly complete: boolean;
    readonly coverage: CoverageCounts;
    readonly count?: number;
  };
  readonly 'principals': {
    readonly value: readonly Principal[];
    readonly nextLink?: string;
    readonly asOf: string;
    readonly runId: string | null;
    readonly complete: boolean;
    readonly coverage: CoverageCounts;
  };
  readonly 'principal': PrincipalOrLive;
  readonly 'principals-lookup': {
    readonly value: readonly PrincipalOrNeverSeen[];
    readonly nextLink?: string;
    readonly asOf: string;
    readonly runId: string | null;
    readonly complete: boolean;
    readonly coverage: CoverageCounts;
  };
  readonly 'subscriptions': {
    readonly value: readonly Coverage[];
    readonly nextLink?: string;
    readonly asOf: string;
    readonly runId: string | null;
    readonly complete: boolean;
    readonly coverage: CoverageCounts;
    readonly blindSpots: readonly BlindSpot[] | null;
  };
  readonly 'changes': {
    readonly value: readonly Change[];
    readonly nextLink?: string;
    readonly asOf: string;
    readonly runId: string | null;
    readonly complete: boolean;
    readonly coverage: CoverageCounts;
  };
  readonly 'findings': {
    readonly value: readonly Finding[];
    readonly nextLink?: string;
    readonly asOf: string;
    readonly runId: string | null;
    readonly complete: boolean;
    readonly coverage: CoverageCounts;
  };
  readonly 'runs': {
    readonly value: readonly Run[];
    readonly nextLink?: string;
  };
  readonly 'run-start': Run;
  readonly 'run': Run;
  readonly 'run-cancel': Run;
  readonly 'identity': Identity;
  readonly 'health': Health;
}
