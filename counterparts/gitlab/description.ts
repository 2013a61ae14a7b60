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

interface Operation {
  readonly parameters?: readonly Parameter[];
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
 * The parts of the description, each read when it is asked for: it has fifty thousand lines, and a grant's life needs a
 * few hundred of them.
 */
class Description {
  readonly #texts = new Map<string, string>();
  readonly #parsed = new Map<string, unknown>();

  constructor(text: string) {
    let part = "";
    let name = "";
    let lines: string[] = [];
    const close = (): void => {
      if (name !== "") this.#texts.set(`${part} ${name}`, lines.join("\n"));
    };
    for (const line of text.split("\n")) {
      const [, top] = /^([A-Za-z]+):/.exec(line) ?? [];
      const [, below] = /^ {2}"?([^\s"]+?)"?:$/.exec(line) ?? [];
      if (top === undefined && below === undefined) {
        lines.push(line);
        continue;
      }
      close();
      [part, name, lines] = top === undefined ? [part, below ?? "", []] : [top, "", []];
    }
    close();
  }

  names(part: "paths" | "definitions"): readonly string[] {
    return [...this.#texts.keys()].filter((key) => key.startsWith(`${part} `)).map((key) => key.slice(part.length + 1));
  }

  part(part: "paths" | "definitions", name: string): unknown {
    const key = `${part} ${name}`;
    if (!this.#parsed.has(key)) this.#parsed.set(key, parse(this.#texts.get(key) ?? ""));
    return this.#parsed.get(key);
  }

  /** A definition with all those that it needs. */
  closure(name: string): Readonly<Record<string, unknown>> {
    const found: Record<string, unknown> = {};
    const open = [name];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (next in found) continue;
      found[next] = this.part("definitions", next);
      for (const [, other] of (this.#texts.get(`definitions ${next}`) ?? "").matchAll(/#\/definitions\/([\w.-]+)/g))
        open.push(other as string);
    }
    return found;
  }
}

/**
 * Makes a check of requests against GitLab's published description: known path and method, only declared query
 * parameters, a body of the declared shape with no property that is not declared.
 *
 * @returns what is wrong with a request, empty where nothing is
 */
export function descriptionCheck(): (request: SeenRequest) => readonly string[] {
  const description = new Description(readFileSync(descriptionFile, "utf8"));
  const templates = description.names("paths").map((path) => ({
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
    // Other definitions of the file use types that only Swagger knows.
    const ajv = new Ajv({ strict: false, allErrors: true, validateSchema: false });
    const schema = { definitions: description.closure(name), $ref: `#/definitions/${name}` };
    const known = validators.get(name) ?? ajv.compile(schema);
    validators.set(name, known);
    return known;
  };

  return ({ method, rawPath, query, body }) => {
    const fitting = templates.filter(({ pattern }) => pattern.test(rawPath)).sort((a, b) => a.holes - b.holes);
    const operation = fitting
      .map(({ path }) => (description.part("paths", path) as Readonly<Record<string, Operation>>)[method.toLowerCase()])
      .find(Boolean);
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
    const definition = description.part("definitions", declared) as { readonly properties?: object };
    const unknown = Object.keys(body ?? {}).filter((name) => !Object.keys(definition.properties ?? {}).includes(name));
    return [...wrong, ...unknown.map((name) => `property ${name} is not declared`)];
  };
}

let shared: ReturnType<typeof descriptionCheck> | undefined;

/**
 * What GitLab's published description says against requests, without their values; empty where nothing, and where the
 * description is not at hand. The one of this date declares the filter by scope for projects only; GitLab takes it for
 * groups, too.
 */
export function undescribed(requests: readonly SeenRequest[]): readonly string[] {
  if (noDescription() !== undefined) return [];
  const check = (shared ??= descriptionCheck());
  const filter = /groups\/.*(filter\[environment_scope\]|property filter) is not declared$/;
  return requests
    .flatMap((request) => check(request).map((words) => `${request.method} ${request.path}: ${words}`))
    .filter((words) => !filter.test(words));
}
