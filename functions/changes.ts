import { listChanges } from '../lib/http/handlers/changes.ts';
import { httpFunction } from './http.ts';

httpFunction('changes', 'GET', 'changes', listChanges);
