import { app } from '@azure/functions';
import { appSettings } from './app-settings.ts';
import { endApp } from './composition.ts';
import { logErrorLine, logWarningLine } from './console-lines.ts';
import './http.ts';
import './inventory-run.ts';
import './inventory-schedule.ts';
import './inventory-watchdog.ts';

app.setup({ enableHttpStream: true });
app.hook.appTerminate(endApp);

// A wrong setting does not stop the app: its functions answer with the error.
if (appSettings instanceof Error) logErrorLine(`InvalidConfiguration: ${appSettings.message}`);
else for (const warning of appSettings.warnings) logWarningLine(warning);
