import { listVirtualMachines } from '../lib/http/handlers/virtual-machines.ts';
import { httpFunction } from './http.ts';

httpFunction('virtual-machines', 'GET', 'virtualMachines', listVirtualMachines);
