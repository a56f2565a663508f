import { type Answer, jsonAnswer } from '../answer.ts';

/** An error body as Resource Manager writes it. */
export function armError(status: number, code: string, message: string, headers: Answer['headers'] = {}): Answer {
  return jsonAnswer(status, { error: { code, message } }, { 'x-ms-failure-cause': 'gateway', ...headers });
}

export const errors = {
  missingApiVersion: () =>
    armError(
      400,
      'MissingApiVersionParameter',
      'The api-version query parameter (?api-version=) is required for all requests.',
    ),
  invalidApiVersion: (version: string, supported: readonly string[]) =>
    armError(
      400,
      'InvalidApiVersionParameter',
      `The api-version '${version}' is invalid. The supported versions are '${supported.join(',')}'.`,
    ),
  noRegisteredProvider: (version: string, type: string, supported: readonly string[]) =>
    armError(
      400,
      'NoRegisteredProviderFound',
      `No registered resource provider found for location 'westeurope' and API version '${version}' for type '${type}'. The supported api-versions are '${supported.join(', ')}'. The supported locations are 'westeurope, northeurope, germanywestcentral, eastus2, uksouth'.`,
    ),
  invalidSubscriptionId: (subscriptionId: string) =>
    armError(
      400,
      'InvalidSubscriptionId',
      `The provided subscription identifier '${subscriptionId}' is malformed or invalid.`,
    ),
  subscriptionNotFound: (subscriptionId: string) =>
    armError(404, 'SubscriptionNotFound', `The subscription '${subscriptionId}' could not be found.`),
  resourceGroupNotFound: (resourceGroup: string) =>
    armError(404, 'ResourceGroupNotFound', `Resource group '${resourceGroup}' could not be found.`),
  resourceNotFound: (type: string, name: string, resourceGroup: string) =>
    armError(
      404,
      'ResourceNotFound',
      `The Resource '${type}/${name}' under resource group '${resourceGroup}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`,
    ),
  missingRegistration: (namespace: string) =>
    armError(
      409,
      'MissingSubscriptionRegistration',
      `The subscription is not registered to use namespace '${namespace}'. See https://aka.ms/rps-not-found for how to register subscriptions.`,
    ),
  authorizationFailed: (clientId: string, principalId: string, action: string, scope: string) =>
    armError(
      403,
      'AuthorizationFailed',
      `The client '${clientId}' with object id '${principalId}' does not have authorization to perform action '${action}' over scope '${scope}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
    ),
  invalidSkipToken: () =>
    armError(400, 'InvalidSkipToken', "The value of the query parameter '$skiptoken' is invalid."),
  invalidNamespace: (namespace: string) =>
    armError(404, 'InvalidResourceNamespace', `The resource namespace '${namespace}' is invalid.`),
  invalidType: (type: string, namespace: string, version: string) =>
    armError(
      404,
      'InvalidResourceType',
      `The resource type '${type}' could not be found in the namespace '${namespace}' for api version '${version}'.`,
    ),
  noSuchUri: (uri: string) =>
    armError(404, 'NotFound', `No HTTP resource was found that matches the request URI '${uri}'.`),
  methodNotAllowed: (method: string) =>
    armError(405, 'HttpMethodNotAllowed', `The HTTP method '${method}' is not supported at this scope.`),
} as const;
