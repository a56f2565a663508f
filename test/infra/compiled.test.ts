import { describe, expect, test } from 'vitest';
import { allCases } from '../support/cases.ts';
import { type Predicted, snapshotOf } from './snapshot-of.ts';

/** What the real compiler makes of parameters that are in no parameter file. */
describe.runIf(allCases)('main.bicep', () => {
  test.each([
    ['prod', 'stprod'],
    ['A', 'sta'],
    ['My_Env.2-x', 'stmyenv2x'],
    ['a'.repeat(64), 'staaaaaaaaa'],
    ['-_.', 'st'],
  ])('takes the name %s', async (name, beginning) => {
    const names = namesOf(await snapshotOf('main.bicep', { name, location: 'westeurope' }));

    expect(names['Microsoft.Storage/storageAccounts']).toMatch(new RegExp(`^${beginning}[a-z0-9]{13}$`));
    expect(names['Microsoft.Web/sites']).toMatch(/^func-[a-z0-9-]{0,20}-[a-z0-9]{13}$/);
    expect(names['Microsoft.Resources/resourceGroups']).toBe(`rg-${name}`);
  });

  test.each(['dev(1)', 'développement', 'a b', "it's"])('refuses the name %s', async (name) => {
    expect(await snapshotOf('main.bicep', { name, location: 'westeurope' })).toEqual({
      refused: expect.stringContaining(`name is '${name}', and may contain only letters`),
    });
  });

  test.each(['10.0.0.0/26', '10.0.0.0/29'])('refuses a network that is too small: %s', async (prefix) => {
    const parameters = { location: 'westeurope', privateNetwork: true, virtualNetworkAddressPrefix: prefix };

    expect(await snapshotOf('main.bicep', parameters)).toEqual({
      refused: expect.stringContaining(`virtualNetworkAddressPrefix is ${prefix}, but two subnets of /26`),
    });
  });
});

/** The name of the only resource of each type. */
function namesOf(predicted: Predicted): Readonly<Record<string, string>> {
  if ('refused' in predicted) throw new Error(predicted.refused);
  return Object.fromEntries(predicted.resources.map(({ type, name }) => [type, name]));
}
