import { getOpenApi } from '../lib/http/handlers/get-openapi.ts';
import { httpFunction } from './http-function.ts';

httpFunction('openapi', 'GET', 'openapi.json', getOpenApi);
