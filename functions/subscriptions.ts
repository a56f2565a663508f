import { listSubscriptions } from '../lib/http/handlers/subscriptions.ts';
import { httpFunction } from './http.ts';

httpFunction('subscriptions', 'GET', 'subscriptions', listSubscriptions);
