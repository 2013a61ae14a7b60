import type { AlertPolicy } from "../alerts/policy.ts";
import type { Clock } from "../clock.ts";
import type { GrantPlan } from "../plan.ts";
import type { HttpClient } from "../plugin-io.ts";
import type { Identity } from "../identity.ts";
import type { Notifier } from "../notifier.ts";
import type { AlertState, GrantState, OutboxEntry } from "../state.ts";
import type { Heartbeat } from "./heartbeat.ts";
import type { RateBucket } from "../rate-bucket.ts";
import type {
  InstallationStatus,
  NotifierStatus,
  RefreshStatus,
  RetirementStatus,
  WriteBackCheck,
  WriteBackStatus,
} from "../status.ts";
import type { Severity } from "../severity.ts";
import type { Secret } from "../secret.ts";
import type { WriteBack } from "../write-back.ts";
import type { RecoveryCapsule } from "./capsule-record.ts";

/** What the engine works with. Everything but the state has the system's own as its default. */
export interface EngineOptions {
  /** @throws `ERR_STATE_MISSING` from {@link createEngine} without it. */
  readonly state: GrantState;
  readonly clock?: Clock | undefined;
  readonly http?: HttpClient | undefined;
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  readonly identity?: Identity | undefined;
  readonly notifiers?: readonly NamedNotifier[] | undefined;
  /** Who hears of what, how often, and when not. */
  readonly alerts?: AlertPolicy | undefined;
  /** Pinged by every {@link Engine.refreshAll}. */
  readonly heartbeat?: Heartbeat | undefined;
  /** age recipients that a recovery capsule is sealed for, where a rotated token could be kept nowhere else. */
  readonly recoveryRecipients?: readonly string[] | undefined;
  /** Folder that recovery capsules are written to. Default: none; they are only handed to `note`. */
  readonly recoveryFolder?: string | undefined;
  /** Asked for room before each exchange, where a client's budget is shared with others. Default: none. */
  readonly rateBucket?: RateBucket | undefined;
  /** Aborted: no new exchange begins; what was sent is finished and saved. */
  readonly signal?: AbortSignal | undefined;
  /** One line for a human, redacted. */
  readonly note?: ((message: string) => void) | undefined;
  /** Milliseconds to wait for another process's lease. Default 30 000. */
  readonly leaseWait?: number | undefined;
  /** Milliseconds for one exchange. Default 30 000. */
  readonly exchangeDeadline?: number | undefined;
}

/** A notifier with its name in the configuration. */
export interface NamedNotifier {
  readonly name: string;
  readonly notifier: Notifier;
}

/** What a human hands over after consenting. At least one of the two tokens. */
export interface ImportedGrant {
  readonly refreshToken?: Secret | undefined;
  readonly accessToken?: Secret | undefined;
  readonly accessTokenExpiresAt?: Date | undefined;
  readonly refreshTokenExpiresAt?: Date | undefined;
  readonly rotatedAt?: Date | undefined;
  readonly scopes?: readonly string[] | undefined;
}

/** The outcome of a whole run. */
export interface RefreshReport {
  readonly dryRun: boolean;
  /** Whether any status asks for a human. */
  readonly alert: boolean;
  /** In the order of the plans. */
  readonly statuses: readonly RefreshStatus[];
  /** The write-backs whose own credential ends some day. Empty in a dry run, which does not ask. */
  readonly writeBacks: readonly WriteBackStatus[];
  /** The notifiers that had something to deliver. Empty in a dry run, which tells nobody. */
  readonly notifiers: readonly NotifierStatus[];
  /** What concerns no single grant: this machine's memory was lost. Empty where all is well. */
  readonly installation: readonly InstallationStatus[];
  /** 0: nothing needs a human. 1: at least one grant does. 2: no selected grant could be judged. */
  readonly exitCode: 0 | 1 | 2;
}

/** The alerts of an installation. */
export interface AlertOverview {
  readonly states: readonly AlertState[];
  readonly waiting: readonly OutboxEntry[];
}

/** Where a grant is moved to. */
export interface Destination {
  readonly writeBack: WriteBack;
  /** Its name in the configuration. */
  readonly name: string;
}

/** The outcome of checking write-backs. */
export interface WriteBackReport {
  /** Whether any of it asks for a human. */
  readonly alert: boolean;
  /** In the order of the plans. */
  readonly checks: readonly WriteBackCheck[];
  /** The write-backs whose own credential ends some day. */
  readonly writeBacks: readonly WriteBackStatus[];
  /** As {@link RefreshReport.exitCode}. */
  readonly exitCode: 0 | 1 | 2;
}

/** The one refresh path, for batch jobs, services and the CLI. */
export interface Engine {
  /** Refreshes every grant independently of the others. Never rejects because of a grant. */
  refreshAll(
    plans: readonly GrantPlan[],
    options?: {
      /** Called as each grant is done. */
      readonly onStatus?: ((status: RefreshStatus) => void) | undefined;
      /** Grants under way at a time, over all token endpoints. Default 256. */
      readonly concurrency?: number | undefined;
    },
  ): Promise<RefreshReport>;
  /** Refreshes one grant. Never rejects because of it. */
  refresh(plan: GrantPlan): Promise<RefreshStatus>;
  /** Reads and assesses, nothing else: no lease, no platform, no byte changed anywhere. */
  inspectAll(plans: readonly GrantPlan[]): Promise<RefreshReport>;
  /** Stores a new consent as a new generation, under the grant's lease. */
  importGrant(plan: GrantPlan, imported: ImportedGrant): Promise<RefreshStatus>;
  /**
   * Delivers a journaled answer, or says what is in doubt.
   *
   * @param options.retryOnce a human's word to present a token in doubt once more
   */
  recover(plan: GrantPlan, options?: { readonly retryOnce?: boolean | undefined }): Promise<RefreshStatus>;
  /**
   * Opens the recovery capsules in a file, or in a piece of a log. Of several for one grant, the newest. One that cannot
   * be opened beside others that can is noted.
   *
   * @param source what to call it in messages
   * @param identity the text of an age identity file. Default: this installation's identity
   * @throws `ERR_AUTH_CAPSULE_UNREADABLE`, `ERR_AUTH_CAPSULE_IDENTITY`, `ERR_STATE_IDENTITY_*`
   */
  openCapsules(
    content: Uint8Array,
    source: string,
    identity?: { readonly source: string; readonly text: string },
  ): Promise<readonly RecoveryCapsule[]>;
  /**
   * Saves the token of a recovery capsule, once, under the grant's lease. Refused (`ERR_AUTH_CAPSULE_OLDER`,
   * `ERR_AUTH_CAPSULE_TARGET`) where something newer is stored, or the grant is kept elsewhere.
   */
  deliverCapsule(plan: GrantPlan, capsule: RecoveryCapsule): Promise<RefreshStatus>;
  /**
   * Copies a grant to another write-back, reads it back, and leaves a tombstone in the old place. Interrupted anywhere,
   * calling it again completes it. Never rejects because of the grant.
   *
   * @param options.dryRun only says what would happen; no lease, no byte changed anywhere
   */
  moveGrant(
    plan: GrantPlan,
    destination: Destination,
    options?: { readonly dryRun?: boolean | undefined },
  ): Promise<RetirementStatus>;
  /** Leaves a tombstone in place of a grant, and forgets its tokens on this machine. The platform is not told. */
  forgetGrant(plan: GrantPlan): Promise<RetirementStatus>;
  /** What is open, over lately, and waiting to be told. Reads only. */
  alerts(): Promise<AlertOverview>;
  /**
   * Sends one message to each notifier, and at once its end, so that nothing stays open. Nothing is recorded.
   *
   * @param route only to those who hear of that severity; default: all
   * @throws `ERR_NOTIFIER_NONE` where there is none
   */
  testAlerts(route?: Severity): Promise<readonly NotifierStatus[]>;
  /** Reads and probes the places of grants, under their leases. Spends nothing, and changes nothing that a reader sees. */
  checkWriteBacks(plans: readonly GrantPlan[]): Promise<WriteBackReport>;
}
