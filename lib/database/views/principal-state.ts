import { unnamedOf } from './unnamed-attachments.ts';

/**
 * Attachments up to a run with their ends as of that run. An attachment ends by itself or with its machine; `v` is the machine's version
 * in force when it did. All texts are SQL; `seq` is that of the run's number.
 * @param table what has the columns of `attachment`
 */
export const attachmentsAt = (seq: string, table = 'attachment') => `
  ${table} a CROSS JOIN machine_version v ON v.machine = a.machine AND v.valid_from = (
    SELECT l.valid_from FROM machine_version l
    WHERE l.machine = a.machine AND l.valid_from <= min(${seq}, ifnull(a.valid_to - 1, ${seq})) ORDER BY l.valid_from DESC LIMIT 1)`;

/** The `seq` at which an attachment of `attachmentsAt` had ended as of the run; NULL = it had not. */
export const endedAtSeq = (seq: string) =>
  `CASE WHEN a.valid_to <= ${seq} THEN a.valid_to WHEN v.valid_to <= ${seq} THEN v.valid_to END`;
const endChange = (seq: string) =>
  `ifnull(CASE WHEN a.valid_to <= ${seq} THEN a.end_change END, CASE WHEN v.valid_to <= ${seq} THEN v.end_change END)`;

/** All numbers of the principal of an identity `i`: one whose other ids changed has several. */
const numbers = 'SELECT s.id FROM identity s WHERE s.principal_id = i.principal_id';

/** The last attachment of each machine ended in a way that says nothing of the identity: nobody looked. */
const lastEndUnconfirmed = (seq: string) => `EXISTS (
  SELECT 1 FROM ${attachmentsAt(seq)}
  WHERE a.identity IN (${numbers}) AND a.valid_from <= ${seq} AND ${endChange(seq)} IN ('outOfScope', 'subscriptionForgotten', 'tenantChanged')
  AND NOT EXISTS (SELECT 1 FROM attachment n WHERE n.identity IN (${numbers}) AND n.machine = a.machine
    AND n.valid_from > a.valid_from AND n.valid_from <= ${seq}))`;

const holds = (row: string, seq: string) =>
  `${row}.valid_from <= ${seq} AND (${row}.valid_to IS NULL OR ${row}.valid_to > ${seq})`;

/** What the listings of its subscription said of it last: 1 it is there, 0 it is gone; NULL = nobody looked. */
const presence = (seq: string) =>
  `(SELECT max(p.present) FROM identity_presence p WHERE p.identity IN (${numbers}) AND ${holds('p', seq)})`;

/** Listed, by the newest reading that there should have been. */
const listed = (seq: string, unread: string) => `EXISTS (
  SELECT 1 FROM identity d CROSS JOIN identity_presence p ON p.identity = d.id
  WHERE d.principal_id = i.principal_id AND p.present = 1 AND ${holds('p', seq)} AND d.subscription NOT IN (${unread})
  AND NOT EXISTS (SELECT 1 FROM identity_unseen u WHERE u.identity = d.id AND ${holds('u', seq)}))`;

/** A machine has it: one of the identities of these numbers. */
const isOnMachine = (identities: string, seq: string) => `EXISTS (
  SELECT 1 FROM ${attachmentsAt(seq)} WHERE a.identity IN (${identities}) AND a.valid_from <= ${seq} AND ${endedAtSeq(seq)} IS NULL)`;

/**
 * The state of the principal of an identity `i` at a run.
 * @param unread a query of the subscriptions (by number) whose identities the newest run could not read
 */
export const principalState = (seq: string, unread: string) => `CASE
  WHEN ${isOnMachine(numbers, seq)} OR (i.kind = 2 AND ${isOnMachine(unnamedOf('i.principal_id', seq), seq)})
    THEN iif(i.kind = 2 AND ${presence(seq)} = 0, 'dangling', 'attached')
  WHEN i.kind = 1 THEN iif(${lastEndUnconfirmed(seq)}, 'unknown', 'gone')
  WHEN ${presence(seq)} = 0 THEN 'gone'
  WHEN ${listed(seq, unread)} THEN 'detached'
  ELSE 'unknown' END`;

/** An identity that a run knew: it was on a machine, or listed. */
export const seenBy = (identity: string, seq: string) => `(
  EXISTS (SELECT 1 FROM attachment e WHERE e.identity = ${identity}.id AND e.valid_from <= ${seq})
  OR EXISTS (SELECT 1 FROM identity_presence e WHERE e.identity = ${identity}.id AND e.valid_from <= ${seq}))`;
