metadata name = 'Authentication'
metadata description = 'App Service authentication with Entra ID. Always deployed, so that a change back to keys turns it off.'

@description('Required. Name of the function app.')
param appName string

@description('Required. Whether callers must sign in with Entra ID. All others then get 401, except at health and for the files of the page.')
param enabled bool

@description('Required. Client id of the app registration for the app.')
param clientId string

@description('Required. Accepted audiences of tokens.')
param allowedAudiences string[]

@description('Required. Object ids of the users and service principals that may call. Empty: no restriction.')
param allowedPrincipalIds string[]

@description('Required. Client ids of the applications whose tokens are accepted.')
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
      // Probes have no token, and the page sends people to sign in. Neither shows anything of the estate.
      excludedPaths: ['/api/health', '/api/page', '/api/page/*']
    }
    httpSettings: {
      requireHttps: true
    }
    // No provider is better than one without a client id.
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
      // The view of the page is in the fragment of its address.
      preserveUrlFragmentsForLogins: true
      tokenStore: {
        enabled: false
      }
    }
  }
}
