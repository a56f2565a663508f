import { expect, test } from 'vitest';
import { changesCsv, findingsCsv, principalCsv, virtualMachineCsv } from '../../lib/reports/csv.ts';
import { change, finding, principal, virtualMachine } from '../support/report-source.ts';

test('CSV of changes has the fields before and after as JSON, and each field of the author', () => {
  const text = [...changesCsv([change])].join('');

  expect(text).toBe(
    'at,notBefore,runId,kind,resourceId,principalId,before,after,byStatus,by.caller,by.callerType,by.callerId,by.operation,by.at,by.correlationId,by.clientIpAddress,by.candidates\r\n' +
      '2026-11-20T06:00:00.000Z,,20261120T060000Z-0000,virtualMachineMoved,/new,,"{""id"":""/old""}","{""id"":""/new""}",found,ada@example.com,user,,Microsoft.Compute/virtualMachines/write,2026-11-20T05:00:00.000Z,c-1,192.0.2.7,ada@example.com;platform\r\n',
  );
});

test('CSV of findings has one row per finding, and only the selected fields', () => {
  const text = [...findingsCsv([finding], ['rule', 'severity', 'stale'])].join('');

  expect(text).toBe('rule,severity,stale\r\nprivilegedIdentity,high,false\r\n');
});

test('CSV of principals names credentials and roles; a role without a name has its id', () => {
  const text = [...principalCsv([principal], ['roleAssignments', 'federatedCredentials'])].join('');

  expect(text.split('\r\n')[1]).toBe('/definitions/reader /subscriptions/s,github https://issuer repo:a/b');
});

test('CSV of machines has the number of instances of a scale set', () => {
  const text = [
    ...virtualMachineCsv([virtualMachine('a', { instanceCount: 3 }), virtualMachine('b')], ['name', 'instanceCount']),
  ].join('');

  expect(text).toBe('name,instanceCount\r\na,3\r\nb,\r\n');
});
