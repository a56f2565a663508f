import type { Random } from './random.ts';

/** The company of the sample tenant, a retailer. */
export const company = { name: 'Northwind Traders', domain: 'northwindtraders.example', short: 'nwt' } as const;

interface Named {
  readonly name: string;
  readonly short: string;
}

const teams: readonly [Named, ...Named[]] = [
  { name: 'Payments', short: 'pay' },
  { name: 'Web Shop', short: 'shop' },
  { name: 'Warehouse', short: 'whs' },
  { name: 'Data Platform', short: 'data' },
  { name: 'Human Resources', short: 'hr' },
  { name: 'Logistics', short: 'log' },
  { name: 'Finance', short: 'fin' },
  { name: 'Identity', short: 'iam' },
  { name: 'Store Systems', short: 'pos' },
  { name: 'Network', short: 'net' },
  { name: 'Analytics', short: 'bi' },
  { name: 'Customer Service', short: 'crm' },
];
const environments: readonly [Named, ...Named[]] = [
  { name: 'Production', short: 'prd' },
  { name: 'Staging', short: 'stg' },
  { name: 'Development', short: 'dev' },
  { name: 'Test', short: 'tst' },
];

/** The team, environment and name of the subscription at `index`. From the 49th on, the names are numbered. */
export function subscriptionNames(index: number): {
  readonly displayName: string;
  readonly team: Named;
  readonly environment: Named;
} {
  const team = teams[index % teams.length] ?? teams[0];
  const environment = environments[Math.floor(index / teams.length) % environments.length] ?? environments[0];
  const round = Math.floor(index / (teams.length * environments.length));
  const number = round === 0 ? '' : ` ${String(round + 1).padStart(2, '0')}`;
  return { displayName: `${team.name} ${environment.name}${number}`, team, environment };
}

export const roles = ['web', 'api', 'sql', 'job', 'cache', 'build'] as const;
export type Role = (typeof roles)[number];

const locations = ['westeurope', 'northeurope', 'germanywestcentral', 'eastus2', 'uksouth'] as const;
export function pickLocation(random: Random): string {
  return random.pick(locations);
}

const sizes = {
  web: ['Standard_D2s_v5', 'Standard_D4as_v5'],
  api: ['Standard_D4s_v5', 'Standard_D8s_v5'],
  sql: ['Standard_E8ds_v5', 'Standard_E16bds_v5'],
  job: ['Standard_B2s', 'Standard_B4ms'],
  cache: ['Standard_E4s_v5', 'Standard_E8s_v5'],
  build: ['Standard_F8s_v2', 'Standard_D8ads_v5'],
} as const satisfies Record<Role, readonly [string, string]>;
export function pickSize(random: Random, role: Role): string {
  return random.pick(sizes[role]);
}
