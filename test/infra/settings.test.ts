import { expect, test } from 'vitest';
import { type Environment, readSettings, type Settings } from '../../lib/settings.ts';
import { literal, objectVariable, type Parameter, readTemplate } from './templates.ts';

// main.bicep has the same parameters: entry-points.test.ts.
const main = await readTemplate('resource-group.bicep');
const functionApp = await readTemplate('modules/function-app.bicep');
const inventorySettings = objectVariable(main, 'inventorySettings');
const set = new Map([
  ...inventorySettings,
  ...objectVariable(functionApp, 'hostSettings'),
  ...objectVariable(functionApp, 'identitySettings'),
]);

/** Settings that the code reads and the templates do not set, each with the reason. */
const leftAlone: Readonly<Record<string, string>> = {
  AZURE_AUTHORITY_HOST: 'inside Functions the managed identity signs in, through its own endpoint',
  AzureWebJobsScriptRoot: 'Core Tools sets it on a developer’s machine',
  AzureWebJobsStorage: 'a connection string: storage takes identities only',
  AzureWebJobsStorage__accountName: 'the three service addresses say the same in every cloud',
  AZURE_TOKEN_CREDENTIALS: 'inside Functions it is the managed identity, which is what is wanted',
  FUNCTIONS_WORKER_RUNTIME: 'Flex Consumption takes it from functionAppConfig and refuses it as a setting',
  INVENTORY_IDENTITY_OBJECT_ID: 'AZURE_CLIENT_ID names the identity',
  INVENTORY_IDENTITY_RESOURCE_ID: 'AZURE_CLIENT_ID names the identity',
  INVENTORY_STORAGE: 'a connection string: storage takes identities only',
  INVENTORY_STORAGE__blobServiceUri: 'unset it is the account of AzureWebJobsStorage, the only one made here',
  INVENTORY_STORAGE__clientId: 'as above',
  INVENTORY_STORAGE__credential: 'as above',
  INVENTORY_STORAGE__managedIdentityResourceId: 'as above',
  AzureWebJobsStorage__managedIdentityResourceId: 'AzureWebJobsStorage__clientId names the identity',
  WEBSITE_AUTH_ENABLED: 'the platform sets it while App Service authentication is on',
};

test('every setting that the code reads has a parameter, is derived, or is deliberately not set', () => {
  const read = settingsRead();

  const unaccounted = [...read].filter((name) => !set.has(name) && leftAlone[name] === undefined);
  const reasonsForNothing = Object.keys(leftAlone).filter((name) => !read.has(name) || set.has(name));

  expect(read.size).toBeGreaterThan(25);
  expect({ unaccounted, reasonsForNothing }).toEqual({ unaccounted: [], reasonsForNothing: [] });
});

test('the template sets nothing that the code does not read', () => {
  const read = settingsRead();

  const unread = [...inventorySettings.keys()].filter((name) => !read.has(name));

  expect(unread).toEqual([]);
});

test('every setting of the app comes from its own parameter', () => {
  const parameters = new Set(main.parameters.map(({ name }) => name));

  const sources = [...inventorySettings].map(([name, value]) => ({
    name,
    from: [...value.matchAll(/[A-Za-z]\w*/g)].map(([word]) => word).find((word) => parameters.has(word)),
  }));

  expect(sources.filter(({ from }) => from === undefined)).toEqual([]);
  expect(new Set(sources.map(({ from }) => from)).size).toBe(sources.length);
});

test('parameters and code have the same defaults, except that new deployments grant no role', () => {
  const environment = Object.fromEntries([...inventorySettings].map(([name]) => [name, defaultOf(name)]));
  expect(environment.INVENTORY_HTTP_AUTH_DEFAULT_ROLE).toBe('none');
  environment.INVENTORY_HTTP_AUTH_DEFAULT_ROLE = '';

  const settings = readSettings(environment);

  expect(settings).toEqual(readSettings({}));
});

const bounded = [...inventorySettings.keys()].flatMap((name) => {
  const { minValue, maxValue } = parameterOf(name).decorators;
  return minValue === undefined || maxValue === undefined ? [] : [[name, Number(minValue), Number(maxValue)] as const];
});
test('numbers have bounds', () => {
  expect(bounded.map(([name]) => name)).toHaveLength(main.parameters.filter(isNumberOfTheApp).length);
});
test.each(bounded)('%s: the template allows what the code allows, %i to %i', (name, least, most) => {
  const isTaken = (value: number): boolean => takes({ [name]: String(value) });

  const answers = [least - 1, least, most, most + 1].map(isTaken);

  expect(answers).toEqual([false, true, true, false]);
});

test.each([
  ['INVENTORY_HTTP_AUTH', ['keys', 'entra', 'anonymous', 'none']],
  ['INVENTORY_HTTP_AUTH_DEFAULT_ROLE', ['none', 'Inventory.Read', 'Runs.Write', 'Database.Read', 'all']],
])('%s: the code accepts exactly the values that the template allows', (name, values) => {
  const allowed = literal(parameterOf(name).decorators.allowed ?? '');

  const taken = values.filter((value) => takes({ [name]: value }));

  expect(allowed).toEqual(taken);
});

/** Every name that readSettings reads, for both ways to configure storage. */
function settingsRead(): ReadonlySet<string> {
  const read = new Set<string>();
  for (const given of [{}, { AzureWebJobsStorage__blobServiceUri: 'https://a.example' }])
    readSettings(noting(given, read));
  readSettings(noting({ INVENTORY_STORAGE__blobServiceUri: 'https://a.example' }, read));
  return read;
}

function noting(values: Environment, read: Set<string>): Environment {
  return new Proxy(values, {
    get(target, name) {
      if (typeof name !== 'string') return undefined;
      read.add(name);
      return target[name];
    },
  });
}

function takes(environment: Environment): boolean {
  try {
    const settings: Settings = readSettings(environment);
    return settings.warnings.length === 0;
  } catch {
    return false;
  }
}

function parameterOf(setting: string): Parameter {
  const value = inventorySettings.get(setting) ?? '';
  const words = new Set([...value.matchAll(/[A-Za-z]\w*/g)].map(([word]) => word));
  const parameter = main.parameters.find(({ name }) => words.has(name));
  if (parameter === undefined) throw new Error(`${setting} comes from no parameter`);
  return parameter;
}

function isNumberOfTheApp({ name, type }: Parameter): boolean {
  return type === 'int' && [...inventorySettings.values()].includes(`string(${name})`);
}

/** The default that the app gets for a setting: lists are joined, the rest is text. */
function defaultOf(setting: string): string {
  const { fallback } = parameterOf(setting);
  const value = fallback === null ? undefined : literal(fallback);
  if (value === undefined) throw new Error(`${setting} has no plain default`);
  return typeof value === 'object' ? value.join(',') : String(value);
}
