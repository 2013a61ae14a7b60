/** Kinds of files that are understood. */
export type Format = "yaml" | "json" | "dotenv";

/** One value of a file, in the order of the file. */
export interface Leaf {
  /** Keys from the top, without positions in lists: what SOPS binds a value to. */
  readonly path: readonly string[];
  /** As it stands in the file, or in the bytes that SOPS hashes where it is no text. */
  readonly text: string;
}

/** The `sops` block, as far as it is needed. */
export interface Metadata {
  readonly age: readonly { readonly recipient: string; readonly enc: string }[];
  readonly lastmodified: string;
  readonly mac: string;
  readonly macOnlyEncrypted: boolean;
  /** Names of the other services that can open the data key: `kms`, `gcp_kms`, `pgp` and so on. */
  readonly services: readonly string[];
  /** Keys are split among groups; only `sops` puts them together. */
  readonly groups: boolean;
  readonly version: string;
}

/** A parsed file, still encrypted. */
export interface Parsed {
  readonly leaves: readonly Leaf[];
  /** How many of them are of the first document, where grants stand. Absent: all. */
  readonly first?: number | undefined;
  /** Absent: the file was never encrypted by SOPS. */
  readonly metadata: Metadata | undefined;
}

/** The file holds something that only `sops` itself judges rightly. It is read through the program then. */
export class OnlySopsKnows extends Error {}

/** Services beside age that can open a data key. */
export const allServices: readonly string[] = ["kms", "gcp_kms", "azure_kv", "hc_vault", "hckms", "pgp"];

/** Reads the `sops` block, as plain data. */
export function metadataOf(block: unknown): Metadata | undefined {
  if (typeof block !== "object" || block === null) return undefined;
  const record = block as Readonly<Record<string, unknown>>;
  const { lastmodified, mac, version } = record;
  if (typeof lastmodified !== "string" || typeof mac !== "string") return undefined;
  const age = Array.isArray(record["age"]) ? (record["age"] as Readonly<Record<string, unknown>>[]) : [];
  return {
    age: age.map((entry) => ({ recipient: String(entry["recipient"]), enc: String(entry["enc"]) })),
    lastmodified,
    mac,
    macOnlyEncrypted: record["mac_only_encrypted"] === true || record["mac_only_encrypted"] === "true",
    services: allServices.filter((name) => Array.isArray(record[name]) && record[name].length > 0),
    groups: record["key_groups"] !== undefined && record["key_groups"] !== null,
    version: String(version),
  };
}

/** The bytes that SOPS hashes for a number, from its text in the file. */
export function numberText(source: string): string {
  if (/^-?(0|[1-9]\d*)$/.test(source)) return source;
  const value = Number(source);
  const text = String(value);
  if (!/^-?\d+\.\d+$/.test(source) || text.includes("e")) throw new OnlySopsKnows("an unusual number");
  return text;
}
