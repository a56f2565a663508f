import { spawnSync } from 'node:child_process';
import { setTimeout } from 'node:timers/promises';

/*
 * `npm run first-run`: starts the first run of an app that azd has just deployed, and prints what comes next. azd calls it
 * after a deployment, with the outputs of infra/main.bicep in the environment. It starts nothing where a run has ended.
 */
const waitMs = 15_000;
/** A test asks once. */
const attempts = Number(process.env.FIRST_RUN_ATTEMPTS ?? 20);

const { functionAppHostName: host, functionAppName: app, resourceGroupName: group, pageUrl } = process.env;
if (host === undefined || app === undefined || group === undefined) {
  throw new Error(
    'functionAppHostName, functionAppName or resourceGroupName is not set. Run: azd hooks run postdeploy',
  );
}
const api = `https://${host}/api`;
console.log(`Page: ${pageUrl ?? `${api}/page`}`);

const health = await waitForHealth();
if (health === null) {
  console.log(
    `${api}/health does not answer. In a closed network, call it from inside. Otherwise wait for the new roles:`,
  );
  console.log('they can take ten minutes. Then run: azd hooks run postdeploy');
  process.exitCode = 1;
} else if (health.lastRun !== null) {
  console.log('A run has ended before. The next one starts on schedule.');
} else {
  await startRun();
}

/** @returns the answer, healthy or not; null if the app does not give one */
async function waitForHealth(): Promise<{ readonly lastRun: unknown } | null> {
  for (let attempt = 1; attempt <= attempts; attempt++) {
    if (attempt > 1) await setTimeout(waitMs);
    try {
      const response = await fetch(`${api}/health`, { signal: AbortSignal.timeout(60_000) });
      const answer: unknown = await response.json();
      if (typeof answer === 'object' && answer !== null && 'lastRun' in answer) return answer;
    } catch {
      // The host is starting, or waits for its roles on storage.
    }
  }
  return null;
}

async function startRun(): Promise<void> {
  const show = `az functionapp function keys list --resource-group ${group} --name ${app} --function-name run-start --query default --output tsv`;
  if (process.env.INVENTORY_HTTP_AUTH === 'entra') {
    console.log('Callers sign in with Microsoft Entra ID. Start the first run on the page, or wait for the schedule.');
    return;
  }
  // Without a shell: a program of the Azure CLI that only a shell finds counts as missing.
  const { status, stdout } = spawnSync('az', show.split(' ').slice(1), { encoding: 'utf8' });
  if (status !== 0) {
    console.log(`The key of run-start could not be read (az is missing or not signed in). To start the first run:`);
    console.log(`  curl -X POST -H "x-functions-key: $(${show})" ${api}/runs`);
    return;
  }
  const response = await fetch(`${api}/runs`, {
    method: 'POST',
    headers: { 'x-functions-key': stdout.trim() },
    redirect: 'error',
  });
  if (response.status === 202) {
    console.log(`The first run has started: ${response.headers.get('location')}`);
    console.log(`Then GET ${api}/subscriptions says what it could not read, and which command gives access.`);
    return;
  }
  console.log(`POST ${api}/runs: ${response.status} ${await response.text()}`);
  process.exitCode = 1;
}
