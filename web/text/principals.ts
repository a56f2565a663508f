/** The texts of the list of principals. */
export const principalsText = {
  copyPrincipalId: 'Copy principal id',
  titles: {
    principalId: 'Principal id',
    identity: 'Identity',
    kind: 'Kind',
    state: 'State',
    virtualMachineCount: 'Machines',
    roleAssignmentCount: 'Roles',
    highestPrivilege: 'Privilege',
    lastSeen: 'Last seen',
  },
};
