import { getDatabase } from '../lib/http/handlers/get-database.ts';
import { httpFunction } from './http-function.ts';

httpFunction('database', 'GET', 'database', getDatabase);
