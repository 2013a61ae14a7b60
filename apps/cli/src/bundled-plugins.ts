import type { BundledPlugins } from "@tokenward/config";

/** The first-party plugins on board, each in a chunk that is read only when a configuration names it. */
export const bundledPlugins: BundledPlugins = {
  "@tokenward/notifier-pagerduty": () => import("@tokenward/notifier-pagerduty"),
  "@tokenward/notifier-smtp": () => import("@tokenward/notifier-smtp"),
  "@tokenward/notifier-webhook": () => import("@tokenward/notifier-webhook"),
  "@tokenward/refresher-instagram": () => import("@tokenward/refresher-instagram"),
  "@tokenward/refresher-linkedin": () => import("@tokenward/refresher-linkedin"),
  "@tokenward/refresher-oauth2": () => import("@tokenward/refresher-oauth2"),
  "@tokenward/refresher-podium": () => import("@tokenward/refresher-podium"),
  "@tokenward/refresher-tiktok": () => import("@tokenward/refresher-tiktok"),
  "@tokenward/refresher-youtube": () => import("@tokenward/refresher-youtube"),
  "@tokenward/state-local": () => import("@tokenward/state-local"),
  "@tokenward/writeback-aws": () => import("@tokenward/writeback-aws"),
  "@tokenward/writeback-gcp": () => import("@tokenward/writeback-gcp"),
  "@tokenward/writeback-gitlab": () => import("@tokenward/writeback-gitlab"),
  "@tokenward/writeback-local": () => import("@tokenward/writeback-local"),
  "@tokenward/writeback-sops": () => import("@tokenward/writeback-sops"),
};
