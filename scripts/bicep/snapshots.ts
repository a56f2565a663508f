import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const zeros = '00000000-0000-0000-0000-000000000000';
/** What parameter files read from the environment. All others count as not set, so that each machine gets the same. */
const environment: Readonly<Record<string, string>> = { ENTRA_CLIENT_ID: zeros };
/**
 * The scope of a deployment, by the template's targetScope. Bicep refuses an id of another scope. Without a name of the
 * deployment, names of nested deployments are unknown, and with them all outputs of modules.
 */
const scopes: Readonly<Record<string, readonly string[]>> = {
  tenant: [],
  managementGroup: ['--management-group-id', 'group'],
  subscription: ['--subscription-id', zeros],
  resourceGroup: ['--subscription-id', zeros, '--resource-group', 'rg-vm-identities'],
};
const common = ['--tenant-id', zeros, '--location', 'westeurope', '--deployment-name', 'vm-identities'];

/** What a parameter file would deploy, kept beside it. */
export interface Snapshot {
  /** `infra/parameters/one-subscription.bicepparam` */
  readonly parameters: string;
  /** `infra/parameters/one-subscription.snapshot.json` */
  readonly path: string;
  /** For `bicep snapshot`, always the same ones: other ids give other names. */
  readonly given: readonly string[];
  readonly variables: NodeJS.ProcessEnv;
}

/** The snapshots of all parameter files below infra/. */
export function snapshots(): readonly Snapshot[] {
  return globSync('infra/**/*.bicepparam').sort().map(snapshotOf);
}

function snapshotOf(parameters: string): Snapshot {
  const text = readFileSync(parameters, 'utf8');
  const used = /^using '(.+)'$/m.exec(text)?.[1];
  if (used === undefined) throw new Error(`${parameters} does not say which template it is for (using '…')`);
  const template = readFileSync(join(dirname(parameters), used), 'utf8');
  const scope = /^targetScope = '(\w+)'$/m.exec(template)?.[1] ?? 'resourceGroup';
  const read = [...text.matchAll(/readEnvironmentVariable\('(\w+)'/g)].map(([, name = '']) => name);
  return {
    parameters,
    path: parameters.replace(/\.bicepparam$/, '.snapshot.json'),
    given: ['snapshot', parameters, ...(scopes[scope] ?? []), ...common],
    variables: Object.fromEntries(read.map((name) => [name, environment[name]])),
  };
}
