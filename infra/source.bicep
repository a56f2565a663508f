metadata name = 'Rights for another deployment'
metadata description = 'Lets another deployment in this tenant read the databases of this one (its INVENTORY_SOURCES). Deploy it to the resource group of the deployment to read.'

import { roles } from 'roles.bicep'

@description('Required. Name of the storage account to read: storageAccountName of the deployment to read.')
param storageAccountName string

@description('Optional. Name of its container.')
param containerName string = 'inventory'

@description('Required. Object id of the reading identity: readerPrincipalId of the other deployment.')
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
