import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { pageRoute } from '../../lib/http/page/answer-page.ts';
import { routes } from '../../lib/http/routes.ts';
import { objectVariable, readTemplate, readTemplates, root } from './templates.ts';

const templates = await readTemplates();
const main = await readTemplate('main.bicep');
const resourceGroup = await readTemplate('resource-group.bicep');
const functionApp = await readTemplate('modules/function-app.bicep');

const hostJson = v.parse(
  v.object({
    extensions: v.object({
      http: v.object({ routePrefix: v.string() }),
      durableTask: v.object({ storageProvider: v.record(v.string(), v.string()) }),
    }),
    extensionBundle: v.object({ id: v.string(), version: v.string() }),
    logging: v.object({
      applicationInsights: v.object({ samplingSettings: v.object({ excludedTypes: v.string() }) }),
    }),
  }),
  JSON.parse(await readFile(join(root, 'host.json'), 'utf8')),
);
const packageJson = v.parse(
  v.object({
    main: v.string(),
    engines: v.object({ node: v.string() }),
    dependencies: v.record(v.string(), v.string()),
    devDependencies: v.record(v.string(), v.string()),
  }),
  JSON.parse(await readFile(join(root, 'package.json'), 'utf8')),
);

test('every parameter and output has a description, and every parameter says whether it is required', () => {
  const wrong = templates.flatMap(({ path, parameters, outputs }) =>
    [
      ...parameters.filter(({ fallback, decorators }) => {
        const beginning = fallback === null ? /^'Required\. / : /^'(Optional|Conditional)\. /;
        return !beginning.test(decorators.description ?? '');
      }),
      ...outputs.filter(({ decorators }) => decorators.description === undefined),
    ].map(({ name }) => `${path}: ${name}`),
  );

  // The test recognizes each declaration.
  const declared = templates.flatMap(({ text }) => [...text.matchAll(/^(?:param|output) /gm)]).length;
  const understood = templates.flatMap(({ parameters, outputs }) => [...parameters, ...outputs]).length;
  expect(understood).toBe(declared);
  expect(wrong).toEqual([]);
});

test('no output and no setting contains a secret', () => {
  const secret =
    /list(?:Account|Service)?(?:Keys|Sas|Secrets|HostKeys)|connectionString|instrumentationKey|accountKey|sharedKey|password/i;

  const outputs = templates.flatMap(({ path, outputs }) =>
    outputs.filter(({ name, value }) => secret.test(`${name} ${value}`)).map(({ name }) => `${path}: ${name}`),
  );
  const calls = templates
    .filter(({ text }) => /\blist\w*\(|AccountKey=|SharedAccessKey/i.test(text))
    .map(({ path }) => path);
  const settings = [...objectVariable(functionApp, 'hostSettings')].filter(([, value]) => secret.test(value));

  expect({ outputs, calls }).toEqual({ outputs: [], calls: [] });
  // An address and an id. Local authentication is off, so they do not allow anyone to write with it.
  expect(settings).toEqual([['APPLICATIONINSIGHTS_CONNECTION_STRING', 'component.properties.ConnectionString']]);
});

/** Azure returns AZURE_REGION as azurE_REGION; see https://github.com/Azure/azure-dev/issues/512 */
test('outputs have names whose casing Azure keeps', () => {
  const names = templates.flatMap(({ outputs }) => outputs.map(({ name }) => name));

  expect(names.filter((name) => !/^[a-z][A-Za-z]*$/.test(name))).toEqual([]);
});

test('no output name begins like a setting, because azd adds outputs to the environment and the command line rejects unknown settings', () => {
  expect(main.outputs.filter(({ name }) => name.startsWith('INVENTORY_'))).toEqual([]);
});

test('storage and monitoring accept only identities', async () => {
  const storage = (await readTemplate('modules/storage.bicep')).text;
  const monitoring = (await readTemplate('modules/monitoring.bicep')).text;

  const lines = ['allowSharedKeyAccess: false', 'allowBlobPublicAccess: false', "minimumTlsVersion: 'TLS1_2'"];
  const missing = lines.filter((line) => !storage.includes(line));

  expect(missing).toEqual([]);
  expect(monitoring).toContain('disableLocalAuth: true');
  expect(monitoring).toContain('DisableLocalAuth: true');
});

/**
 * Site properties and settings that Flex Consumption replaces or does not support.
 * @see https://learn.microsoft.com/azure/azure-functions/functions-app-settings#flex-consumption-plan-deprecations
 */
const notWithFlexConsumption = [
  'alwaysOn',
  'containerSize',
  'ftpsState',
  'functionAppScaleLimit',
  'isReserved',
  'linuxFxVersion',
  'minimumElasticInstanceCount',
  'preWarmedInstanceCount',
  'use32BitWorkerProcess',
  'vnetRouteAllEnabled',
  'ENABLE_ORYX_BUILD',
  'FUNCTIONS_EXTENSION_VERSION',
  'FUNCTIONS_WORKER_RUNTIME',
  'SCM_DO_BUILD_DURING_DEPLOYMENT',
  'WEBSITE_CONTENT',
  'WEBSITE_NODE_DEFAULT_VERSION',
  'WEBSITE_RUN_FROM_PACKAGE',
  'WEBSITE_VNET_ROUTE_ALL',
];
test('the app has only properties that its plan supports', () => {
  expect(notWithFlexConsumption.filter((name) => functionApp.text.includes(name))).toEqual([]);
});

test('the app runs on the Node version that the bundle is built for', () => {
  const version = /var nodeVersion = '(\d+)'/.exec(functionApp.text)?.[1];

  expect(functionApp.text).toContain('version: nodeVersion');
  expect(packageJson.engines.node).toBe(`>=${version}`);
  expect(packageJson.devDependencies.node?.split('.')[0]).toBe(version);
});

test('the package names the bundle, which is built for that Node version', async () => {
  const build = await readFile(join(root, 'scripts/build.ts'), 'utf8');
  const bundle = await readFile(join(root, 'scripts/bundle.ts'), 'utf8');
  const version = /var nodeVersion = '(\d+)'/.exec(functionApp.text)?.[1];

  expect(build).toContain(`'${packageJson.main}'`);
  expect(bundle).toContain(`target: 'node${version}'`);
});

test('the host has the extension that Durable Functions needs', () => {
  expect(packageJson.dependencies['durable-functions']).toBeDefined();
  expect(hostJson.extensionBundle.id).toBe('Microsoft.Azure.Functions.ExtensionBundle');
});

test('work of a dead host returns after a minute, which is the least that the engine accepts', () => {
  expect(hostJson.extensions.durableTask.storageProvider).toEqual({
    controlQueueVisibilityTimeout: '00:01:00',
    workItemQueueVisibilityTimeout: '00:01:00',
  });
});

test('the only paths without sign-in are those that the app serves to anyone', async () => {
  const { text } = await readTemplate('modules/authentication.bicep');
  const anonymous = [...routes, pageRoute].filter((route) => route.anonymous === true).map(({ path }) => path);
  const paths = anonymous.flatMap((path) =>
    path.endsWith('/{*file}') ? [path.replace('/{*file}', ''), path.replace('{*file}', '*')] : [path],
  );

  const excluded = /excludedPaths: \[(.*)\]/.exec(text)?.[1]?.split(', ');

  expect(excluded).toEqual(paths.map((path) => `'/${hostJson.extensions.http.routePrefix}/${path}'`));
});

test('who signs in at the page returns to the same view, whose name is in the fragment of the address', async () => {
  const { text } = await readTemplate('modules/authentication.bicep');

  expect(/\n {4}login: \{\n([\s\S]*?)\n {4}\}\n/.exec(text)?.[1]).toContain('preserveUrlFragmentsForLogins: true');
});

test('a deployment says where the page is', () => {
  const page = resourceGroup.outputs.find(({ name }) => name === 'pageUrl');

  expect(page?.value).toBe(`'https://\${functionApp.outputs.hostName}/${hostJson.extensions.http.routePrefix}/page'`);
});

test('a variable rejects an invalid combination, because Azure evaluates variables before it creates anything', () => {
  const declarations = templates.flatMap(({ text }) => text.split(/^(?=\w)/m));

  const refusing = declarations.filter((declaration) => declaration.includes('fail('));

  expect(refusing.length).toBeGreaterThan(1);
  expect(refusing.filter((declaration) => !declaration.startsWith('var '))).toEqual([]);
});

test('with keys, the template declares no identity provider without a client id', async () => {
  const { text } = await readTemplate('modules/authentication.bicep');

  const [, provider = '', otherwise] = /identityProviders: enabled\n {6}\? (\{[\s\S]*?)\n {6}: (.*)\n/.exec(text) ?? [];

  expect(provider).toContain('clientId: clientId');
  expect(otherwise).toBe('{}');
});

test('sampling never drops the line of the alerts', () => {
  expect(hostJson.logging.applicationInsights.samplingSettings.excludedTypes.split(';')).toContain('Trace');
});

test('each parameter file uses an existing template, sets only its parameters, and is in the table', async () => {
  const files: string[] = [];
  for await (const file of glob('**/*.bicepparam', { cwd: join(root, 'infra') })) files.push(file);
  const unknown: string[] = [];
  for (const file of files) {
    const text = await readFile(join(root, 'infra', file), 'utf8');
    const used = /^using '(?:\.\.\/)?([\w.-]+)'$/m.exec(text)?.[1];
    const template = templates.find(({ path }) => path === used);
    const given = [...text.matchAll(/^param (\w+)/gm)].map(([, name]) => name);
    const taken = new Set(template?.parameters.map(({ name }) => name));
    unknown.push(...given.filter((name) => name === undefined || !taken.has(name)).map((name) => `${file}: ${name}`));
  }

  const table = await readFile(join(root, 'infra/README.md'), 'utf8');
  expect(files.length).toBeGreaterThan(4);
  expect(files.filter((file) => !table.includes(`](${file})`))).toEqual([]);
  expect(unknown).toEqual([]);
});
