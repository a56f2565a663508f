import type { Page } from 'playwright-core';
import type { SharedHost } from './shared-hosts.ts';

export async function answerOf(host: Pick<SharedHost, 'origin'>, path: string) {
  const response = await fetch(`${host.origin}/api/${path}`);
  return response.json();
}

export async function heading(page: Page): Promise<string> {
  return (await page.getByRole('heading', { level: 1 }).textContent()) ?? '';
}

export interface Sample {
  readonly principalId: string;
  readonly clientId: string;
  readonly identityId: string;
  readonly identityName: string;
  readonly id: string;
  readonly name: string;
  readonly vmId: string;
}

/** A machine whose only identity is user-assigned and on no other machine. */
export async function sampleOf(host: SharedHost): Promise<Sample> {
  const { value } = await answerOf(host, 'virtualMachines?identityType=userAssigned&maxpagesize=1000');
  const known = await answerOf(
    host,
    'principals?state=attached&maxpagesize=1000&select=principalId,virtualMachineCount',
  );
  const single = new Set(
    known.value
      .filter((one: { virtualMachineCount: number }) => one.virtualMachineCount === 1)
      .map((one: { principalId: string }) => one.principalId),
  );
  const names = value.map(({ name }: { name: string }) => name);
  for (const { id, name, vmId, identity } of value) {
    const assigned: [string, { principalId: string; clientId: string | null }][] = Object.entries(
      identity.userAssignedIdentities,
    );
    const [identityId, ids] = assigned[0] ?? [];
    const isAlone = identity.principalId === null && assigned.length === 1;
    const isNamed = names.filter((other: string) => other.includes(name)).length === 1;
    if (identityId === undefined || ids === undefined || ids.clientId === null) continue;
    if (!isAlone || !isNamed || !single.has(ids.principalId)) continue;
    const { principalId, clientId } = ids;
    return { principalId, clientId, identityId, identityName: identityId.split('/').at(-1) ?? '', id, name, vmId };
  }
  throw new Error('The sample tenant has no machine with a user-assigned identity of its own');
}

interface Row {
  readonly principalId: string;
  readonly state: string;
  readonly highestPrivilege: string | null;
}

export async function firstPrincipal(host: SharedHost, is: (row: Row) => boolean): Promise<Row> {
  const { value } = await answerOf(host, 'principals?maxpagesize=1000&select=principalId,state,highestPrivilege');
  const found = value.find(is);
  if (found === undefined) throw new Error('The sample tenant has no such principal');
  return found;
}
