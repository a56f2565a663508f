import { getPrincipal } from '../lib/http/handlers/get-principal.ts';
import { httpFunction } from './http-function.ts';

httpFunction('principal', 'GET', 'principals/{principalId}', getPrincipal);
