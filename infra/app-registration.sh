#!/bin/sh
# Creates or updates the app registration for httpAuth=entra: an API that the Azure CLI may call, and three app roles.
# It can run any number of times: what exists is updated.
#
# Usage: infra/app-registration.sh [NAME] [HOST]
#   NAME  of the registration (default: vm-identities)
#   HOST  of the app, such as vm-identities-abc.azurewebsites.net, for people who sign in with a browser
set -eu

name=${1:-vm-identities}
host=${2:-}

# Ids of the registration's own parts: the same in each run.
scope=6f3bd20c-5f0e-4c8b-9c53-0f4a4f1c7f10
inventory_read=6f3bd20c-5f0e-4c8b-9c53-0f4a4f1c7f11
runs_write=6f3bd20c-5f0e-4c8b-9c53-0f4a4f1c7f12
database_read=6f3bd20c-5f0e-4c8b-9c53-0f4a4f1c7f13
# The Azure CLI, in every tenant.
azure_cli=04b07795-8ddb-461a-bbee-02f9e1bf7b46

case $name$host in
  *[!A-Za-z0-9._-]*) echo 'error: NAME and HOST may have letters, digits, dots, hyphens and underscores' >&2; exit 2 ;;
esac

# What was just created may not be found for some seconds.
retry() {
  for seconds in 2 5 10 20; do
    "$@" && return
    sleep "$seconds"
  done
  "$@"
}

update() {
  az rest --method PATCH --url "$graph/v1.0/applications(appId='$client')" \
    --headers Content-Type=application/json --body "$1" --output none
}

role() {
  printf '{"id":"%s","value":"%s","displayName":"%s","description":"%s","isEnabled":true,"allowedMemberTypes":["User","Application"]}' \
    "$1" "$2" "$2" "$3"
}

clients=$(az ad app list --filter "displayName eq '$name'" --query '[].appId' --output tsv)
case $clients in
  '') client=$(az ad app create --display-name "$name" --sign-in-audience AzureADMyOrg --query appId --output tsv) ;;
  *[!A-Za-z0-9-]*) echo "error: several app registrations have the name $name: give another NAME" >&2; exit 1 ;;
  *) client=$clients ;;
esac
graph=$(az cloud show --query endpoints.microsoftGraphResourceId --output tsv)
graph=${graph%/}

# Version 2, because App Service is configured with the issuer of version 2.
api='"requestedAccessTokenVersion":2,"oauth2PermissionScopes":[{"id":"'$scope'","value":"user_impersonation","type":"User",
  "isEnabled":true,"adminConsentDisplayName":"Call '$name'","adminConsentDescription":"Call '$name' as the signed-in user",
  "userConsentDisplayName":"Call '$name'","userConsentDescription":"Call '$name' as you"}]'
roles=$(role $inventory_read Inventory.Read 'Read machines, identities, changes, findings, reports and runs')
roles=$roles,$(role $runs_write Runs.Write 'Start and cancel runs')
roles=$roles,$(role $database_read Database.Read 'Download the whole inventory as a database')
retry update '{"identifierUris":["api://'"$client"'"],"api":{'"$api"'},"appRoles":['"$roles"']}'
# Only a scope that exists can be authorised.
retry update '{"api":{'"$api"',"preAuthorizedApplications":[{"appId":"'$azure_cli'","delegatedPermissionIds":["'$scope'"]}]}}'
if [ -n "$host" ]; then
  update '{"web":{"redirectUris":["https://'"$host"'/.auth/login/aad/callback"],"implicitGrantSettings":{"enableIdTokenIssuance":true}}}'
fi

principals=$(az ad sp list --filter "appId eq '$client'" --query '[].id' --output tsv)
if [ -z "$principals" ]; then retry az ad sp create --id "$client" --output none; fi
# Only callers that are assigned to the app get tokens.
retry az ad sp update --id "$client" --set appRoleAssignmentRequired=true

echo "$client"
