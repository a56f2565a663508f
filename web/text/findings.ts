/** The texts of findings. */
export const findingsText = {
  rules: {
    privilegedIdentity: 'Privileged identity',
    idlePrivilegedIdentity: 'Idle privileged identity',
    sharedIdentity: 'Shared identity',
    danglingIdentity: 'Dangling identity',
    orphanedRoleAssignment: 'Orphaned role assignment',
    crossSubscriptionAccess: 'Access across subscriptions',
    recreatedPrincipalKeepsRoles: 'Re-created principal keeps roles',
  },
  /** In short what docs/findings says of each rule. */
  meanings: {
    privilegedIdentity:
      'The identity has a far-reaching role at a subscription or above. Whoever controls one of its machines has that role.',
    idlePrivilegedIdentity:
      'A far-reaching identity is only on machines that have been deallocated for long. Its roles serve no one.',
    sharedIdentity:
      'One identity is on many machines, or on machines of several subscriptions. Each machine may do what any of them needs, and sign-in logs cannot tell them apart.',
    danglingIdentity:
      'The machine has a user-assigned identity that no longer exists. An identity created again under that name gets onto the machine with its next update.',
    orphanedRoleAssignment:
      'A role is still assigned to an identity that is gone. No one can use it, and it counts towards the limit of role assignments.',
    crossSubscriptionAccess:
      'The identity has a role in a subscription where none of its machines is. A compromised machine reaches the other subscription.',
    recreatedPrincipalKeepsRoles:
      'The identity was re-created, and its former principal id still has roles. The new identity does not have them.',
  },
  since: 'since',
  stale: 'stale',
  accepted: (number: number) =>
    `${number.toLocaleString()} accepted ${number === 1 ? 'finding is' : 'findings are'} not listed (INVENTORY_ACCEPTED_FINDINGS).`,
  acceptance: (days: number) =>
    `Copy the entry that accepts it for ${days.toLocaleString()} days. Write the reason in place of WHY.`,
  copyAcceptance: 'Copy acceptance',
  copyCommand: 'Copy command',
  copyAndFill: (placeholders: readonly string[]) => `Copy (fill in ${placeholders.join(', ')})`,
};
