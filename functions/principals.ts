import { listPrincipals } from '../lib/http/handlers/list-principals.ts';
import { httpFunction } from './http-function.ts';

httpFunction('principals', 'GET', 'principals', listPrincipals);
