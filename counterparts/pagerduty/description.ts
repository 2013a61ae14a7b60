import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Ajv, type ValidateFunction } from "ajv";

/** PagerDuty's published description of the Events API v2, beside the repository where there is one. */
const descriptionFile: string = fileURLToPath(
  new URL("../../../shared/openapi/pagerduty-events-v2.json", import.meta.url),
);

/** Why events cannot be compared with PagerDuty's description here; `undefined`: they can. */
export function noPagerdutyDescription(): string | undefined {
  return existsSync(descriptionFile)
    ? undefined
    : "PagerDuty's API description (shared/openapi/pagerduty-events-v2.json) is not beside the repository";
}

let validate: ValidateFunction | undefined;

/** What the description has against an event; empty where it has nothing, or is not there. */
export function faultsByDescription(event: unknown): readonly string[] {
  if (noPagerdutyDescription() !== undefined) return [];
  if (validate === undefined) {
    const description = JSON.parse(readFileSync(descriptionFile, "utf8")) as object;
    const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
    ajv.addSchema(description, "pagerduty");
    validate = ajv.compile({
      $ref: "pagerduty#/paths/~1enqueue/post/requestBody/content/application~1json/schema",
    });
  }
  return validate(event)
    ? []
    : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}
