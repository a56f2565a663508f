import { getRun } from '../lib/http/handlers/get-run.ts';
import { httpFunction } from './http.ts';

httpFunction('run', 'GET', 'runs/{runId}', getRun);
