import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { allCases } from '../support/cases.ts';
import { snapshotOf } from './snapshot-of.ts';
import { literal, readTemplate, root } from './templates.ts';

const read = (path: string): Promise<string> => readFile(join(root, path), 'utf8');

const element = v.strictObject({
  name: v.string(),
  type: v.picklist(['Microsoft.Common.TextBox', 'Microsoft.Common.CheckBox', 'Microsoft.Common.OptionsGroup']),
  label: v.string(),
  toolTip: v.string(),
  defaultValue: v.union([v.string(), v.boolean()]),
  constraints: v.optional(
    v.strictObject({
      required: v.boolean(),
      regex: v.optional(v.string()),
      validationMessage: v.optional(v.string()),
      allowedValues: v.optional(v.array(v.strictObject({ label: v.string(), value: v.string() }))),
    }),
  ),
  visible: v.optional(v.union([v.boolean(), v.string()])),
});
/**
 * The parts of a form that this one uses.
 * @see https://learn.microsoft.com/azure/azure-resource-manager/managed-applications/create-uidefinition-overview
 */
const form = v.strictObject({
  $schema: v.literal('https://schema.management.azure.com/schemas/0.1.2-preview/CreateUIDefinition.MultiVm.json#'),
  handler: v.literal('Microsoft.Azure.CreateUIDef'),
  version: v.literal('0.1.2-preview'),
  parameters: v.strictObject({
    config: v.strictObject({
      isWizard: v.boolean(),
      basics: v.strictObject({
        description: v.string(),
        location: v.strictObject({
          label: v.string(),
          toolTip: v.string(),
          resourceTypes: v.array(v.string()),
          allowedValues: v.array(v.string()),
        }),
      }),
    }),
    basics: v.array(element),
    steps: v.array(v.strictObject({ name: v.string(), label: v.string(), elements: v.array(element) })),
    outputs: v.record(v.string(), v.string()),
  }),
});

const { config, basics, steps, outputs } = v.parse(
  form,
  JSON.parse(await read('infra/createUiDefinition.json')),
).parameters;
const main = await readTemplate('main.bicep');
const elements = [
  ...basics.map((one) => ({ path: `basics('${one.name}')`, ...one })),
  ...steps.flatMap((step) => step.elements.map((one) => ({ path: `steps('${step.name}').${one.name}`, ...one }))),
];

test('the form gives parameters that the template has, from elements that it has', () => {
  const known = new Set([...elements.map(({ path }) => path), 'location()']);
  const used = Object.values(outputs).flatMap(
    (value) => value.match(/basics\('\w+'\)|steps\('\w+'\)\.\w+|location\(\)/g) ?? [],
  );
  const names = main.parameters.map(({ name }) => name);

  expect(Object.keys(outputs).filter((name) => !names.includes(name))).toEqual([]);
  expect(used.filter((path) => !known.has(path))).toEqual([]);
  expect([...known].filter((path) => !used.includes(path))).toEqual([]);
});

test('the form offers exactly the regions that the template allows', () => {
  const allowed = /@allowed\(\[\n([\s\S]*?)\]\)\n@metadata/.exec(main.text)?.[1]?.match(/\w+/g);

  expect(config.basics.location.allowedValues).toEqual(allowed);
  expect(outputs.location).toBe('[location()]');
});

test('the form has the defaults of the template, except the package, and accepts them', () => {
  const differing = elements.filter(({ name, type, defaultValue, constraints }) => {
    const fallback = main.parameters.find((parameter) => parameter.name === name)?.fallback;
    if (fallback === undefined || fallback === null || name === 'packageUri') return false;
    const value = constraints?.allowedValues?.find(({ label }) => label === defaultValue)?.value ?? defaultValue;
    return literal(fallback) !== value && type !== 'Microsoft.Common.OptionsGroup';
  });
  const refused = elements.filter(
    ({ constraints, defaultValue, visible }) =>
      constraints?.regex !== undefined && visible === true && !new RegExp(constraints.regex).test(String(defaultValue)),
  );

  expect(differing).toEqual([]);
  expect(refused).toEqual([]);
});

test('the package is that of a release of this version, under the name that the workflow publishes', async () => {
  const uri = basics.find(({ name }) => name === 'packageUri')?.defaultValue;
  const workflow = await read('.github/workflows/release.yml');

  expect(uri).toBe(`https://github.com/OWNER/REPOSITORY/releases/download/v${packageJson.version}/vm-identities.zip`);
  expect(workflow).toContain('cp dist/vm-identities.zip ');
  expect(workflow).toContain('dist/release/*');
});

test('the button names the template and the form', async () => {
  const link =
    /\(https:\/\/portal\.azure\.com\/#create\/Microsoft\.Template\/uri\/(\S+)\/createUIDefinitionUri\/(\S+)\)/;
  const addresses =
    link
      .exec(await read('docs/deploy.md'))
      ?.slice(1)
      .map(decodeURIComponent) ?? [];
  const base = 'https://raw.githubusercontent.com/OWNER/REPOSITORY/main/';

  expect(addresses).toEqual([`${base}infra/azuredeploy.json`, `${base}infra/createUiDefinition.json`]);
  for (const address of addresses) expect(JSON.parse(await read(address.slice(base.length)))).toHaveProperty('$schema');
});

describe.runIf(allCases)('the real compiler', () => {
  const packageUri = 'https://github.com/OWNER/REPOSITORY/releases/download/v1.0.0/vm-identities.zip';

  test.each([
    ['sends the package', packageUri, [{ packageUri, remoteBuild: false }]],
    ['sends nothing without an address', '', []],
  ])('%s', async (_, uri, expected) => {
    const predicted = await snapshotOf('main.bicep', { location: 'westeurope', packageUri: uri });

    if ('refused' in predicted) throw new Error(predicted.refused);
    const app = predicted.resources.find(({ type }) => type === 'Microsoft.Web/sites');
    const sent = predicted.resources.filter(({ type }) => type === 'Microsoft.Web/sites/extensions');
    expect(sent.map(({ properties }) => properties)).toEqual(expected);
    for (const { id } of sent) expect(id).toBe(`${app?.id}/extensions/onedeploy`);
  });

  test.each(['http://example.com/a.zip', `${packageUri}?sig=secret`])('refuses %s', async (uri) => {
    expect(await snapshotOf('main.bicep', { location: 'westeurope', packageUri: uri })).toEqual({
      refused: expect.stringContaining('packageUri has to begin with https:// and may have no query'),
    });
  });
});
