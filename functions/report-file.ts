import { getReport } from '../lib/http/handlers/report.ts';
import { httpFunction } from './http.ts';

httpFunction('report-file', 'GET', 'reports/{file}', getReport);
