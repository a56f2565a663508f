metadata name = 'Rights for another deployment'
metadata description = 'Lets another deployment of this tenant read this one\'s databases (its INVENTORY_SOURCES). Deploy it to the resource group of the deployment that is read.'

import { roles } from 'roles.bicep'

@description('Required. Storage account that is read: storageAccountName of the deployment that is read.')
param storageAccountName string

@description('Optional. Its container.')
param containerName string = 'inventory'

@description('Required. Object id of the identity that reads: readerPrincipalId of the other deployment.')
@minLength(36)
@maxLength(36)
param principalId string

module role 'modules/container-role.bicep' = {
  params: {
    storageAccountName: storageAccountName
    containerName: containerName
    principalId: principalId
    roleDefinitionId: roles.storageBlobDataReader
  }
}
