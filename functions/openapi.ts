import { getOpenApi } from '../lib/http/handlers/openapi.ts';
import { httpFunction } from './http.ts';

httpFunction('openapi', 'GET', 'openapi.json', getOpenApi);
