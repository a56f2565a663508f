import { unnamedOf } from './unnamed-attachments.ts';

/**
 * Attachments up to a run, with their ends as of that run. An attachment ends alone or with its machine; `v` is the
 * machine's version at that time. All texts are SQL; `seq` is the run's number.
 * @param table a table or subquery with the columns of `attachment`
 */
export const attachmentsAt = (seq: string, table = 'attachment') => `
  ${table} a CROSS JOIN machine_version v ON v.machine = a.machine AND v.valid_from = (
    SELECT l.valid_from FROM machine_version l
    WHERE l.machine = a.machine AND l.valid_from <= min(${seq}, ifnull(a.valid_to - 1, ${seq})) ORDER BY l.valid_from DESC LIMIT 1)`;

/** The `seq` at which an attachment of `attachmentsAt` ended; NULL = it is open as of the run. */
export const endedAtSeq = (seq: string) =>
  `CASE WHEN a.valid_to <= ${seq} THEN a.valid_to WHEN v.valid_to <= ${seq} THEN v.valid_to END`;
const endChange = (seq: string) =>
  `ifnull(CASE WHEN a.valid_to <= ${seq} THEN a.end_change END, CASE WHEN v.valid_to <= ${seq} THEN v.end_change END)`;

/** All numbers of the principal of an identity `i`: each change of its other ids adds one. */
const numbers = 'SELECT s.id FROM identity s WHERE s.principal_id = i.principal_id';

/** The last attachment to some machine ended without proof that the identity is gone: Azure was not asked. */
const lastEndUnconfirmed = (seq: string) => `EXISTS (
  SELECT 1 FROM ${attachmentsAt(seq)}
  WHERE a.identity IN (${numbers}) AND a.valid_from <= ${seq} AND ${endChange(seq)} IN ('outOfScope', 'subscriptionForgotten', 'tenantChanged')
  AND NOT EXISTS (SELECT 1 FROM attachment n WHERE n.identity IN (${numbers}) AND n.machine = a.machine
    AND n.valid_from > a.valid_from AND n.valid_from <= ${seq}))`;

const holds = (row: string, seq: string) =>
  `${row}.valid_from <= ${seq} AND (${row}.valid_to IS NULL OR ${row}.valid_to > ${seq})`;

/** What the lists of its subscription showed last: 1 = it exists, 0 = it is gone, NULL = no list has shown it. */
const presence = (seq: string) =>
  `(SELECT max(p.present) FROM identity_presence p WHERE p.identity IN (${numbers}) AND ${holds('p', seq)})`;

/** The newest list that should have shown it did. */
const listed = (seq: string, unread: string) => `EXISTS (
  SELECT 1 FROM identity d CROSS JOIN identity_presence p ON p.identity = d.id
  WHERE d.principal_id = i.principal_id AND p.present = 1 AND ${holds('p', seq)} AND d.subscription NOT IN (${unread})
  AND NOT EXISTS (SELECT 1 FROM identity_unseen u WHERE u.identity = d.id AND ${holds('u', seq)}))`;

/** A machine has one of these identities. */
const isOnMachine = (identities: string, seq: string) => `EXISTS (
  SELECT 1 FROM ${attachmentsAt(seq)} WHERE a.identity IN (${identities}) AND a.valid_from <= ${seq} AND ${endedAtSeq(seq)} IS NULL)`;

/**
 * The state of the principal of an identity `i` at a run.
 * @param unread a query for the numbers of the subscriptions whose identities the newest run could not read
 */
export const principalState = (seq: string, unread: string) => `CASE
  WHEN ${isOnMachine(numbers, seq)} OR (i.kind = 2 AND ${isOnMachine(unnamedOf('i.principal_id', seq), seq)})
    THEN iif(i.kind = 2 AND ${presence(seq)} = 0, 'dangling', 'attached')
  WHEN i.kind = 1 THEN iif(${lastEndUnconfirmed(seq)}, 'unknown', 'gone')
  WHEN ${presence(seq)} = 0 THEN 'gone'
  WHEN ${listed(seq, unread)} THEN 'detached'
  ELSE 'unknown' END`;

/** A run knew the identity: it had been on a machine, or listed. */
export const seenBy = (identity: string, seq: string) => `(
  EXISTS (SELECT 1 FROM attachment e WHERE e.identity = ${identity}.id AND e.valid_from <= ${seq})
  OR EXISTS (SELECT 1 FROM identity_presence e WHERE e.identity = ${identity}.id AND e.valid_from <= ${seq}))`;
