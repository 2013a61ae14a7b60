/** Why no package was created: one sentence for the human who asked. Nothing was written. */
export class CreationError extends Error {
  override readonly name: string = "CreationError";
}
