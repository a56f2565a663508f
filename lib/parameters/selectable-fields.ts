import * as v from 'valibot';
import { changeShape } from '../inventory/change.ts';
import { findingShape } from '../inventory/finding.ts';
import { principalShape } from '../inventory/principal.ts';
import { virtualMachineShape } from '../inventory/virtual-machine.ts';

export const virtualMachineFields = v.keyof(virtualMachineShape).options;
export const principalFields = v.keyof(principalShape).options;
export const changeFields = v.keyof(changeShape).options;
export const findingFields = v.keyof(findingShape).options;
