/** Every code of this product. A comparison with another code does not compile. */
export type ErrorCode =
  | 'AmbiguousName'
  | 'AppRoleMissing'
  | 'AudienceNotSupported'
  | 'AuthenticationFailed'
  | 'AuthenticationNotConfigured'
  | 'AuthenticationRequired'
  | 'BatchDamaged'
  | 'BatchMissing'
  | 'BatchOfAnotherPlan'
  | 'BatchUnknown'
  | 'BodyTooLarge'
  | 'BundleMissing'
  | 'Cancelled'
  | 'CertificateNotTrusted'
  | 'ConnectionFailed'
  | 'CoreToolsMissing'
  | 'CredentialUnavailable'
  | 'CrossSiteRequest'
  | 'DatabaseBroken'
  | 'DatabaseBusy'
  | 'DatabaseDamaged'
  | 'DatabaseFailed'
  | 'DatabaseMissing'
  | 'DatabaseNameTaken'
  | 'DatabaseTooLarge'
  | 'DatabaseUnreadable'
  | 'DatabaseUnwritable'
  | 'DiskFull'
  | 'FileNotWritten'
  | 'ForeignNextLink'
  | 'IdentityEndpointFailed'
  | 'IdentityEndpointTimeout'
  | 'IdentityNotFound'
  | 'InvalidAddress'
  | 'InvalidAsOf'
  | 'InvalidBody'
  | 'InvalidConfiguration'
  | 'InvalidId'
  | 'InvalidOption'
  | 'InvalidParameter'
  | 'InvalidQuery'
  | 'InvalidResponse'
  | 'InventoryNotReady'
  | 'ManagedIdentityUnavailable'
  | 'NewerDatabase'
  | 'NextLinkLoop'
  | 'NoDatabase'
  | 'NoManagedIdentity'
  | 'NoRun'
  | 'NoRunAtThatTime'
  | 'NotAnInventory'
  | 'NotUniform'
  | 'OlderDatabase'
  | 'OrchestrationFailed'
  | 'OutputNotWritten'
  | 'PageFileNotFound'
  | 'PlanMissing'
  | 'PointerContended'
  | 'PortInUse'
  | 'PortNotAllowed'
  | 'PrincipalNotFound'
  | 'RepeatedParameter'
  | 'ReportNotFound'
  | 'ReportTooLarge'
  | 'RequestTimedOut'
  | 'ResourceNotFound'
  | 'RunAlreadyRunning'
  | 'RunClaimContended'
  | 'RunEnded'
  | 'RunExists'
  | 'RunInProgress'
  | 'RunNotFound'
  | 'RunRecordContended'
  | 'SkipTokenExpired'
  | 'SourceMalformed'
  | 'StartFailed'
  | 'StorageDenied'
  | 'StorageFailed'
  | 'StorageNotFound'
  | 'StorageUnavailable'
  | 'StorageUnreachable'
  | 'StoredJsonUnreadable'
  | 'SubscriptionNotFound'
  | 'SubscriptionVisible'
  | 'Throttled'
  | 'TimedOut'
  | 'TooManyMachines'
  | 'UnknownParameter'
  | 'UnknownSetting'
  | 'UpstreamDenied'
  | 'UpstreamFailed'
  | 'UpstreamTimeout'
  | 'VirtualMachineNotFound';

/** A code of Azure, or a recorded code that is passed on. */
export interface GivenCode {
  readonly given: string;
}

/** What went wrong, for users and logs. */
export interface Reason {
  /** Azure's code if it gave one (`AuthorizationFailed`), else an {@link ErrorCode}. */
  readonly code: string;
  /** What happened, and to what. */
  readonly message: string;
  /** What to do, with the exact command if there is one. */
  readonly hint: string | null;
}

/**
 * The error family of the product. `message` says what happened and to what, `hint` what to do.
 * Neither contains a token, a key or an identity header.
 */
export class InventoryError extends Error {
  override readonly name: string = 'InventoryError';
  readonly code: string;
  readonly hint: string | null;

  constructor(code: ErrorCode | GivenCode, message: string, options: { hint?: string | null; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = typeof code === 'string' ? code : code.given;
    this.hint = options.hint ?? null;
  }
}

/**
 * A wrong setting or argument: names the input, the value and what is allowed. Exit code 2, HTTP 503
 * `InvalidConfiguration`.
 */
export class InvalidSettingError extends InventoryError {
  override readonly name = 'InvalidSettingError';
  /** The message for callers that have not signed in: names of settings, and never a value. */
  readonly withoutValues: string;
  constructor(message: string, options: { hint?: string | null; withoutValues?: string } = {}) {
    super('InvalidConfiguration', message, options);
    this.withoutValues = options.withoutValues ?? 'A setting is not valid';
  }
}

/** A filter that nothing can match. Exit code 2, HTTP 400. */
export class ImpossibleFilterError extends InventoryError {
  override readonly name = 'ImpossibleFilterError';
  /** Its name, as in a URL. */
  readonly parameter: string;
  constructor(parameter: string, message: string, options: { hint: string }) {
    super('InvalidParameter', message, options);
    this.parameter = parameter;
  }
}

/** There is no token, or Resource Manager refuses every token. Exit code 4. */
export class NoTokenError extends InventoryError {
  override readonly name = 'NoTokenError';
}

/** The requested thing does not exist. Exit code 5, HTTP 404. */
export class NotFoundError extends InventoryError {
  override readonly name = 'NotFoundError';
}

/** Whether a thrown value is an error of the product with one of these codes. */
export function hasCode(error: unknown, ...codes: readonly ErrorCode[]): error is InventoryError {
  return error instanceof InventoryError && codes.some((code) => code === error.code);
}

/** Reduces any thrown value to the three fields that are safe to show and store. */
export function toReason(error: unknown): Reason {
  if (error instanceof InventoryError) return { code: error.code, message: error.message, hint: error.hint };
  if (error instanceof Error) return { code: error.name, message: error.message, hint: null };
  return { code: 'UnknownError', message: String(error), hint: null };
}
