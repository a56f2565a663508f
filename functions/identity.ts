import { getIdentity } from '../lib/http/handlers/identity.ts';
import { httpFunction } from './http.ts';

httpFunction('identity', 'GET', 'identity', getIdentity);
