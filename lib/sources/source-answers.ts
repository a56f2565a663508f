import * as v from 'valibot';
import type { Database } from '../database/database.ts';
import { integer, type SqlRow, text, textOrNull } from '../database/queries/row-values.ts';
import { fold } from '../inventory/names/fold.ts';
import type { FollowUp } from '../inventory/reading.ts';
import { type FederatedCredential, federatedCredentialShape } from '../inventory/user-assigned-identity.ts';
import { machineTypes } from '../inventory/virtual-machine.ts';
import { pagesOf, toIdentity } from './replay-source.ts';
import { systemAssignedShape } from './source-shapes.ts';

/** Ends of a machine that a read by id has proven: Azure answered 404. */
const proven: readonly string[] = ['virtualMachineDeleted', 'virtualMachineMoved', 'tenantChanged'];

const openCredentials = 'SELECT name, issuer, subject, audiences FROM federated_credential WHERE valid_to IS NULL';

function toCredential(row: SqlRow): FederatedCredential {
  return v.parse(federatedCredentialShape, {
    name: text(row, 'name'),
    issuer: text(row, 'issuer'),
    subject: text(row, 'subject'),
    audiences: JSON.parse(text(row, 'audiences')),
  });
}

/**
 * Parses every row that an answer may take, so that the questions of a merge find sound rows only.
 * @param onPage called for each page of rows
 * @throws {TypeError | SyntaxError | v.ValiError} no run writes such a row
 */
export function checkSourceAnswers(database: Database, onPage: () => void): void {
  const identities = database
    .prepare(`SELECT ifnull(i.resource_id, '') AS resource_id, i.principal_id, i.client_id, t.value AS tenant
      FROM identity i LEFT JOIN text t ON t.id = i.tenant`)
    .iterate();
  for (const page of pagesOf(identities)) {
    page.forEach(toIdentity);
    onPage();
  }
  for (const page of pagesOf(database.prepare(openCredentials).iterate())) {
    page.forEach(toCredential);
    onPage();
  }
}

/**
 * Answers the questions of a merge about a subscription from the database of the deployment that read it. Absence is
 * answered only where that deployment has verified it by id. What its database does not know is not answered.
 * @returns a function that returns whether it answered
 */
export function prepareSourceAnswers(database: Database): (followUp: FollowUp) => boolean {
  const machine = database.prepare(`SELECT m.id, v.end_change FROM machine m
    JOIN subscription_key s ON s.id = m.subscription JOIN resource_group g ON g.id = m.resource_group
    JOIN machine_version v ON v.machine = m.id
    WHERE s.subscription_id = ? AND g.key = ? AND m.type = ? AND m.name_key = ? ORDER BY v.valid_from DESC LIMIT 1`);
  const identities =
    database.prepare(`SELECT i.id, i.resource_id, i.principal_id, i.client_id, t.value AS tenant, i.federated_read_at,
      p.present FROM identity i
    JOIN identity_presence p ON p.identity = i.id AND p.valid_to IS NULL LEFT JOIN text t ON t.id = i.tenant
    WHERE i.resource_key = ? ORDER BY p.present DESC`);
  const credentials = database.prepare(`${openCredentials} AND identity = ? ORDER BY name`);
  const clientId =
    database.prepare(`SELECT d.principal_id, d.client_id FROM attachment a JOIN identity d ON d.id = a.identity
    WHERE a.machine = ? AND a.valid_to IS NULL AND a.position = 0`);

  const machineOf = (resourceId: string) => {
    const [, , subscriptionId = '', , group = '', , namespace = '', type = '', name = ''] = resourceId.split('/');
    const number = machineTypes.findIndex((known) => known.toLowerCase() === `${namespace}/${type}`.toLowerCase());
    return machine.get(subscriptionId.toLowerCase(), fold(group), number, fold(name));
  };
  const presentIdentity = (resourceId: string) => identities.all(fold(resourceId)).find((row) => row.present === 1);
  const credentialsOf = (identity: number): FederatedCredential[] => credentials.all(identity).map(toCredential);

  return (followUp) => {
    const { resourceId } = followUp;
    switch (followUp.ask) {
      case 'machine': {
        const found = machineOf(resourceId);
        if (found === undefined || !proven.includes(String(found.end_change))) return false;
        followUp.answer({ outcome: 'absent' });
        return true;
      }
      case 'identity': {
        const found = presentIdentity(resourceId);
        if (found !== undefined) {
          followUp.answer({ outcome: 'present', reading: toIdentity(found) });
          return true;
        }
        if (identities.get(fold(resourceId)) === undefined) return false;
        followUp.answer({ outcome: 'absent' });
        return true;
      }
      case 'federatedCredentials': {
        const found = presentIdentity(resourceId);
        if (found === undefined || found.federated_read_at === null) return false;
        followUp.answer({ outcome: 'present', reading: credentialsOf(integer(found, 'id')) });
        return true;
      }
      case 'clientId': {
        const found = machineOf(resourceId);
        const row = found === undefined ? undefined : clientId.get(integer(found, 'id'));
        if (row === undefined || row.client_id === null) return false;
        const ids = { principalId: textOrNull(row, 'principal_id'), clientId: text(row, 'client_id') };
        followUp.answer({ outcome: 'present', reading: v.parse(systemAssignedShape, ids) });
        return true;
      }
    }
  };
}
