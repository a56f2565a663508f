import { listPrincipals } from '../lib/http/handlers/principals.ts';
import { httpFunction } from './http.ts';

httpFunction('principals', 'GET', 'principals', listPrincipals);
