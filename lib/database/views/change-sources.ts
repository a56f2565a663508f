import { credentialBegan, credentialEnded, roleBegan, roleEnded } from './access-changes.ts';
import type { ChangeSource } from './change-source.ts';
import { attachmentBegan, attachmentEnded, identityRecreated } from './identity-changes.ts';
import { machineBegan, machineEnded } from './machine-changes.ts';

/** The newest earlier run that listed subscriptions and had this one in its scope. */
const listedBefore = `iif(s.change = 'subscriptionForgotten', NULL, (SELECT p.started_at FROM run p
  WHERE p.seq < s.valid_from AND p.reason IS NULL AND p.changes ->> 'subscriptionForgotten' IS NULL
  AND (p.scope IS NULL OR EXISTS (SELECT 1 FROM json_each(p.scope) e, subscription_key k
    WHERE k.id = s.subscription AND e.value = k.subscription_id)) ORDER BY p.seq DESC LIMIT 1))`;
const subscriptionId = `(SELECT '/subscriptions/' || k.subscription_id FROM subscription_key k WHERE k.id = s.subscription)`;

const subscriptionChanged: ChangeSource = {
  kinds: ['subscriptionAppeared', 'subscriptionLost', 'subscriptionForgotten', 'outOfScope', 'tenantChanged'],
  from: 'subscription s',
  where: 's.change IS NOT NULL',
  seq: 's.valid_from',
  keys: ['s.subscription'],
  kind: 's.change',
  at: '(SELECT r.started_at FROM run r WHERE r.seq = s.valid_from)',
  notBefore: listedBefore,
  resourceId: subscriptionId,
  principalId: 'NULL',
  before: 's.change_before',
  after: 's.change_after',
  inSubscription: 's.subscription = (SELECT id FROM subscription_key WHERE subscription_id = $subscriptionId)',
  ofResource: `${subscriptionId} = $resourceKey`,
  ofPrincipal: 'FALSE',
};

/** In the order in which the changes of one run are shown. */
export const changeSources: readonly ChangeSource[] = [
  subscriptionChanged,
  machineBegan,
  machineEnded,
  attachmentEnded,
  attachmentBegan,
  identityRecreated,
  credentialEnded,
  credentialBegan,
  roleEnded,
  roleBegan,
];

/** The columns of every change, except `before` and `after`. */
export const changeColumns = (source: ChangeSource) => `${source.seq} AS seq,
  (SELECT r.id FROM run r WHERE r.seq = ${source.seq}) AS run_id, ${source.at} AS at, ${source.notBefore} AS not_before,
  ${source.kind} AS kind, ${source.resourceId} AS resource_id, ${source.principalId} AS principal_id,
  ${authorColumn(source, 'author')} AS by, ifnull(${authorColumn(source, 'status')},
    iif((SELECT r.authors FROM run r WHERE r.seq = ${source.seq}) = 0, 'off', 'notRead')) AS by_status`;

/** What the activity log says about a change of a source. */
const authorColumn = (source: ChangeSource, column: 'author' | 'status'): string =>
  source.author === undefined ? 'NULL' : `(SELECT w.${column} FROM change_author w WHERE ${isAuthorOf(source)})`;

/** The row `w` of `change_author` that belongs to a change. */
export const isAuthorOf = ({ author, seq, keys }: ChangeSource): string =>
  `w.seq = ${seq} AND w.source = ${author?.source ?? 'NULL'} AND w.first_key = ${keys[0]} AND w.second_key = ${keys[1] ?? '0'}`;

const selectOf = (source: ChangeSource) =>
  `SELECT ${changeColumns(source)}, ${source.before} AS before, ${source.after} AS after FROM ${source.from} WHERE ${source.where}`;

/**
 * One row per change, by the `seq` of the run that found it. The oldest run is a baseline without changes: retention
 * has removed what ended there.
 */
export const changeViews = `
CREATE VIEW changes AS
SELECT seq, run_id, at, not_before, kind, resource_id, principal_id, before, after, by, by_status FROM (
${changeSources.map(selectOf).join('\nUNION ALL\n')}
) WHERE seq > (SELECT min(r.seq) FROM run r);
`;
