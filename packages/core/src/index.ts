/** Everything of the plugin-facing entry, and the engine. */
export * from "./plugin.ts";
export type { AlertPolicy } from "./alerts/policy.ts";
export type { QuietHours } from "./alerts/quiet-hours.ts";
export type { AlertRoutes } from "./alerts/routes.ts";
export { createEngine } from "./engine/create-engine.ts";
export type { RecoveryCapsule } from "./engine/capsule-record.ts";
export type { Heartbeat } from "./engine/heartbeat.ts";
export type {
  AlertOverview,
  Destination,
  Engine,
  EngineOptions,
  ImportedGrant,
  NamedNotifier,
  RefreshReport,
  WriteBackReport,
} from "./engine/engine.ts";
export { refreshChannel, refreshSteps, type RefreshEvent, type RefreshStep } from "./events.ts";
export { readImportedGrant } from "./imported-grant.ts";
export { createHttpClient, type HttpClientOptions } from "./http/client.ts";
export { memoryState } from "./memory-state.ts";
export { writeBackLabel } from "./plan.ts";
export type { DecayDays, GrantPlan } from "./plan.ts";
export type {
  InstallationStatus,
  NotifierStatus,
  RefreshAction,
  RefreshStatus,
  RetirementStatus,
  WriteBackCheck,
  WriteBackFinding,
  WriteBackStatus,
} from "./status.ts";
export { withPlatform, withTraits, type TraitOverrides } from "./traits.ts";
