import { getPrincipal } from '../lib/http/handlers/get-principal.ts';
import { httpFunction } from './http.ts';

httpFunction('principal', 'GET', 'principals/{principalId}', getPrincipal);
