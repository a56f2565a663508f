import { getVirtualMachine } from '../lib/http/handlers/get-virtual-machine.ts';
import { httpFunction } from './http.ts';

httpFunction(
  'virtual-machine',
  'GET',
  'subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/Microsoft.Compute/virtualMachines/{virtualMachineName}',
  getVirtualMachine,
);
