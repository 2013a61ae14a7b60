import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import type { Closing, Intent, RefusedToken, SpentToken, TargetFacts } from "@tokenward/core/plugin";

/** One target as it is kept: sealed where it holds a secret. */
export interface TargetRow {
  readonly intent: string | null;
  readonly answer: Uint8Array | null;
  readonly in_doubt_since: number | null;
  readonly last: Uint8Array | null;
  /** The grant's id, which {@link TargetRow.last} is decoded with. */
  readonly last_grant: string | null;
  readonly refused: string | null;
  readonly facts: string;
}

/** A closing whose grant is already sealed. */
export interface SealedClosing extends Omit<Closing, "last"> {
  readonly last?: { readonly grant: string; readonly sealed: Uint8Array } | null | undefined;
}

const targetColumns = "intent, answer, in_doubt_since, last, last_grant, refused, facts";

/** The SQL of targets and what seals them. Synchronous; whoever writes brings the transaction. */
export class Records {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  target(target: string): TargetRow | undefined {
    return this.get(`SELECT ${targetColumns} FROM targets WHERE target = ?`, target) as TargetRow | undefined;
  }

  spent(target: string, fingerprint: string): SpentToken | undefined {
    const row = this.get(
      "SELECT at, host, generation FROM spent WHERE target = (SELECT id FROM targets WHERE target = ?) AND fingerprint = ?",
      target,
      fingerprint,
    );
    if (row === undefined) return undefined;
    return {
      fingerprint,
      at: new Date(Number(row["at"])),
      host: String(row["host"]),
      ...(row["generation"] === null ? {} : { generation: Number(row["generation"]) }),
    };
  }

  intent(target: string, intent: Intent): void {
    this.run(
      `INSERT INTO targets (target, intent) VALUES (?, ?)
       ON CONFLICT (target) DO UPDATE SET intent = excluded.intent, answer = NULL, in_doubt_since = NULL`,
      target,
      JSON.stringify(intent),
    );
  }

  /** Whether that intent was still open. */
  answer(target: string, intentId: string, sealed: Uint8Array): boolean {
    const sql = "UPDATE targets SET answer = ? WHERE target = ? AND intent ->> '$.id' = ?";
    return this.run(sql, sealed, target, intentId) === 1;
  }

  close(target: string, { last, spent, refused, facts, inDoubtSince }: SealedClosing): void {
    this.run("INSERT INTO targets (target) VALUES (?) ON CONFLICT (target) DO NOTHING", target);
    if (inDoubtSince === undefined) {
      this.run("UPDATE targets SET intent = NULL, answer = NULL, in_doubt_since = NULL WHERE target = ?", target);
    } else {
      const since = inDoubtSince.getTime();
      this.run("UPDATE targets SET in_doubt_since = ? WHERE target = ? AND intent IS NOT NULL", since, target);
    }
    if (last !== undefined) {
      const { sealed = null, grant = null } = last ?? {};
      this.run("UPDATE targets SET last = ?, last_grant = ? WHERE target = ?", sealed, grant, target);
    }
    if (spent !== undefined) this.#addSpent(target, spent);
    if (refused !== undefined) {
      this.run("UPDATE targets SET refused = ? WHERE target = ?", refused && JSON.stringify(refused), target);
    }
    if (facts !== undefined) {
      const known = this.get("SELECT facts FROM targets WHERE target = ?", target)?.["facts"];
      this.run("UPDATE targets SET facts = ? WHERE target = ?", mergeFacts(String(known), facts), target);
    }
  }

  /** What the sealing key is recognised by, where anything was ever sealed. */
  keyCheck(): string | undefined {
    return this.get("SELECT key_check FROM sealing WHERE id = 1")?.["key_check"] as string | undefined;
  }

  setKeyCheck(check: string): void {
    this.run(
      "INSERT INTO sealing (id, key_check) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET key_check = excluded.key_check",
      check,
    );
  }

  holdsSealed(): boolean {
    return this.get("SELECT 1 FROM targets WHERE last IS NOT NULL OR answer IS NOT NULL LIMIT 1") !== undefined;
  }

  /** Whether a table is there; an older state may lack what was added since. */
  hasTable(name: string): boolean {
    return this.get("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?", name) !== undefined;
  }

  get(sql: string, ...values: SQLInputValue[]): Record<string, unknown> | undefined {
    return this.#prepare(sql).get(...values);
  }

  all(sql: string, ...values: SQLInputValue[]): readonly Record<string, unknown>[] {
    return this.#prepare(sql).all(...values);
  }

  /** How many rows it changed. */
  run(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.#prepare(sql).run(...values).changes);
  }

  #addSpent(target: string, { fingerprint, at, host, generation }: SpentToken): void {
    this.run(
      `INSERT INTO spent (target, fingerprint, at, host, generation)
       VALUES ((SELECT id FROM targets WHERE target = ?), ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
      target,
      fingerprint,
      at.getTime(),
      host,
      generation ?? null,
    );
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) this.#statements.set(sql, (statement = this.#database.prepare(sql)));
    return statement;
  }
}

function mergeFacts(known: string, facts: Partial<TargetFacts>): string {
  const stated = Object.entries(facts).filter(([, value]) => value !== undefined);
  return JSON.stringify({ ...(JSON.parse(known) as object), ...Object.fromEntries(stated) });
}

/** Reads a target's facts back. */
export function decodeFacts(text: string): TargetFacts {
  return withDates(JSON.parse(text) as Record<string, unknown>, ["refreshedAt", "lastUsedAt"]);
}

/** Reads a refused token back. */
export function decodeRefused(text: string): RefusedToken {
  return withDates(JSON.parse(text) as Record<string, unknown>, ["at"]) as unknown as RefusedToken;
}

/** The same members, with those that are times as dates again. */
export function withDates(value: Record<string, unknown>, times: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      times.includes(name) && typeof member === "string" ? new Date(member) : member,
    ]),
  );
}
