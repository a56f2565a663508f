metadata name = 'Authentication'
metadata description = 'App Service authentication with Entra ID. Deployed in any case, so that going back to keys turns it off.'

@description('Required. Name of the function app.')
param appName string

@description('Required. Whether callers are signed in with Entra ID. All others then get 401, except at health.')
param enabled bool

@description('Required. Client id of the app registration that stands for the app.')
param clientId string

@description('Required. Audiences that tokens may be for.')
param allowedAudiences string[]

@description('Required. Object ids of the users and service principals that may call. Empty: no restriction.')
param allowedPrincipalIds string[]

@description('Required. Client ids of the applications whose tokens are taken.')
param allowedApplicationIds string[]

resource app 'Microsoft.Web/sites@2024-11-01' existing = {
  name: appName
}

resource settings 'Microsoft.Web/sites/config@2024-11-01' = {
  parent: app
  name: 'authsettingsV2'
  properties: {
    platform: {
      enabled: enabled
    }
    globalValidation: {
      requireAuthentication: enabled
      unauthenticatedClientAction: enabled ? 'Return401' : 'AllowAnonymous'
      // says only whether the app is well: probes have no token
      excludedPaths: ['/api/health']
    }
    httpSettings: {
      requireHttps: true
    }
    // none, rather than one without a client id
    identityProviders: enabled
      ? {
          azureActiveDirectory: {
            enabled: true
            registration: {
              clientId: clientId
              openIdIssuer: '${environment().authentication.loginEndpoint}${tenant().tenantId}/v2.0'
            }
            validation: {
              allowedAudiences: allowedAudiences
              defaultAuthorizationPolicy: {
                allowedApplications: allowedApplicationIds
                allowedPrincipals: empty(allowedPrincipalIds) ? null : { identities: allowedPrincipalIds }
              }
            }
          }
        }
      : {}
    login: {
      tokenStore: {
        enabled: false
      }
    }
  }
}
