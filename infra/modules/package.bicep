metadata name = 'Package'
metadata description = 'Sends a package to the function app: the documented way for Flex Consumption. Azure reads it from its address.'

@description('Required. Name of the function app.')
param appName string

@description('Required. The https address of the package, which must be readable by anyone.')
param packageUri string

resource app 'Microsoft.Web/sites@2024-11-01' existing = {
  name: appName
}

// For checkers without the type of this extension.
#disable-next-line not-in-data
resource package 'Microsoft.Web/sites/extensions@2024-11-01' = {
  parent: app
  name: 'onedeploy'
  // Bicep's type of this extension is incomplete: https://learn.microsoft.com/azure/azure-functions/functions-infrastructure-as-code
  #disable-next-line BCP187
  properties: {
    packageUri: packageUri
    // It has all it needs.
    remoteBuild: false
  }
}
