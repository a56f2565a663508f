import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openForReading } from '../../lib/database/database.ts';
import { resolveAsOf, resolveChangeRange } from '../../lib/database/queries/as-of.ts';
import { iterateChanges } from '../../lib/database/queries/changes.ts';
import { iterateFindings } from '../../lib/database/queries/findings.ts';
import { type Author, hasAuthor } from '../../lib/inventory/authors/author.ts';
import type { Change } from '../../lib/inventory/change.ts';
import { type Finding, findingRules } from '../../lib/inventory/finding.ts';
import { changeKinds } from '../../lib/inventory/run.ts';
import { collectIntoFile } from '../../lib/run/collect-into-file.ts';
import type { ExpectedChange, ExpectedFinding } from '../../local/azure/tenant/expectation.ts';
import { type AzureForTests, startAzureForTests } from '../support/azure-session.ts';

/** Usual and awkward subscriptions around the scenes. Their changes must be reported, too, and no others. */
let stand: AzureForTests;
let folder: string;
let changes: readonly string[];
const states: { findings: readonly string[]; expected: readonly string[] }[] = [];

beforeAll(async () => {
  stand = await startAzureForTests({ subscriptions: 2, vms: 30 });
  folder = mkdtempSync(join(tmpdir(), 'vm-identities-'));
  await collect();
  stand.azure.tenant.enterState(2);
  await collect();
  changes = readChanges().map(changeLine).sort();
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await stand[Symbol.asyncDispose]();
});

const databasePath = () => join(folder, 'inventory.sqlite');
async function collect(): Promise<void> {
  const settings = stand.settings({ INVENTORY_IDLE_DAYS: '0' });
  const signal = AbortSignal.timeout(60_000);
  const request = { databasePath: databasePath(), session: stand.session(settings), settings, signal };
  await collectIntoFile({ ...request, trigger: 'cli', scope: null });
  const expected = stand.azure.tenant.expectedFindings();
  states.push({ findings: readFindings().map(findingLine).sort(), expected: expected.map(findingLine).sort() });
}
function readFindings(): Finding[] {
  using database = openForReading(databasePath());
  return [...iterateFindings(database, resolveAsOf(database, null), {}, { findings: [], now: Date.now() })];
}
function readChanges(): Change[] {
  using database = openForReading(databasePath());
  return [...iterateChanges(database, resolveChangeRange(database, null, null), {})];
}
function resolveRange() {
  using database = openForReading(databasePath());
  return resolveChangeRange(database, null, null);
}
type Authored = Pick<Change, 'kind' | 'resourceId' | 'byStatus'> & {
  by: Pick<Author, 'caller' | 'callerType' | 'callerId' | 'candidates'> | null;
};
const authorLine = ({ kind, resourceId, byStatus, by }: Authored): string =>
  `${kind} ${resourceId} ${byStatus} ${by?.caller} ${by?.callerType} ${by?.callerId} ${by?.candidates}`.toLowerCase();
const changeLine = ({ kind, resourceId, principalId }: ExpectedChange): string =>
  `${kind} ${resourceId} ${principalId}`.toLowerCase();
const findingLine = ({ rule, severity, resourceId, principalId }: ExpectedFinding): string =>
  `${rule} ${severity} ${resourceId} ${principalId}`.toLowerCase();

test('the sample tenant has every kind of change that can come from Azure, and every rule of findings', () => {
  const kinds = new Set(stand.azure.tenant.expectedChanges().map(({ kind }) => kind));
  const rules = new Set(stand.azure.tenant.expectedFindings().map(({ rule }) => rule));

  expect(changeKinds.filter((kind) => !kinds.has(kind))).toEqual(['subscriptionForgotten', 'outOfScope']);
  expect(findingRules.filter((rule) => !rules.has(rule))).toEqual([]);
});

test('two runs report exactly the changes from its first state to its second', () => {
  expect(changes).toEqual(stand.azure.tenant.expectedChanges().map(changeLine).sort());
});

test('the run after the second state names the authors of its changes, and once more asks for the late ones', async () => {
  const { tenant } = stand.azure;
  const [from, to] = [resolveRange().from, resolveRange().to];
  const expected = tenant.expectedAuthors();
  const authorsOf = (delivered: boolean) =>
    expected.map((author) => {
      const missing = author.isLate && !delivered;
      return authorLine(missing ? { ...author, byStatus: 'notFound', by: null } : author);
    });
  const read = () => {
    using database = openForReading(databasePath());
    return [...iterateChanges(database, { from, to }, {})].filter(({ kind }) => hasAuthor(kind)).map(authorLine);
  };

  expect(read().sort()).toEqual(authorsOf(false).sort());
  tenant.activityLog.deliver();
  await collect();
  expect(read().sort()).toEqual(authorsOf(true).sort());
  expect(new Set(expected.map(({ by }) => by?.callerType))).toEqual(
    new Set(['user', 'application', 'managedIdentity', 'platform', undefined]),
  );
});

test.each([1, 2])('the run on state %i finds exactly what is to be found there', (state) => {
  const { findings, expected } = states[state - 1] ?? {};
  expect(findings).toEqual(expected);
});
