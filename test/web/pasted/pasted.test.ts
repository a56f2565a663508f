import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readPasted, viewOf } from '../../../web/pasted/pasted.ts';

const principal = '3d0f9407-5800-4aa8-9daf-2bd488899269';
const client = '9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d';
const tenant = '72f988bf-86f1-41af-91ab-2d7cd011db47';
const correlation = 'c0ffee00-1111-4222-8333-444455556666';
const subscription = '0b1f6471-1bf0-4dda-aec3-cb9272f09590';
const other = 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee';
const group = `/subscriptions/${subscription}/resourceGroups/rg-web`;
const machine = `${group}/providers/Microsoft.Compute/virtualMachines/vm-web-1`;
const identity = `${group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-web`;

function idsIn(text: string): readonly string[] {
  return readPasted(text).ids;
}

/** A row of ManagedIdentitySignInLogs. */
const signIn = {
  TimeGenerated: '2026-11-20T06:01:02.123Z',
  Id: '11111111-2222-4333-8444-555555555555',
  TenantId: tenant,
  CorrelationId: correlation,
  AppId: client,
  ResourceDisplayName: 'Azure Storage',
  ResourceIdentity: 'e406a681-f3d4-42a8-90b6-c2b029497af1',
  ResourceServicePrincipalId: '22222222-2222-4222-8222-222222222222',
  ResourceTenantId: tenant,
  ServicePrincipalId: principal,
  ServicePrincipalName: 'vm-web-1',
  UniqueTokenIdentifier: 'AbCdEf',
};

describe('a single id', () => {
  test.each([
    ['a GUID', principal, principal],
    ['a GUID in capitals', principal.toUpperCase(), principal],
    ['a GUID in braces and spaces', `  {${principal}}\n`, principal],
    ['a GUID in quotes, with a comma', `"${principal}",`, principal],
    ['words around a GUID', `who is ${principal}?`, principal],
    ['a GUID of an application in its tenant', `${client}@${tenant}`, client],
    ['a resource id', machine, machine],
    ['a resource id without the case of Azure', machine.toLowerCase(), machine.toLowerCase()],
    ['a resource id in quotes', `'${machine}'`, machine],
    ['an extension of a machine', `${machine}/extensions/AADSSHLoginForLinux`, machine],
    [
      'an instance of a scale set',
      `${group}/providers/Microsoft.Compute/virtualMachineScaleSets/ss/virtualMachines/0`,
      `${group}/providers/Microsoft.Compute/virtualMachineScaleSets/ss`,
    ],
    [
      'an Arc machine',
      `${group}/providers/Microsoft.HybridCompute/machines/srv.corp`,
      `${group}/providers/Microsoft.HybridCompute/machines/srv.corp`,
    ],
    ['a name with signs', `${machine}<=x\\y`, `${machine}<=x\\y`],
    [
      'a role assignment on a machine',
      `${machine}/providers/Microsoft.Authorization/roleAssignments/${other}`,
      machine,
    ],
    ['a user-assigned identity', identity, identity],
    ['an address of Resource Manager', `https://management.azure.com${machine}?api-version=2024-07-01`, machine],
    ['a portal address', `https://portal.azure.com/#@contoso.com/resource${machine}/overview`, machine],
    ['a portal address with the tenant', `https://portal.azure.us/#@${tenant}/resource${machine}/identity`, machine],
    [
      'a portal address with an encoded id',
      `https://portal.azure.com/#view/Microsoft_Azure_Compute/Blade/~/overview/resourceId/${encodeURIComponent(machine)}`,
      machine,
    ],
    [
      'a portal address with an id encoded twice',
      `https://portal.azure.com/#blade/X/id/${encodeURIComponent(encodeURIComponent(identity))}/menu/overview`,
      identity,
    ],
    [
      'an enterprise application in the portal',
      `https://portal.azure.com/#view/Microsoft_AAD_IAM/ManagedAppMenuBlade/~/Overview/appId/${client}/objectId/${principal}`,
      principal,
    ],
    [
      'an address of this page',
      `https://app.example/api/page#/principals/${principal}?asOf=20261120T060000Z-3f2a`,
      principal,
    ],
    ['an address of this page for a machine', `http://127.0.0.1:7071/api/page#/machines${machine}?asOf=x`, machine],
    ['a record of a sign-in', JSON.stringify(signIn), principal],
    ['a record of a sign-in on many lines', JSON.stringify(signIn, null, 2), principal],
    ['the middle of a record', JSON.stringify(signIn, null, 2).split('\n').slice(2, -2).join('\n'), principal],
    [
      'the properties of a sign-in as text',
      JSON.stringify({ category: 'x', properties: JSON.stringify(signIn) }),
      principal,
    ],
    [
      'a record whose first names are empty',
      JSON.stringify({
        servicePrincipalId: '',
        principalId: null,
        objectId: '00000000-0000-0000-0000-000000000000',
        oid: principal,
        appId: client,
      }),
      principal,
    ],
    [
      'a token',
      `Authorization: Bearer eyJhbGciOiJSUzI1NiJ9.${btoa(JSON.stringify({ aud: 'x', appid: client, oid: principal, tid: tenant })).replaceAll('=', '')}.c2ln`,
      principal,
    ],
    [
      'the claims of an activity',
      JSON.stringify({
        caller: other,
        claims: {
          appid: client,
          'http://schemas.microsoft.com/identity/claims/objectidentifier': other,
          xms_mirid: machine,
        },
        correlationId: correlation,
        resourceId: identity,
      }),
      other,
    ],
    [
      'only the id of the resource that signed in',
      JSON.stringify({ xms_mirid: machine, appId: client, tid: tenant }),
      machine,
    ],
    [
      'a machine of the command line',
      JSON.stringify({
        id: machine,
        vmId: other,
        identity: { type: 'SystemAssigned', principalId: principal, tenantId: tenant },
      }),
      principal,
    ],
    [
      'a machine without an identity',
      JSON.stringify({
        id: machine,
        vmId: other,
        virtualMachineScaleSet: { id: `${group}/providers/Microsoft.Compute/virtualMachineScaleSets/ss` },
      }),
      machine,
    ],
    [
      'an identity of the command line',
      JSON.stringify({ clientId: client, id: identity, principalId: principal, tenantId: tenant }),
      principal,
    ],
    [
      'a row of Key Vault',
      `identity_claim_appid_g: ${client}\nidentity_claim_oid_g: ${principal}\nCorrelationId: ${correlation}`,
      principal,
    ],
    [
      'a row of Storage',
      `{"RequesterAppId":"${client}","RequesterObjectId":"${principal}","RequesterTenantId":"${tenant}"}`,
      principal,
    ],
    ["the portal's identity page", `Status\tOn\nObject (principal) ID\t${principal}`, principal],
    [
      "the portal's details of a sign-in",
      `Correlation ID\t${correlation}\nService principal ID\t${principal}\nApplication ID\t${client}\nResource service principal ID\t${other}`,
      principal,
    ],
    [
      'a query',
      `ManagedIdentitySignInLogs | where TenantId == "${tenant}" and ServicePrincipalId == "${principal}"`,
      principal,
    ],
    ['settings', `AZURE_TENANT_ID=${tenant}\nAZURE_CLIENT_ID=${client}`, client],
    [
      'a line of a log',
      `2026-11-20T06:01:02Z WARN [${correlation}] token for client ID: ${client}, tenant ID: ${tenant}`,
      client,
    ],
    ['YAML', `identity:\n  principalId: ${principal}\n  tenantId: ${tenant}\n  type: SystemAssigned`, principal],
    ['XML', `<row><tenantId>${tenant}</tenantId><objectId>${principal}</objectId></row>`, principal],
    ['a GUID that is only named as something else', `correlationId=${correlation}`, correlation],
  ])('%s', (_what, text, id) => {
    expect(idsIn(text)).toEqual([id]);
  });
});

describe('several ids', () => {
  test('keeps the order, and names each once in any letter case', () => {
    const pasted = readPasted(`${client}\n${principal}\n${client.toUpperCase()}\n${machine}\n${machine.toUpperCase()}`);
    expect(pasted.ids).toEqual([client, principal, machine]);
    expect(pasted.count).toBe(5);
  });

  test.each([
    ['lines of names and GUIDs', `vm-1\t${principal}\nvm-2\t${client}`],
    ['one line with commas', `${principal}, ${client}`],
    ['one line with semicolons and no spaces', `${principal};${client}`],
    ['a list of JSON texts', JSON.stringify([principal, client])],
    ['a list in an object', JSON.stringify({ ids: [principal, client] })],
    ['a query', `| where PrincipalId in~ ("${principal}", "${client}")`],
    [
      'records in JSON',
      JSON.stringify([
        { servicePrincipalId: principal, appId: other },
        { appId: client, tenantId: tenant },
      ]),
    ],
    [
      'records of an answer',
      JSON.stringify({ value: [{ principalId: principal }, { clientId: client }], tenantId: tenant }),
    ],
    [
      'records below an object',
      JSON.stringify({ result: { records: [{ principalId: principal }, { clientId: client }] } }),
    ],
    [
      'records, one a line',
      `{"principalId":"${principal}","id":"${other}"}\n{"clientId":"${client}","correlationId":"${other}"}`,
    ],
    [
      'lines of names and values, twice',
      `ServicePrincipalId: ${principal}\nAppId: ${other}\n\nAppId: ${client}\nTenantId: ${tenant}`,
    ],
    ['lines of one name', `principalId: ${principal}\nprincipalId: ${client}`],
    [
      'an answer of Log Analytics',
      JSON.stringify({
        tables: [
          {
            name: 'PrimaryResult',
            columns: [{ name: 'CorrelationId' }, { name: 'ServicePrincipalId' }],
            rows: [
              [other, principal],
              [other, client],
            ],
          },
        ],
      }),
    ],
    [
      'CSV',
      `TimeGenerated,CorrelationId,ServicePrincipalId\r\n2026,${other},${principal}\r\n2026,${other},${client}\r\n`,
    ],
    [
      'CSV with quotes and line ends',
      `"Date","Claims","Service principal ID"\n"a","{""tid"":""${tenant}"",\n""x"":1}","${principal}"\n"b, c","","${client}"`,
    ],
    [
      'CSV with an empty first choice',
      `ServicePrincipalId;AppId;TenantId\n${principal};${other};${tenant}\n;${client};${tenant}`,
    ],
    ['a copied table', `CorrelationId\tServicePrincipalId\n${other}\t${principal}\n${other}\t${client}`],
    [
      'a table of the command line',
      `PrincipalId                           TenantId\n------------------------------------  ------------------------------------\n${principal}  ${tenant}\n${client}  ${tenant}`,
    ],
    [
      'Markdown',
      `| name | principalId | tenantId |\n| --- | --- | --- |\n| a | ${principal} | ${tenant} |\n| b | ${client} | ${tenant} |`,
    ],
    [
      'the identities of one machine',
      JSON.stringify({
        id: machine,
        identity: {
          tenantId: tenant,
          userAssignedIdentities: {
            [identity]: { clientId: other, principalId: principal },
            [`${identity}2`]: { clientId: other, principalId: client },
          },
        },
      }),
    ],
    ['an address of this page', `https://app.example/api/page#/lookup?id=${principal}&id=${client}`],
    ['machines of JSON that says nothing else', JSON.stringify([{ a: principal }, { b: client }])],
  ])('%s', (_what, text) => {
    expect(idsIn(text)).toEqual([principal, client]);
  });

  test('mixes GUIDs and resource ids of a line', () => {
    expect(idsIn(`${machine} ${principal} ${identity}`)).toEqual([machine, principal, identity]);
  });
});

describe('no id', () => {
  test.each([
    ['a name', ' vm-web-1 ', 'vm-web-1'],
    ['nothing', ' \n ', ''],
    ['a name that has a GUID', `vm-${principal}`, `vm-${principal}`],
    ['part of a GUID', '3d0f9407-5800', '3d0f9407-5800'],
    ['a subscription', `/subscriptions/${subscription}`, `/subscriptions/${subscription}`],
    ['a group', group, group],
    ['several lines', 'vm-1\n vm-2', 'vm-1 vm-2'],
    ['JSON without ids', '{"a": 1, "b": [null, true]}', '{"a": 1, "b": [null, true]}'],
    ['an empty GUID', '00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-000000000000'],
    ['percent signs that encode nothing', '100%25 %zz%2F', '100%25 %zz%2F'],
  ])('%s', (_what, text, left) => {
    expect(readPasted(text)).toEqual({ ids: [], count: 0, text: left });
  });

  test('keeps a token to itself', () => {
    expect(readPasted('Bearer eyJhbGciOiJSUzI1NiJ9.!!.sig').text).not.toContain('eyJ');
    expect(readPasted('eyJhbGciOiJSUzI1NiJ9.eyJhIjoxfQ.c2lnbmF0dXJl').text).not.toMatch(/eyJ|c2ln/);
  });
});

test('finds each GUID of a list, whatever separates them', () => {
  const separators = fc.constantFrom('\n', '\r\n', ', ', ';', '\t', ' ', '","', ' | ', ')(');
  fc.assert(
    fc.property(fc.array(fc.uuid(), { minLength: 1, maxLength: 30 }), separators, (ids, separator) => {
      expect(idsIn(ids.join(separator))).toEqual([...new Set(ids)]);
    }),
  );
});

test('reads any text', () => {
  const pieces = fc.constantFrom(
    '"',
    '{',
    '}',
    '[',
    ',',
    ':',
    '\n',
    '\t',
    '%2F',
    '%',
    '=',
    '/subscriptions/',
    principal,
    'appId',
    '\\',
    '|',
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(pieces, fc.string())), (parts) => {
      for (const id of idsIn(parts.join(''))) expect(id).toMatch(/^(?:[0-9a-f-]{36}|\/subscriptions\/.*)$/i);
    }),
  );
});

test('reads 20,000 rows of a log', () => {
  const rows = Array.from(
    { length: 20_000 },
    (_, index) => `2026,"a, ""b""",${index.toString(16).padStart(8, '0')}-0000-4000-8000-000000000000`,
  );
  expect(idsIn(['TimeGenerated,Text,ServicePrincipalId', ...rows].join('\n'))).toHaveLength(20_000);
});

test('names the view of each id', () => {
  expect([principal, machine, identity].map(viewOf)).toEqual(['principals', 'machines', 'principals']);
});

const order = [
  'servicePrincipalId',
  'principalId',
  'objectId',
  'oid',
  'xms_mirid',
  'appId',
  'clientId',
  'somethingElse',
];

test.each(order.slice(1).map((later, index) => [order[index] ?? '', later] as const))(
  'of a record, %s counts before %s',
  (earlier, later) => {
    const idOf = (name: string, id: string) => (name === 'xms_mirid' ? `${machine}${id === principal ? 1 : 2}` : id);
    const record = { [later]: idOf(later, client), [earlier]: idOf(earlier, principal) };
    expect(idsIn(JSON.stringify(record))).toEqual([idOf(earlier, principal)]);
  },
);
