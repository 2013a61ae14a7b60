/** `warn` < `page` < `critical`. */
export type Severity = "warn" | "page" | "critical";
