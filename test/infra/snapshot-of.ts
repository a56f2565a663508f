import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findCompiler, runCompiler } from '../../scripts/bicep/compiler.ts';
import { root } from './templates.ts';

/** A resource as Azure would get it. */
export interface PredictedResource {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly [property: string]: unknown;
}

/** The resources of a deployment, or what the compiler refused it with. */
export type Predicted = { readonly resources: readonly PredictedResource[] } | { readonly refused: string };

const zeros = '00000000-0000-0000-0000-000000000000';
const given = ['--subscription-id', zeros, '--tenant-id', zeros, '--location', 'westeurope'];

/**
 * What the real compiler says that a template of infra/ deploys with these parameters.
 * @param parameters by name, as JSON: `{ name: 'x', subscriptions: [] }`
 */
export async function snapshotOf(
  template: string,
  parameters: Readonly<Record<string, unknown>>,
  deploymentName = 'vm-identities',
): Promise<Predicted> {
  const folder = await mkdtemp(join(tmpdir(), 'snapshot-'));
  try {
    await symlink(join(root, 'infra'), join(folder, 'infra'));
    await mkdir(join(folder, 'given'));
    const lines = Object.entries(parameters).map(([name, value]) => `param ${name} = ${literalOf(value)}`);
    await writeFile(join(folder, 'given/x.bicepparam'), [`using '../infra/${template}'`, ...lines, ''].join('\n'));
    const args = ['snapshot', 'given/x.bicepparam', ...given, '--deployment-name', deploymentName];
    const { status, stdout, stderr } = await runCompiler(findCompiler(), args, { folder });
    if (status !== 0) return { refused: `${stdout}${stderr}` };
    return { resources: JSON.parse(await readFile(join(folder, 'given/x.snapshot.json'), 'utf8')).predictedResources };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** A value as Bicep text. */
function literalOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literalOf).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    return `{ ${Object.entries(value)
      .map(([key, item]) => `'${key}': ${literalOf(item)}`)
      .join(', ')} }`;
  }
  if (typeof value === 'string') return `'${value.replaceAll(/['\\]|\$\{/g, '\\$&')}'`;
  return String(value);
}
