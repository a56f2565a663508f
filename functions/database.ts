import { getDatabase } from '../lib/http/handlers/database.ts';
import { httpFunction } from './http.ts';

httpFunction('database', 'GET', 'database', getDatabase);
