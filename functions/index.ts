import { app } from '@azure/functions';
import { appSettings } from './app-settings.ts';
import { endApp } from './composition.ts';
import './changes.ts';
import './database.ts';
import './findings.ts';
import './health.ts';
import './identity.ts';
import './inventory-run.ts';
import './inventory-schedule.ts';
import './openapi.ts';
import './principal.ts';
import './principals-lookup.ts';
import './principals.ts';
import './report-file.ts';
import './run-cancel.ts';
import './run-start.ts';
import './run.ts';
import './runs.ts';
import './subscription-virtual-machines.ts';
import './subscriptions.ts';
import './virtual-machine.ts';
import './virtual-machines.ts';

app.setup({ enableHttpStream: true });
app.hook.appTerminate(endApp);

// A setting that is wrong stops nothing: an app without functions helps nobody.
if (appSettings instanceof Error) console.error(`InvalidConfiguration: ${appSettings.message}`);
else for (const warning of appSettings.warnings) console.warn(warning);
