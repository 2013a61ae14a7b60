import { authErrors } from "./auth.ts";
import { configErrors } from "./config.ts";
import { stateErrors } from "./state.ts";
import { writeBackErrors } from "./write-back.ts";

/** One failure as data. `{placeholders}` are filled when it is thrown. */
export interface ErrorEntry {
  /** What happened, in one sentence. */
  readonly what: string;
  /** Why that can happen, for the documentation. */
  readonly why: string;
  /** What to do, in one sentence; with the exact command where there is one. */
  readonly fix: string;
}

/** Every failure by its stable code. `docs/errors.md` is generated from it. */
export const errorCatalogue: typeof authErrors & typeof writeBackErrors & typeof stateErrors & typeof configErrors = {
  ...authErrors,
  ...writeBackErrors,
  ...stateErrors,
  ...configErrors,
};

/** The stable code of a failure. */
export type ErrorCode = keyof typeof errorCatalogue;
