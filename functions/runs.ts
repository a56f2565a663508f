import { listRuns } from '../lib/http/handlers/runs.ts';
import { httpFunction } from './http.ts';

httpFunction('runs', 'GET', 'runs', listRuns);
