import { listFindings } from '../lib/http/handlers/list-findings.ts';
import { httpFunction } from './http-function.ts';

httpFunction('findings', 'GET', 'findings', listFindings);
