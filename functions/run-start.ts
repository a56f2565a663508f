import { input } from 'durable-functions';
import { startRun } from '../lib/http/handlers/start-run.ts';
import { httpFunction } from './http.ts';

httpFunction('run-start', 'POST', 'runs', startRun, [input.durableClient()]);
