import { listFindings } from '../lib/http/handlers/findings.ts';
import { httpFunction } from './http.ts';

httpFunction('findings', 'GET', 'findings', listFindings);
