import { authErrors } from "./auth.ts";
import { configErrors } from "./config.ts";
import { notifierErrors } from "./notifier.ts";
import { stateErrors } from "./state.ts";
import { writeBackErrors } from "./write-back.ts";

/** Every failure by its stable code. `docs/errors.md` is generated from it. */
export const errorCatalogue: typeof authErrors &
  typeof writeBackErrors &
  typeof stateErrors &
  typeof configErrors &
  typeof notifierErrors = {
  ...authErrors,
  ...writeBackErrors,
  ...stateErrors,
  ...configErrors,
  ...notifierErrors,
};

/** The stable code of a failure. */
export type ErrorCode = keyof typeof errorCatalogue;
