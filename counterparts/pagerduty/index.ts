export { faultsByDescription, noPagerdutyDescription } from "./description.ts";
export { PagerdutyServer, type PagerdutyAlert, type PagerdutyEvent, type PagerdutyMood } from "./server.ts";
