import type { Notifier, PluginIO } from "@tokenward/core/plugin";
import type { ConformanceCase, DisposableFixture } from "../conformance.ts";

/**
 * How a receiver refuses: for good (a withdrawn address, a wrong key), because it is down for a moment, or because it was
 * told too much at a time.
 */
export type NotifierRefusal = "permanent" | "transient" | "throttled";

/** One notifier under test, and the receiver that it tells. */
export interface NotifierFixture extends DisposableFixture {
  readonly notifier: Notifier;
  /** What it may touch. Default: {@link testIO}. */
  readonly io?: PluginIO | undefined;
  /**
   * What the receiver accepted so far, as text and oldest first: body, headers, whatever a human or a machine there sees.
   * Transfer encodings (base64, quoted-printable) are undone; escapes of JSON, HTML and Markdown may stay. It does not wait
   * for messages that are still to come.
   */
  received(): Promise<readonly string[]>;
  /** How often the receiver was asked so far, also where it refused or did not answer. */
  attempts?(): Promise<number>;
  /** Lets the receiver refuse whatever comes from here on. Best in the words of careless receivers, which repeat secrets. */
  refuse?(kind: NotifierRefusal): Promise<void>;
  /**
   * Lets the receiver take what comes from here on, and never answer. The notifier's own patience must be longer than 10
   * seconds, so that what ends its calls is the signal.
   */
  hang?(): Promise<void>;
  /** Lets the receiver accept what comes from here on, and cut the connection instead of saying so. */
  dropAfterAccept?(): Promise<void>;
  /** Lets the receiver accept again, whatever it did before. */
  accept?(): Promise<void>;
  /** By what the receiver knows a repetition: `webhook-id`, Message-ID, `dedup_key`. Absent where it knows none. */
  idOf?(text: string): string | undefined;
  /**
   * What {@link idOf} names: one message (the default), or all messages about one subject and condition, where the receiver
   * keeps one thing for them and changes it, as an on-call service does.
   */
  readonly recognises?: "messages" | "incidents" | undefined;
  /** By what the receiver puts the messages of one incident together: the thread of a mail, a `dedup_key`. */
  incidentOf?(text: string): string | undefined;
  /**
   * What in a message acts instead of being read, without its values: names of headers, who is pinged, elements of markup.
   * The same for all harmless messages of one form.
   */
  active?(text: string): readonly string[];
  /** Bytes that the receiver takes at most. Default 512 KiB. */
  readonly mostBytes?: number | undefined;
  /** Addresses, keys and passwords that must stand in no error, no note and no message. */
  readonly secrets: readonly string[];
  /** Those of them that the protocol puts into messages. Default: none. */
  readonly secretsOnWire?: readonly string[] | undefined;
}

/** One property that every notifier has. */
export type NotifierCase = ConformanceCase<NotifierFixture>;
