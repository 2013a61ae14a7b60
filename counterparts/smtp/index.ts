export { account } from "./configuration.ts";
export { noExim, startExim, type Exim } from "./exim.ts";
