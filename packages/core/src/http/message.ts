import type { Secret } from "../secret.ts";

/** A field that may hold a secret; core reveals it at the moment of sending. */
export type Field = string | Secret;

/** A request as data. Secrets stay {@link Secret} until core puts them on the wire. */
export interface HttpRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Without secrets; what a platform forces into the address goes into `query`. */
  readonly url: string;
  readonly query?: Readonly<Record<string, Field>> | undefined;
  readonly headers?: Readonly<Record<string, Field>> | undefined;
  /** HTTP Basic authentication; user and password are encoded as RFC 6749 section 2.3.1 wants. */
  readonly basic?: { readonly user: string; readonly password: Field } | undefined;
  readonly body?: HttpBody | undefined;
}

/** One of the body formats that platforms use. */
export type HttpBody =
  | { readonly form: Readonly<Record<string, Field>> }
  | { readonly json: JsonWithSecrets }
  | { readonly text: Field; readonly type: string };

/** JSON whose strings may be secrets. */
export type JsonWithSecrets =
  | string
  | number
  | boolean
  | null
  | Secret
  | readonly JsonWithSecrets[]
  | { readonly [key: string]: JsonWithSecrets };

/** An answer as it came off the wire, before anybody interpreted it. */
export interface HttpAnswer {
  readonly status: number;
  /** Lower-case names; repeated headers joined with `, `. */
  readonly headers: Readonly<Record<string, string>>;
  /** The raw bytes, still encoded as `content-encoding` says. Bounded; may hold secrets, so it is never printed. */
  readonly body: Uint8Array;
  /** Whether the connection ended, or the bound was reached, before the body was complete. */
  readonly truncated: boolean;
  readonly receivedAt: Date;
}
