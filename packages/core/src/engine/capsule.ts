import { encodeGrant } from "../grant-record.ts";
import { messageOf } from "../errors/error.ts";
import type { StoredGrant } from "../grant.ts";
import type { Pass } from "./pass.ts";

/**
 * The last resort for a token that the write-back refused: armored for the recipients that the configuration names,
 * so that a job's log may hold it. Without recipients there is none.
 */
export async function emitCapsule(pass: Pass, grant: StoredGrant): Promise<void> {
  const { context, plan } = pass;
  if (context.recoveryRecipients.length === 0) return;
  try {
    const { armor, Encrypter } = await import("age-encryption");
    const encrypter = new Encrypter();
    for (const recipient of context.recoveryRecipients) encrypter.addRecipient(recipient);
    const sealed = await encrypter.encrypt(encodeGrant(grant));
    context.note(
      `The new token of ${plan.id}, sealed for the recipients under auth.recovery:\n${armor.encode(sealed)}`,
    );
  } catch (thrown) {
    // The journal still has the answer; a broken recipient must not hide the failure that led here.
    context.note(`The recovery capsule of ${plan.id} could not be made: ${messageOf(thrown)}`);
  }
}
