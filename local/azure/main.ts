import { parseArgs } from 'node:util';
import { documentedLimits } from './faults/rate-limits.ts';
import { startLocalAzure } from './local-azure.ts';
import { createSampleTenant } from './sample-tenant.ts';

/**
 * Azure on one machine, as a process. Prints one line of JSON when it is ready. Ends with its stdin or on SIGTERM.
 * `--simple` omits the subscriptions that are not fully readable and those of the scenes, `--no-scenes` only the
 * latter. `--plain` makes all machines alike. `--vms-of-last` sets the number of machines in the last readable
 * subscription. `--limits` refuses requests beyond Azure's documented limits.
 */
const { values } = parseArgs({
  options: {
    subscriptions: { type: 'string', default: '5' },
    vms: { type: 'string', default: '40' },
    'vms-of-last': { type: 'string' },
    seed: { type: 'string', default: '1' },
    latency: { type: 'string', default: '0' },
    'page-size': { type: 'string', default: '50' },
    port: { type: 'string', default: '0' },
    state: { type: 'string', default: '1' },
    simple: { type: 'boolean', default: false },
    'no-scenes': { type: 'boolean', default: false },
    plain: { type: 'boolean', default: false },
    limits: { type: 'boolean', default: false },
  },
});

const tenant = createSampleTenant({
  subscriptions: wholeNumber('subscriptions', values.subscriptions),
  vms: wholeNumber('vms', values.vms),
  vmsOfLast: wholeNumber('vms-of-last', values['vms-of-last'] ?? values.vms),
  seed: wholeNumber('seed', values.seed),
  state: wholeNumber('state', values.state) === 2 ? 2 : 1,
  awkward: !values.simple,
  scenes: !values.simple && !values['no-scenes'],
  plain: values.plain,
});
const azure = await startLocalAzure({
  tenant,
  latencyMs: wholeNumber('latency', values.latency),
  pageSize: wholeNumber('page-size', values['page-size']),
  port: wholeNumber('port', values.port),
  ...(values.limits ? { limits: documentedLimits } : {}),
});
const { endpoint, identityEndpoint, caFile } = azure;
const environment = {
  AppService: azure.environment('AppService'),
  IMDS: azure.environment('IMDS'),
  CloudShell: azure.environment('CloudShell'),
};
console.log(JSON.stringify({ endpoint, identityEndpoint, caFile, environment }));

let stopping = false;
async function stop(): Promise<void> {
  if (stopping) return;
  stopping = true;
  await azure.stop();
  process.exit(0);
}
process.once('SIGTERM', stop);
process.once('SIGINT', stop);
process.stdin.once('end', stop).once('error', stop).resume();

function wholeNumber(name: string, text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  console.error(`--${name} must be a whole number, not '${text}'.`);
  return process.exit(2);
}
