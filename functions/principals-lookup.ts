import { lookupPrincipals } from '../lib/http/handlers/lookup-principals.ts';
import { httpFunction } from './http.ts';

httpFunction('principals-lookup', 'POST', 'principals/lookup', lookupPrincipals);
