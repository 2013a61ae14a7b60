import type { GrantId, StoredGrant } from "@tokenward/core/plugin";
import type { Caller } from "./gitlab-api.ts";

/** How one grant is laid out in variables. */
export interface Layout {
  /** Everything that belongs to a grant; `undefined` where nothing is stored. */
  read(grant: GrantId, target: string, caller: Caller): Promise<StoredGrant | undefined>;
  /** Judges the variables' settings, and proves that they can be written, without touching a token. */
  prove(grant: GrantId, longestToken: number, target: string, caller: Caller): Promise<void>;
  /** Writes a whole grant, in an order in which whoever reads meanwhile finds a token that works. */
  write(next: StoredGrant, target: string, caller: Caller): Promise<void>;
  /** Writes what is stored with another claim, or with none. No token is touched. */
  annotate(stored: StoredGrant, target: string, caller: Caller): Promise<void>;
  /** Leaves a tombstone in place of what is stored, and no token. */
  bury(tombstone: StoredGrant, stored: StoredGrant | undefined, target: string, caller: Caller): Promise<void>;
}
