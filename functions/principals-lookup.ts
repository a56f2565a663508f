import { lookupPrincipals } from '../lib/http/handlers/lookup-principals.ts';
import { httpFunction } from './http-function.ts';

httpFunction('principals-lookup', 'POST', 'principals/lookup', lookupPrincipals);
