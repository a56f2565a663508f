import { getReport } from '../lib/http/handlers/get-report.ts';
import { httpFunction } from './http-function.ts';

httpFunction('report-file', 'GET', 'reports/{file}', getReport);
