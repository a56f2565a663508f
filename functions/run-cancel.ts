import { cancelRun } from '../lib/http/handlers/cancel-run.ts';
import { httpFunction } from './http.ts';

httpFunction('run-cancel', 'DELETE', 'runs/{runId}', cancelRun);
