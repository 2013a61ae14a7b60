import { resolve } from "node:path";
import {
  fingerprintOf,
  sameSecret,
  TokenwardError,
  type GrantId,
  type PluginContext,
  type StoredGrant,
  type Version,
  type WriteBack,
} from "@tokenward/core/plugin";
import { realFolder } from "./durable-file.ts";
import { proveWritable, readGrant, writeGrant } from "./grant-file.ts";
import type { SampleNameOptions } from "./options.ts";

/** Cheap: touches no file before it is asked to. */
export function createWriteBack(options: SampleNameOptions, context: PluginContext): WriteBack {
  const folder = resolve(context.folder, options.folder);
  // The same folder has the same name however it is reached: everything durable is keyed by the target.
  const target = async (subject: string): Promise<string> => {
    return `sample-name:${await realFolder(folder)}#${subject}`;
  };

  return {
    traits: {
      // Files cannot refuse a stale save by themselves: it is compared before writing, under the engine's lease.
      compareAndSwap: "checked",
      outlivesRun: options.outlives_run ?? !isSet(context.env["CI"]),
    },

    target,

    read: async (grant, io) => await readGrant(folder, grant, io),

    // So that a single-use token is never spent when its successor could not be saved.
    probe: async (grant, shape, io) => await proveWritable(folder, grant, shape, io),

    save: async (grant, next, expected, io) => {
      const stored = await readGrant(folder, grant, io);
      // The same save ran before, and its caller did not hear of it.
      const repeated = stored !== undefined && holdsSameTokens(stored, next);
      if (!repeated && !isVersion(stored, expected, await target(grant))) {
        throw new TokenwardError("ERR_WRITEBACK_CONFLICT", { grant }, { class: "write-back" });
      }
      await writeGrant(folder, grant, next, io);
    },
  };
}

/** Whether what is stored is what a save wants to replace. */
function isVersion(stored: StoredGrant | undefined, expected: Version, target: GrantId): boolean {
  if (stored === undefined) return expected.generation === 0;
  const { generation, refreshToken, accessToken } = stored;
  if (expected.generation !== undefined && generation !== undefined && expected.generation !== generation) return false;
  if (expected.fingerprint === undefined) return expected.generation === generation;
  // Computed from the tokens that are there: a recorded one would not survive moving the folder, which is in the target.
  const tokens = [refreshToken, accessToken].filter((token) => token !== undefined);
  return tokens.some((token) => fingerprintOf(target, token) === expected.fingerprint);
}

function holdsSameTokens(stored: StoredGrant, next: StoredGrant): boolean {
  return (
    stored.generation === next.generation &&
    sameSecret(stored.refreshToken, next.refreshToken) &&
    sameSecret(stored.accessToken, next.accessToken)
  );
}

function isSet(variable: string | undefined): boolean {
  return variable !== undefined && variable !== "" && variable !== "0" && variable !== "false";
}
