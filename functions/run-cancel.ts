import { cancelRun } from '../lib/http/handlers/cancel-run.ts';
import { httpFunction } from './http-function.ts';

httpFunction('run-cancel', 'DELETE', 'runs/{runId}', cancelRun);
