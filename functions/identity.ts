import { getIdentity } from '../lib/http/handlers/get-identity.ts';
import { httpFunction } from './http-function.ts';

httpFunction('identity', 'GET', 'identity', getIdentity);
