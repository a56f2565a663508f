import { listSubscriptionVirtualMachines } from '../lib/http/handlers/list-subscription-virtual-machines.ts';
import { httpFunction } from './http.ts';

httpFunction(
  'subscription-virtual-machines',
  'GET',
  'subscriptions/{subscriptionId}/providers/Microsoft.Compute/virtualMachines',
  listSubscriptionVirtualMachines,
);
