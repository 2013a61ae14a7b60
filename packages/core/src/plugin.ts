/** What a plugin may import: contracts, definitions and the words for them. No engine. */
export { alertHeading, alertSentence, oneLine, type SizeOf } from "./alert-text.ts";
export { assessGrant, daysUntil, decayOf, defaultAlertBeforeDays } from "./assess.ts";
export { systemClock, type Clock } from "./clock.ts";
export {
  defineNotifier,
  defineRateBucket,
  defineRefresher,
  defineState,
  defineWriteBack,
  issuePath,
  pluginApiVersion,
  type OptionsSchema,
  type Plugin,
  type PluginContext,
  type PluginKind,
  type PluginKinds,
  type PluginSpec,
  type SchemaIssue,
  type SchemaResult,
} from "./define.ts";
export { environmentFields, environmentName, environmentPrefix, type EnvironmentField } from "./environment.ts";
export { readEnvironmentGrant } from "./environment-seed.ts";
export { errorCatalogue, type ErrorCode } from "./errors/catalogue.ts";
export type { ErrorEntry } from "./errors/entry.ts";
export { messageOf, TokenwardError, type ErrorFacts } from "./errors/error.ts";
export { severityOf, type FailureClass } from "./failure.ts";
export { fingerprintOf, presentedBy, sameVersion, versionOf } from "./fingerprint.ts";
export { decodeGrant, decodeIntent, encodeGrant } from "./grant-record.ts";
export {
  nothingStored,
  parseGrantId,
  type ClaimedVersion,
  type Client,
  type ClientId,
  type Grant,
  type GrantId,
  type GrantName,
  type Intent,
  type Retirement,
  type StoredGrant,
  type Version,
} from "./grant.ts";
export { decodeBody, mostDecodedBytes, type DecodedBody } from "./http/body.ts";
export { HttpFailure, isNameFailure } from "./http/failure.ts";
export { retryAfter } from "./http/retry-after.ts";
export type { Field, HttpAnswer, HttpBody, HttpRequest, JsonWithSecrets } from "./http/message.ts";
export { SealError } from "./identity/age-file.ts";
export { platformFolder } from "./identity/platform-folder.ts";
export { systemIdentity, type Identity } from "./identity.ts";
export type { Alert, AlertCondition, AlertEdge, AlertMember, Notifier } from "./notifier.ts";
export type { Severity } from "./severity.ts";
export { bearer } from "./oauth/bearer.ts";
export { jsonOf } from "./oauth/answer.ts";
export type {
  RefreshExpiry,
  SuccessTest,
  TokenDialect,
  TokenField,
  TokenParameter,
  TokenPhrase,
} from "./oauth/dialect.ts";
export { endpointMistake, fillEndpoint } from "./oauth/endpoint.ts";
export { interpretTokenAnswer } from "./oauth/interpret.ts";
export { codeTokenRequest, tokenRequest, type AuthorizationCode } from "./oauth/request.ts";
export type { HttpClient, PluginIO } from "./plugin-io.ts";
export type { RateBucket } from "./rate-bucket.ts";
export { redact, rememberSecret } from "./redactor.ts";
export type {
  Assessment,
  AssessPolicy,
  AuthorizationDialect,
  Exchanged,
  NextExchange,
  Refresher,
  RefresherTraits,
  Refused,
  RevocationDialect,
  Verified,
} from "./refresher.ts";
export { missingScopes } from "./scopes.ts";
export { isSecret, sameSecret, secret, type Secret } from "./secret.ts";
export { holdsVersion, likeness } from "./stored-version.ts";
export type {
  AlertCause,
  AlertChange,
  AlertState,
  AlertStore,
  Closing,
  FactStore,
  GrantState,
  Held,
  OpenExchange,
  OutboxEntry,
  RefusedToken,
  Snapshot,
  SpentToken,
  TargetFacts,
  Told,
} from "./state.ts";
export { untilAborted } from "./until-aborted.ts";
export type { GrantShape, WriteBack } from "./write-back.ts";
