import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Ajv, type ValidateFunction } from "ajv";
import { parse } from "yaml";
import type { SeenRequest } from "./server.ts";

interface Parameter {
  readonly name: string;
  readonly in: "path" | "query" | "body" | "formData" | "header";
  readonly required?: boolean;
  readonly schema?: { readonly $ref?: string };
}

interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly parameters?: readonly Parameter[] }>>>>;
  readonly definitions: Readonly<Record<string, { readonly properties?: Readonly<Record<string, unknown>> }>>;
}

/** GitLab's published API description, beside the repository where there is one. */
export const descriptionFile: string = fileURLToPath(new URL("../../../shared/openapi/gitlab.yaml", import.meta.url));

/** Why requests cannot be compared with GitLab's description here; `undefined`: they can. */
export function noDescription(): string | undefined {
  return existsSync(descriptionFile)
    ? undefined
    : "GitLab's API description (shared/openapi/gitlab.yaml) is not beside the repository";
}

/**
 * Makes a check of requests against GitLab's published description: known path and method, only declared query
 * parameters, a body of the declared shape with no property that is not declared.
 *
 * @returns what is wrong with a request, empty where nothing is
 */
export function descriptionCheck(): (request: SeenRequest) => readonly string[] {
  const description = parse(readFileSync(descriptionFile, "utf8")) as Description;
  // Other definitions of the file use types that only Swagger knows.
  const ajv = new Ajv({ strict: false, allErrors: true, validateSchema: false });
  ajv.addSchema({ $id: "gitlab", definitions: description.definitions });
  const templates = Object.keys(description.paths).map((path) => ({
    path,
    pattern: new RegExp(
      `^${path
        .split(/\{[^}]+\}/)
        .map((text) => text.replaceAll(/[.*+?()[\]]/g, "\\$&"))
        .join("[^/]+")}$`,
    ),
    holes: path.split("{").length,
  }));
  const validators = new Map<string, ValidateFunction>();
  const validatorOf = (name: string): ValidateFunction => {
    const known = validators.get(name) ?? ajv.compile({ $ref: `gitlab#/definitions/${name}` });
    validators.set(name, known);
    return known;
  };

  return ({ method, rawPath, query, body }) => {
    const fitting = templates.filter(({ pattern }) => pattern.test(rawPath)).sort((a, b) => a.holes - b.holes);
    const operation = fitting.map(({ path }) => description.paths[path]?.[method.toLowerCase()]).find(Boolean);
    if (operation === undefined) return [`${method} ${rawPath} is not in the description`];
    const parameters = operation.parameters ?? [];
    const names = parameters.filter((one) => one.in === "query").map(({ name }) => name);
    const wrong = Object.keys(query)
      .filter((name) => !names.includes(name))
      .map((name) => `query parameter ${name} is not declared`);
    const declared = parameters
      .find((one) => one.in === "body")
      ?.schema?.$ref?.split("/")
      .at(-1);
    if (declared === undefined) return body === undefined ? wrong : [...wrong, "a body where none is declared"];
    const validate = validatorOf(declared);
    if (!validate(body))
      wrong.push(...(validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`));
    const properties = Object.keys(description.definitions[declared]?.properties ?? {});
    const unknown = Object.keys(body ?? {}).filter((name) => !properties.includes(name));
    return [...wrong, ...unknown.map((name) => `property ${name} is not declared`)];
  };
}
