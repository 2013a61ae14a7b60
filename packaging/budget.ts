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
// Google's client: gRPC, protocol buffers, and their way to credentials.
const google = [
  "@google-cloud/secret-manager",
  "@grpc/grpc-js",
  "@grpc/proto-loader",
  "@js-sdsl/ordered-map",
  "@opentelemetry/api",
  "@protobufjs/aspromise",
  "@protobufjs/base64",
  "@protobufjs/codegen",
  "@protobufjs/eventemitter",
  "@protobufjs/fetch",
  "@protobufjs/float",
  "@protobufjs/path",
  "@protobufjs/pool",
  "@protobufjs/utf8",
  "@types/node",
  "agent-base",
  "ansi-regex",
  "ansi-styles",
  "base64-js",
  "bignumber.js",
  "buffer-equal-constant-time",
  "cliui",
  "color-convert",
  "color-name",
  "data-uri-to-buffer",
  "debug",
  "duplexify",
  "ecdsa-sig-formatter",
  "emoji-regex",
  "end-of-stream",
  "escalade",
  "extend",
  "fetch-blob",
  "formdata-polyfill",
  "gaxios",
  "gcp-metadata",
  "get-caller-file",
  "google-auth-library",
  "google-gax",
  "google-logging-utils",
  "https-proxy-agent",
  "inherits",
  "is-fullwidth-code-point",
  "json-bigint",
  "jwa",
  "jws",
  "lodash.camelcase",
  "long",
  "ms",
  "node-domexception",
  "node-fetch",
  "object-hash",
  "once",
  "proto3-json-serializer",
  "protobufjs",
  "readable-stream",
  "require-directory",
  "retry-request",
  "safe-buffer",
  "stream-shift",
  "string-width",
  "string_decoder",
  "strip-ansi",
  "undici-types",
  "util-deprecate",
  "web-streams-polyfill",
  "wrap-ansi",
  "wrappy",
  "y18n",
  "yargs",
  "yargs-parser",
];
// Starts programs.
const execa = [
  "@sec-ant/readable-stream",
  "@sindresorhus/merge-streams",
  "execa",
  "figures",
  "get-stream",
  "human-signals",
  "is-plain-obj",
  "is-stream",
  "is-unicode-supported",
  "npm-run-path",
  "parse-ms",
  "path-key",
  "pretty-ms",
  "signal-exit",
  "strip-final-newline",
  "unicorn-magic",
  "which-command",
  "yoctocolors",
];
// Reads files of SOPS. Half of it is for SSH keys, which we never hand to it.
const sopsAge = [
  "asn1",
  "assert-plus",
  "bcrypt-pbkdf",
  "dashdash",
  "dotenv",
  "ecc-jsbn",
  "getpass",
  "jsbn",
  "lodash",
  "safer-buffer",
  "sops-age",
  "sshpk",
  "tweetnacl",
  "yaml",
  "zod",
];

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
  "@tokenward/notifier-pagerduty": [...withCore, ...zod],
  "@tokenward/notifier-smtp": [...withCore, "nodemailer", ...zod],
  "@tokenward/notifier-webhook": [...withCore, ...zod],
  "@tokenward/report": withCore,
  "@tokenward/sandbox": [],
  "@tokenward/state-local": [...withCore, ...zod],
  "@tokenward/testing": withCore,
  "@tokenward/writeback-aws": [...withCore, ...awsSdk, ...zod],
  "@tokenward/writeback-gcp": [...withCore, ...google, ...zod],
  "@tokenward/writeback-gitlab": [...withCore, ...zod],
  "@tokenward/writeback-local": [...withCore, ...keyring, ...zod],
  "@tokenward/writeback-sops": [...withCore, ...execa, ...sopsAge],
  "create-tokenward-plugin": prompts,
  // Everything else is in its bundle.
  tokenward: [...core, ...keyring, ...awsSdk, ...google, ...execa, ...sopsAge, "nodemailer"],
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
  return [...new Set(allowed)].sort();
}
