import { messageOf } from "../errors/error.ts";
import type { Intent, StoredGrant, Version } from "../grant.ts";
import { encodeCapsule, type RecoveryCapsule } from "./capsule-record.ts";
import type { Pass } from "./pass.ts";

/** What an exchange brought that could not be saved. */
export interface Unsaved {
  readonly grant: StoredGrant;
  readonly replaces: Version;
  readonly intent: Intent | undefined;
}

/**
 * The last resort for a token that the write-back refused: sealed for the recipients that the configuration names, in a
 * file, and armored among the notes, so that a job's log holds it when the job's disk is gone. Without recipients there
 * is none.
 *
 * @returns what to tell about it: where it is and the command that delivers it; empty where there is none
 */
export async function emitCapsule(pass: Pass, { grant, replaces, intent }: Unsaved): Promise<string> {
  const { context, plan, target } = pass;
  if (context.recoveryRecipients.length === 0) return "";
  const { host, clock } = context;
  const capsule = { grant, target, replaces, intent: intent?.id, at: clock.now(), host };
  let armored: string;
  try {
    armored = await sealed(capsule, context.recoveryRecipients);
  } catch (thrown) {
    // The journal still has the answer; a broken recipient must not hide the failure that led here.
    context.note(`The recovery capsule of ${plan.id} could not be made: ${messageOf(thrown)}`);
    return "";
  }
  const path = await written(pass, capsule, armored);
  const file = path === undefined ? "LOG_FILE" : JSON.stringify(path);
  const command = `tokenward auth recover --capsule ${file} --identity KEY_FILE`;
  const log = path === undefined ? "LOG_FILE is a saved copy of this log" : "A saved copy of this log does as well";
  context.note(
    [
      `${plan.id}: its new token is sealed below for the recipients under auth.recovery${path === undefined ? "" : `, and in ${path}`}.`,
      "With the private half of a recipient in KEY_FILE, any machine that has this configuration delivers it:",
      `  ${command}`,
      `${log}; - is standard input.`,
      armored,
    ].join("\n"),
  );
  const place = path === undefined ? "in what this run printed" : `in ${path}, and in what this run printed`;
  return ` A recovery capsule of it is ${place}: \`${command}\` delivers it from any machine with this configuration.`;
}

async function sealed(capsule: RecoveryCapsule, recipients: readonly string[]): Promise<string> {
  const { armor, Encrypter } = await import("age-encryption");
  const encrypter = new Encrypter();
  for (const recipient of recipients) encrypter.addRecipient(recipient);
  return armor.encode(await encrypter.encrypt(encodeCapsule(capsule)));
}

// Beside a disk that is full, or gone with the job, there is still the log.
async function written(pass: Pass, capsule: RecoveryCapsule, armored: string): Promise<string | undefined> {
  const { recoveryFolder } = pass.context;
  if (recoveryFolder === undefined) return undefined;
  try {
    const { writeCapsuleFile } = await import("./capsule-file.ts");
    return await writeCapsuleFile(recoveryFolder, capsule, armored);
  } catch (thrown) {
    pass.context.note(
      `The recovery capsule of ${pass.plan.id} could not be kept in ${recoveryFolder}: ${messageOf(thrown)}`,
    );
    return undefined;
  }
}
