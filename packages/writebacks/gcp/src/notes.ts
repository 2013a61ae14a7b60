import { setTimeout as after } from "node:timers/promises";
import { messageOf, TokenwardError } from "@tokenward/core/plugin";
import type { Caller, Secret, SecretsApi } from "./secrets-api.ts";
import { annotate, emptyNote, noteIn, type SecretNote } from "./secret-note.ts";

/** A secret and the note beside it, as last seen. */
export interface Noted {
  readonly secret: Secret | undefined;
  readonly note: SecretNote;
}

/** Reads and writes the notes beside secrets. */
export interface Notes {
  read(id: string, caller: Caller): Promise<Noted>;
  /** Writes a note over exactly the one that was seen. `changed`: somebody else was faster; the next look tells. */
  write(id: string, seen: Noted, next: Omit<SecretNote, "serial">, caller: Caller): Promise<"written" | "changed">;
}

/**
 * Keeps in mind what this process wrote. Secret Manager may tell an older state of a secret for a while, but it compares
 * the etag with the state that is true: a note that was written over an older one is refused, and so claims are atomic.
 */
export function notesOf(api: SecretsApi): Notes {
  const known = new Map<string, Noted>();
  return {
    read: async (id, caller) => {
      const secret = await api.secret(id, caller);
      const seen: Noted = { secret, note: secret === undefined ? emptyNote : noteOf(id, secret, caller) };
      const mine = known.get(id);
      return mine !== undefined && mine.note.serial > seen.note.serial ? mine : seen;
    },

    write: async (id, { secret, note }, next, caller) => {
      const written = { ...next, serial: note.serial + 1 };
      const answer =
        secret === undefined
          ? await api.create(id, annotate({}, written), caller)
          : await api.annotate(id, secret.etag, annotate(secret.annotations, written), caller);
      if (answer === "changed" || answer === "there already") {
        // What is kept in mind is out of date as well.
        known.delete(id);
        return "changed";
      }
      known.set(id, { secret: answer, note: written });
      return "written";
    },
  };
}

/** Waits a moment before the next look, longer each time. Ends when the caller does. */
export async function pause(attempt: number, { io: { signal } }: Caller): Promise<void> {
  if (attempt > 1)
    await after(50 * 2 ** attempt * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => undefined);
}

function noteOf(id: string, { annotations }: Secret, { grant, code }: Caller): SecretNote {
  try {
    return noteIn(annotations);
  } catch (thrown) {
    throw new TokenwardError(
      code,
      {
        grant,
        reason: `the annotation "tokenward" of the secret ${id} is damaged (${messageOf(thrown)})`,
        remedy: `Make sure that no run is under way, and remove it (\`gcloud secrets update ${id} --remove-annotations=tokenward\`)`,
      },
      { class: "write-back" },
    );
  }
}
