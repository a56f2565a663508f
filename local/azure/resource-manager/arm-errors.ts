import { type Answer, jsonAnswer } from '../answer.ts';

/** Resource Manager refuses a request. It is thrown where the request fails, and its answer is sent. */
export class ArmRefusal extends Error {
  override readonly name = 'ArmRefusal';
  readonly answer: Answer;

  constructor(answer: Answer) {
    super(`Refused with ${answer.status}`);
    this.answer = answer;
  }
}

/** An error body as Resource Manager writes it. */
export function armError(status: number, code: string, message: string, headers: Answer['headers'] = {}): Answer {
  return jsonAnswer(status, { error: { code, message } }, { 'x-ms-failure-cause': 'gateway', ...headers });
}

export function refusal(status: number, code: string, message: string): ArmRefusal {
  return new ArmRefusal(armError(status, code, message));
}

/** The refusals of Resource Manager, in its words. */
export const refusals = {
  missingApiVersion: () =>
    refusal(
      400,
      'MissingApiVersionParameter',
      'The api-version query parameter (?api-version=) is required for all requests.',
    ),
  invalidApiVersion: (version: string, supported: readonly string[]) =>
    refusal(
      400,
      'InvalidApiVersionParameter',
      `The api-version '${version}' is invalid. The supported versions are '${supported.join(',')}'.`,
    ),
  noRegisteredProvider: (version: string, type: string, supported: readonly string[]) =>
    refusal(
      400,
      'NoRegisteredProviderFound',
      `No registered resource provider found for location 'westeurope' and API version '${version}' for type '${type}'. The supported api-versions are '${supported.join(', ')}'. The supported locations are 'westeurope, northeurope, germanywestcentral, eastus2, uksouth'.`,
    ),
  invalidSubscriptionId: (subscriptionId: string) =>
    refusal(
      400,
      'InvalidSubscriptionId',
      `The provided subscription identifier '${subscriptionId}' is malformed or invalid.`,
    ),
  subscriptionNotFound: (subscriptionId: string) =>
    refusal(404, 'SubscriptionNotFound', `The subscription '${subscriptionId}' could not be found.`),
  resourceGroupNotFound: (resourceGroup: string) =>
    refusal(404, 'ResourceGroupNotFound', `Resource group '${resourceGroup}' could not be found.`),
  resourceNotFound: (type: string, name: string, resourceGroup: string) =>
    refusal(
      404,
      'ResourceNotFound',
      `The Resource '${type}/${name}' under resource group '${resourceGroup}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`,
    ),
  missingRegistration: (namespace: string) =>
    refusal(
      409,
      'MissingSubscriptionRegistration',
      `The subscription is not registered to use namespace '${namespace}'. See https://aka.ms/rps-not-found for how to register subscriptions.`,
    ),
  authorizationFailed: (clientId: string, principalId: string, action: string, scope: string) =>
    refusal(
      403,
      'AuthorizationFailed',
      `The client '${clientId}' with object id '${principalId}' does not have authorization to perform action '${action}' over scope '${scope}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
    ),
  invalidSkipToken: () => refusal(400, 'InvalidSkipToken', "The value of the query parameter '$skiptoken' is invalid."),
  invalidNamespace: (namespace: string) =>
    refusal(404, 'InvalidResourceNamespace', `The resource namespace '${namespace}' is invalid.`),
  invalidType: (type: string, namespace: string, version: string, supported: readonly string[] = []) =>
    refusal(
      404,
      'InvalidResourceType',
      `The resource type '${type}' could not be found in the namespace '${namespace}' for api version '${version}'.${
        supported.length === 0 ? '' : ` The supported api-versions are '${supported.join(',')}'.`
      }`,
    ),
  noSuchUri: (uri: string) =>
    refusal(404, 'NotFound', `No HTTP resource was found that matches the request URI '${uri}'.`),
  methodNotAllowed: (method: string) =>
    refusal(405, 'HttpMethodNotAllowed', `The HTTP method '${method}' is not supported at this scope.`),
} as const;
