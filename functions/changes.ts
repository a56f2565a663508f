import { listChanges } from '../lib/http/handlers/list-changes.ts';
import { httpFunction } from './http-function.ts';

httpFunction('changes', 'GET', 'changes', listChanges);
