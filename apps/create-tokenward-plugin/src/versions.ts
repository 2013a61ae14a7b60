type MadeWith = "@types/node" | "oxfmt" | "oxlint" | "oxlint-tsgolint" | "typescript" | "zod";

/**
 * What a new package is made with. The same as in this repository's catalog (proven by a test), because that is what
 * the template was tried with.
 */
export const versions: Readonly<Record<MadeWith, string>> = {
  "@types/node": "^24.0.0",
  oxfmt: "^0.79.0",
  oxlint: "^1.94.0",
  "oxlint-tsgolint": "^7.0.2007",
  typescript: "^7.0.2",
  zod: "^4.6.7",
};

/** The Node versions that Tokenward runs on, and so every plugin of it. */
export const nodeRange: string = "^22.19.0 || ^24.11.0 || >=26.0.0";
