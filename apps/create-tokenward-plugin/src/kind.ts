/** The kinds of plugins that a package can be started as. */
export type PluginKind = "refresher" | "write-back" | "notifier" | "rate-bucket";

/** What is different about a kind, in words. */
export interface KindFacts {
  /** In package names: `tokenward-<part>-<name>`. */
  readonly part: string;
  /** What a plugin of this kind does, as the end of "a plugin that …". */
  readonly does: string;
  /** Folder of the files that only this kind has. */
  readonly template: string;
  /** What a factory of this kind is called in examples, behind the plugin's name. */
  readonly factory: string;
  /** Names that Tokenward's own packages have: a configuration would always find those first. */
  readonly taken: readonly string[];
}

/** Every kind. */
export const kinds: Readonly<Record<PluginKind, KindFacts>> = {
  refresher: {
    part: "refresher",
    does: "knows how one platform exchanges tokens",
    template: "refresher",
    factory: "Refresher",
    taken: ["oauth2", "instagram", "youtube", "tiktok", "linkedin", "podium"],
  },
  "write-back": {
    part: "writeback",
    does: "keeps grants somewhere and saves what was rotated",
    template: "write-back",
    factory: "WriteBack",
    taken: ["local", "gitlab", "aws", "gcp", "sops"],
  },
  notifier: {
    part: "notifier",
    does: "tells humans what needs them",
    template: "notifier",
    factory: "Notifier",
    taken: ["webhook", "smtp", "pagerduty"],
  },
  "rate-bucket": {
    part: "rate-bucket",
    does: "decides when the next call may be made",
    template: "rate-bucket",
    factory: "RateBucket",
    taken: ["local", "redis"],
  },
};

/** Every kind's name, in the order in which they are offered. */
export const kindNames: readonly PluginKind[] = ["refresher", "write-back", "notifier", "rate-bucket"];

/** Whether a text names a kind. */
export function isKind(text: string): text is PluginKind {
  return kindNames.some((kind) => kind === text);
}
