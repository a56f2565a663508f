import { listVirtualMachines } from '../lib/http/handlers/list-virtual-machines.ts';
import { httpFunction } from './http-function.ts';

httpFunction('virtual-machines', 'GET', 'virtualMachines', listVirtualMachines);
