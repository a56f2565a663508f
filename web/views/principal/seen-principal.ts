import type { Answers } from '../../api/types.ts';

/** What a run knows of a principal. */
export type SeenPrincipal = Extract<Answers['principal'], { readonly runId: string }>;

/** Machines in one answer: with more, the list of machines shows them. */
export const mostMachines = 200;
