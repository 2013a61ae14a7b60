import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { defineNotifier, defineRefresher, defineState, defineWriteBack, isSecret, type Secret } from "@tokenward/core";
import { onTestFinished } from "vitest";
import * as z from "zod";
import type { BundledPlugins } from "../load-plugin.ts";

/** A folder of its own with these files, removed after the test. Beside it is the end of any search upward. */
export function project(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(path.join(tmpdir(), "tokenward-config-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(path.join(folder, ".git"));
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return folder;
}

/** A plugin package as its author would publish it, written without any library. */
export function pluginPackage(
  name: string,
  plugin: {
    readonly kind: string;
    readonly pluginName: string;
    readonly apiVersion?: number;
    readonly create?: string;
  },
  manifest: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, string>> {
  const root = `node_modules/${name}`;
  return {
    [`${root}/package.json`]: JSON.stringify({
      name,
      version: "3.2.1",
      type: "module",
      exports: { ".": { types: "./none.d.ts", import: "./plugin.js" } },
      ...manifest,
    }),
    [`${root}/plugin.js`]: pluginSource(plugin),
  };
}

/** The source of a plugin that accepts any options. */
export function pluginSource(plugin: {
  readonly kind: string;
  readonly pluginName: string;
  readonly apiVersion?: number;
  readonly create?: string;
}): string {
  const refresher = `(options) => ({ platform: ${JSON.stringify(plugin.pluginName)}, options,
    traits: { rotation: "sometimes", reuse: "strict" }, assess: () => ({ verdict: "due", reason: "" }) })`;
  return `export default {
  kind: ${JSON.stringify(plugin.kind)},
  pluginName: ${JSON.stringify(plugin.pluginName)},
  apiVersion: ${plugin.apiVersion ?? 1},
  secretOptions: [],
  options: { "~standard": { version: 1, vendor: "fixture", validate: (value) => ({ value }) } },
  create: ${plugin.create ?? refresher},
};
`;
}

const secretOption = z.custom<Secret>(isSecret, "must be a secret");

/** What the fixtures were created with, in order. */
export interface Created {
  readonly plugin: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly folder: string;
}

/** Plugins as the CLI brings them along, which note what they are created with. */
export function bundledPlugins(created: Created[] = []): BundledPlugins {
  const note = (plugin: string, options: object, context: { readonly folder: string }): void => {
    created.push({ plugin, options: options as Created["options"], folder: context.folder });
  };
  const refresher = (name: string, client: "none" | "public" | "confidential") =>
    defineRefresher({
      name,
      apiVersion: 1,
      options: z.strictObject({
        token_url: z.string().optional(),
        preset: z.string().optional(),
        limit: z.number().optional(),
        headers: z.strictObject({ secret: secretOption.optional(), plain: z.string().optional() }).optional(),
      }),
      secretOptions: ["headers.secret"],
      create: (options, context) => {
        note(name, options, context);
        return {
          platform: name,
          client,
          traits: { rotation: "sometimes", reuse: "strict", idleLimitDays: 90 },
          requiredScopes: ["basic"],
          assess: () => ({ verdict: "due", reason: "" }),
          request: () => ({ method: "POST", url: "http://127.0.0.1/" }),
        };
      },
    });
  const writeBack = (name: string) =>
    defineWriteBack({
      name,
      apiVersion: 1,
      options: z.strictObject({
        project: z.string().optional(),
        token: secretOption.optional(),
        path: z.string().optional(),
      }),
      secretOptions: ["token"],
      create: (options, context) => {
        note(name, options, context);
        return {
          traits: { compareAndSwap: "atomic", outlivesRun: true },
          target: (subject) => `${name}:${subject}`,
          read: async () => undefined,
          probe: async () => {},
          save: async () => {},
        };
      },
    });
  const state = defineState({
    name: "local",
    apiVersion: 1,
    options: z.strictObject({ ephemeral: z.boolean().optional() }),
    create: (options, context) => {
      note("state", options, context);
      return { close: async () => note("closed", {}, context) } as never;
    },
  });
  const webhook = defineNotifier({
    name: "webhook",
    apiVersion: 1,
    options: z.strictObject({ url: secretOption }),
    secretOptions: ["url"],
    create: (options, context) => {
      note("webhook", options, context);
      return { notify: async () => {} };
    },
  });
  const pager = defineNotifier({
    name: "pagerduty",
    apiVersion: 1,
    options: z.strictObject({ routing_key: secretOption }),
    secretOptions: ["routing_key"],
    create: () => ({ notify: async () => {} }),
  });
  const carry = (plugin: unknown) => () => Promise.resolve({ default: plugin });
  return {
    "@tokenward/refresher-instagram": carry(refresher("instagram", "none")),
    "@tokenward/refresher-youtube": carry(refresher("youtube", "public")),
    "@tokenward/refresher-tiktok": carry(refresher("tiktok", "confidential")),
    "@tokenward/refresher-oauth2": carry(refresher("oauth2", "public")),
    "@tokenward/writeback-local": carry(writeBack("local")),
    "@tokenward/writeback-gitlab": carry(writeBack("gitlab")),
    "@tokenward/state-local": carry(state),
    "@tokenward/notifier-webhook": carry(webhook),
    "@tokenward/notifier-pagerduty": carry(pager),
  };
}
