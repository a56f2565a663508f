using 'main.bicep'

// What `azd up` deploys: the environment's name and region come from azd, all else has its default.
// Settings of your own: `azd env set INVENTORY_…` does nothing here; write the parameter below, or deploy one of parameters/.

var environmentName = readEnvironmentVariable('AZURE_ENV_NAME', 'vm-identities')

param name = take(replace(replace(toLower(environmentName), '_', '-'), '.', '-'), 20)
param location = readEnvironmentVariable('AZURE_LOCATION', 'westeurope')
param resourceGroupName = 'rg-${environmentName}'
param tags = {
  'azd-env-name': environmentName
}
