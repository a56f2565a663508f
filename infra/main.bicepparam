using 'main.bicep'

// For `azd up`: name and region come from the azd environment, everything else has its default.
// To change a setting, add its parameter below or deploy one of parameters/. `azd env set INVENTORY_…` has no effect here.

var environmentName = readEnvironmentVariable('AZURE_ENV_NAME', 'vm-identities')

param name = take(replace(replace(toLower(environmentName), '_', '-'), '.', '-'), 20)
param location = readEnvironmentVariable('AZURE_LOCATION', 'westeurope')
param resourceGroupName = 'rg-${environmentName}'
param tags = {
  'azd-env-name': environmentName
}
