// What an installation may bring along, beside the package itself. Whatever joins a list is looked at by a human first:
// a stranger who installs one small plugin downloads, and trusts, all of it.

const zod = ["zod"];
const yaml = ["yaml"];
const age = [
  "age-encryption",
  "@noble/ciphers",
  "@noble/curves",
  "@noble/hashes",
  "@noble/post-quantum",
  "@scure/base",
];
const core = ["undici", ...age];
// A plugin's peer; npm installs it with the plugin.
const withCore = ["@tokenward/core", ...core];
const keyring = ["@napi-rs/keyring"];
// AWS's SDK is cut into many packages of its own, and cuts itself anew with each month.
const awsSdk = ["@aws/*", "@aws-sdk/*", "@smithy/*", "bowser", "tslib"];

// What asks a contributor on a terminal.
const prompts = [
  "@clack/core",
  "@clack/prompts",
  "fast-string-truncated-width",
  "fast-string-width",
  "fast-wrap-ansi",
  "sisteransi",
];

const budget: Readonly<Record<string, readonly string[]>> = {
  "@tokenward/config": [...withCore, ...yaml, ...zod],
  "@tokenward/core": core,
  "@tokenward/sandbox": [],
  "@tokenward/state-local": [...withCore, ...zod],
  "@tokenward/testing": withCore,
  "@tokenward/writeback-aws": [...withCore, ...awsSdk, ...zod],
  "@tokenward/writeback-gitlab": [...withCore, ...zod],
  "@tokenward/writeback-local": [...withCore, ...keyring, ...zod],
  "create-tokenward-plugin": prompts,
  // Everything else is in its bundle.
  tokenward: [...core, ...keyring, ...awsSdk],
};

// What every refresher may have, whichever platform it is for.
const refresher = [...withCore, ...zod];

/** A package as a budget names it: of a vendor whose packages only come together, the scope. */
export function budgetName(name: string): string {
  const scope = name.split("/")[0] as string;
  return awsSdk.includes(`${scope}/*`) ? `${scope}/*` : name;
}

/** The names of the packages that installing `name` alone brings, sorted. */
export function allowedPackages(name: string): readonly string[] {
  const allowed = name.startsWith("@tokenward/refresher-") ? refresher : budget[name];
  if (allowed === undefined)
    throw new Error(`${name} has no budget yet: say in packaging/budget.ts what it may bring.`);
  return [...allowed].sort();
}
