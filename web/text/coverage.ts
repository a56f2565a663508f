/** The texts of the view of coverage. */
export const coverageText = {
  noun: 'subscription',
  statuses: {
    blindSpot: 'blind spot',
    denied: 'denied',
    failed: 'failed',
    partial: 'read in part',
    skipped: 'skipped',
    complete: 'complete',
  },
  sentence: (visible: number, blindSpots: number) =>
    `The app sees ${visible.toLocaleString()} ${visible === 1 ? 'subscription' : 'subscriptions'}` +
    (blindSpots === 0 ? '.' : ` and knows of ${blindSpots.toLocaleString()} more that it does not see.`),
  reading: (subscriptions: number) => `Reading… ${subscriptions.toLocaleString()} so far`,
  copyAll: (commands: number) => `Copy all grant commands (${commands.toLocaleString()})`,
  copyCommand: 'Copy grant command',
  gridLabel: (cells: number) =>
    `${cells.toLocaleString()} subscriptions, one cell each. The table below says the same.`,
  subscription: 'Subscription',
  status: 'Status',
  why: 'Why, and what opens it',
  lastComplete: 'Last read completely',
  machines: 'Machines known',
  never: 'never',
  since: 'since',
  sources: {
    managementGroup: 'A management group has this subscription, and the app does not see it.',
    previousRun: 'An earlier run saw this subscription, and this one does not.',
    configured: 'INVENTORY_SUBSCRIPTIONS names this subscription, and the app does not see it.',
  },
  kinds: {
    virtualMachines: 'Virtual machines',
    powerStates: 'Power states',
    scaleSets: 'Scale sets',
    arcMachines: 'Azure Arc machines',
    identities: 'Identities',
    roleAssignments: 'Role assignments',
    roleDefinitions: 'Role definitions',
    federatedCredentials: 'Federated credentials',
  } as Readonly<Record<string, string>>,
};
