/** The texts of the list of principals. */
export const principalsText = {
  copyPrincipalId: 'Copy principal id',
  titles: {
    principalId: 'Principal id',
    identity: 'Identity',
    kind: 'Kind',
    state: 'State',
    virtualMachineCount: 'Machines now',
    roleAssignmentCount: 'Roles',
    highestPrivilege: 'Privilege',
    lastSeen: 'Last seen',
  },
};
