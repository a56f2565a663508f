import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import packageJson from '../../package.json' with { type: 'json' };
import { allCases } from '../support/cases.ts';
import { snapshotOf } from './snapshot-of.ts';
import { literal, readTemplate, root } from './templates.ts';

const read = (path: string): Promise<string> => readFile(join(root, path), 'utf8');
const { parameters } = v.parse(
  v.object({ parameters: v.record(v.string(), v.object({ value: v.unknown() })) }),
  JSON.parse(await read('infra/main.parameters.json')),
);
const main = await readTemplate('main.bicep');
const project = parse(await read('azure.yaml'));
const variables = Object.values(parameters).flatMap(({ value }) =>
  [...JSON.stringify(value).matchAll(/\$\{(\w+)\}/g)].map(([, name = '']) => name),
);

test('azd gives parameters that main.bicep has, each from its own variable', () => {
  const names = main.parameters.map(({ name }) => name);

  expect(Object.keys(parameters).filter((name) => !names.includes(name))).toEqual([]);
  expect(variables.filter((name) => name !== 'AZURE_ENV_NAME')).toHaveLength(Object.keys(parameters).length - 2);
});

/**
 * azd asks for a parameter without a value and a default. It offers the allowed values if the type is a location.
 * @see https://github.com/Azure/azure-dev/blob/main/cli/azd/pkg/infra/provisioning/bicep/prompt.go
 */
test('azd asks for the region, and offers only those of the template', () => {
  const location = main.parameters.find(({ name }) => name === 'location');

  expect(location?.fallback).toBeNull();
  expect(location?.decorators.metadata).toBe("{ azd: { type: 'location' } }");
  expect(main.text).toMatch(/@allowed\(\[\n(?: {2}'[a-z0-9]+'\n){30,}\]\)\n@metadata\(/);
  expect(main.parameters.filter(({ fallback }) => fallback === null).map(({ name }) => name)).toEqual(['location']);
});

test('azd is new enough to send the package as it is, and knows the version of the template', () => {
  expect(project.requiredVersions.azd).toBe('>=1.23.5');
  expect(project.metadata.template).toBe(`vm-identities@${packageJson.version}`);
});

test('hooks after provisioning and deployment never fail a deployment', () => {
  expect(Object.keys(project.hooks).sort()).toEqual(['postdeploy', 'postprovision']);
  for (const hook of Object.values<{ continueOnError?: boolean }>(project.hooks.postdeploy))
    expect(hook.continueOnError).toBe(true);
});

test('the pipeline passes each variable, with the default of the template', async () => {
  const { jobs } = parse(await read('.github/workflows/azure-dev.yml'));
  const passed: Readonly<Record<string, string>> = jobs.deploy.env;

  const defaults = Object.entries(parameters).flatMap(([name, { value }]) => {
    const variable = /^\$\{(\w+)\}$/.exec(String(value))?.[1] ?? '';
    const fallback = main.parameters.find((parameter) => parameter.name === name)?.fallback ?? null;
    return fallback === null || name === 'name' || variable === '' ? [] : [[variable, literal(fallback)] as const];
  });

  expect(variables.filter((name) => passed[name] === undefined)).toEqual([]);
  expect(defaults.length).toBeGreaterThan(9);
  for (const [variable, fallback] of defaults) {
    const text = typeof fallback === 'object' ? JSON.stringify(fallback) : String(fallback);
    const otherwise = text === '' ? '' : ` || '${text}'`;
    expect(passed[variable]).toBe(`\${{ vars.${variable}${otherwise} }}`);
  }
});

/** What `azd env set` sets; azd leaves out parameters whose variables are not set. */
const environments: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  nothing: {},
  everything: {
    ASSIGN_READER: 'false',
    ADDITIONAL_SUBSCRIPTION_IDS: '["11111111-1111-1111-1111-111111111111"]',
    INVENTORY_SCHEDULE: '0 30 4 * * 1-5',
    SUBSCRIPTION_IDS: '["11111111-1111-1111-1111-111111111111"]',
    MANAGEMENT_GROUPS: '["platform"]',
    INVENTORY_HTTP_AUTH: 'entra',
    ENTRA_CLIENT_ID: '44444444-4444-4444-4444-444444444444',
    ENTRA_ALLOWED_PRINCIPAL_IDS: '["33333333-3333-3333-3333-333333333333"]',
    PRIVATE_NETWORK: 'true',
    APP_PUBLIC_NETWORK_ACCESS: 'Disabled',
    ALERT_EMAIL_ADDRESSES: '["platform@example.com"]',
  },
};

describe.runIf(allCases)('the real compiler', () => {
  test.each(Object.keys(environments))('takes the parameters of an environment that sets %s', async (name) => {
    const given = { AZURE_ENV_NAME: 'My_Env', AZURE_LOCATION: 'swedencentral', ...environments[name] };

    const predicted = await snapshotOf('main.bicep', substituted(given));

    if ('refused' in predicted) throw new Error(predicted.refused);
    const types = predicted.resources.map(({ type }) => type);
    const group = predicted.resources.find(({ type }) => type === 'Microsoft.Resources/resourceGroups');
    expect(group).toMatchObject({ name: 'rg-My_Env', location: 'swedencentral', tags: { 'azd-env-name': 'My_Env' } });
    expect(types.includes('Microsoft.Network/virtualNetworks')).toBe(name === 'everything');
    expect(types.includes('Microsoft.Insights/actionGroups')).toBe(name === 'everything');
  });
});

/**
 * The parameters as azd resolves them.
 * @see https://github.com/Azure/azure-dev/blob/main/cli/azd/pkg/infra/provisioning/bicep/bicep_provider.go
 */
function substituted(environment: Readonly<Record<string, string>>): Readonly<Record<string, unknown>> {
  const resolved = Object.entries(parameters).map(([name, { value }]) => {
    const text = JSON.stringify(value).replace(/\$\{(\w+)\}/g, (_, key) => environment[key] ?? '');
    if (typeof value !== 'string') return [name, JSON.parse(text)] as const;
    const type = main.parameters.find((parameter) => parameter.name === name)?.type ?? '';
    const plain = text.slice(1, -1);
    return [name, plain === '' ? undefined : type === 'string' ? plain : JSON.parse(plain)] as const;
  });
  return Object.fromEntries(resolved.filter(([, value]) => value !== undefined));
}
