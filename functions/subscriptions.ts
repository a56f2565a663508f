import { listSubscriptions } from '../lib/http/handlers/list-subscriptions.ts';
import { httpFunction } from './http-function.ts';

httpFunction('subscriptions', 'GET', 'subscriptions', listSubscriptions);
