import { listRuns } from '../lib/http/handlers/list-runs.ts';
import { httpFunction } from './http-function.ts';

httpFunction('runs', 'GET', 'runs', listRuns);
