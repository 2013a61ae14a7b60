import { armor, Decrypter, generateIdentity, identityToRecipient } from "age-encryption";

const identity = generateIdentity();

/** Whom every capsule of these scenarios is sealed for. */
export async function recipient(): Promise<string> {
  return await identityToRecipient(await identity);
}

const armored = /-----BEGIN AGE ENCRYPTED FILE-----[\s\S]*?-----END AGE ENCRYPTED FILE-----/g;

/** The armored capsules in what a process printed. */
export function capsulesIn(printed: string): readonly string[] {
  return printed.match(armored) ?? [];
}

/** The text of a capsule, as the owner of the identity reads it. */
export async function openCapsule(capsule: string): Promise<string> {
  const decrypter = new Decrypter();
  decrypter.addIdentity(await identity);
  return await decrypter.decrypt(armor.decode(capsule), "text");
}

/** The identity, as a file of it holds it. */
export async function identityText(): Promise<string> {
  return `${await identity}\n`;
}
