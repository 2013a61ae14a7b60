/** One variable as GitLab keeps it. */
export interface StoredVariable {
  readonly key: string;
  value: string;
  readonly environment_scope: string;
  variable_type: string;
  protected: boolean;
  masked: boolean;
  readonly hidden: boolean;
  raw: boolean;
  description: string | null;
}

/** An answer of the server: a status and what is sent as JSON. */
export interface Reply {
  readonly status: number;
  readonly body?: unknown;
}

const notFound: Reply = { status: 404, body: { message: "404 Variable Not Found" } };
const ambiguous: Reply = {
  status: 409,
  body: {
    message: "There are multiple variables with provided parameters. Please use 'filter[environment_scope]'",
  },
};

/**
 * The variables of one project or group, with the rules that GitLab's own request specs and models show
 * (`spec/requests/api/ci/variables_spec.rb`, `app/models/concerns/ci/maskable.rb`, read 2026-11-22): scopes, masking, hidden
 * values, limits.
 */
export class VariableStore {
  readonly #variables: StoredVariable[] = [];
  /** GitLab's default for a project is 8000. */
  limit = 8000;

  list(): readonly StoredVariable[] {
    return this.#variables;
  }

  find(key: string, scope?: string): StoredVariable | undefined {
    return this.#variables.find((one) => one.key === key && (scope === undefined || one.environment_scope === scope));
  }

  read(key: string, scope: string | undefined): Reply {
    const found = this.#pick(key, scope);
    return "status" in found ? found : { status: 200, body: shown(found) };
  }

  create(wanted: Readonly<Record<string, unknown>>): Reply {
    const { key, value } = wanted;
    if (typeof key !== "string" || typeof value !== "string")
      return { status: 400, body: { error: "key is missing, value is missing" } };
    const hidden = wanted["masked_and_hidden"] === true;
    const variable: StoredVariable = {
      key,
      value,
      environment_scope: textOr(wanted["environment_scope"], "*"),
      variable_type: textOr(wanted["variable_type"], "env_var"),
      protected: wanted["protected"] === true,
      masked: hidden || wanted["masked"] === true,
      hidden,
      raw: wanted["raw"] === true,
      description: typeof wanted["description"] === "string" ? wanted["description"] : null,
    };
    if (!/^[A-Za-z0-9_]{1,255}$/.test(key)) return rejected({ key: ["can contain only letters, digits and '_'."] });
    if (this.find(key, variable.environment_scope) !== undefined)
      return rejected({ key: [`(${key}) has already been taken`] });
    if (this.#variables.length >= this.limit)
      return rejected({ base: [`Maximum number of project ci variables (${this.limit}) exceeded`] });
    if (!isValid(variable)) return rejected({ value: ["is invalid"] });
    this.#variables.push(variable);
    return { status: 201, body: shown(variable) };
  }

  update(key: string, scope: string | undefined, wanted: Readonly<Record<string, unknown>>): Reply {
    const found = this.#pick(key, scope);
    if ("status" in found) return found;
    if (found.hidden && "masked" in wanted && wanted["masked"] !== true)
      return rejected({ base: ["The visibility setting cannot be changed for masked and hidden variables."] });
    const changed: StoredVariable = {
      ...found,
      value: textOr(wanted["value"], found.value),
      variable_type: textOr(wanted["variable_type"], found.variable_type),
      protected: booleanOr(wanted["protected"], found.protected),
      masked: booleanOr(wanted["masked"], found.masked),
      raw: booleanOr(wanted["raw"], found.raw),
      description: typeof wanted["description"] === "string" ? wanted["description"] : found.description,
    };
    if (!isValid(changed)) return rejected({ value: ["is invalid"] });
    Object.assign(found, changed);
    return { status: 200, body: shown(found) };
  }

  remove(key: string, scope: string | undefined): Reply {
    const found = this.#pick(key, scope);
    if ("status" in found) return found;
    this.#variables.splice(this.#variables.indexOf(found), 1);
    return { status: 204 };
  }

  /** What a job on an unprotected branch finds in its environment. */
  environment(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.#variables.map(({ key, value }) => [key, value]));
  }

  // Without a filter one name must be one variable; with one, only exactly that scope counts.
  #pick(key: string, scope: string | undefined): StoredVariable | Reply {
    const named = this.#variables.filter((one) => one.key === key);
    if (scope !== undefined) return named.find((one) => one.environment_scope === scope) ?? notFound;
    if (named.length > 1) return ambiguous;
    return named[0] ?? notFound;
  }
}

function shown(variable: StoredVariable): unknown {
  return { ...variable, value: variable.hidden ? null : variable.value };
}

function isValid({ value, masked, raw }: StoredVariable): boolean {
  if (!masked) return true;
  return raw ? /^\S{8,}$/u.test(value) : /^[a-zA-Z0-9_+=/@:.~-]{8,}$/.test(value);
}

function rejected(message: unknown): Reply {
  return { status: 400, body: { message } };
}

function textOr(value: unknown, otherwise: string): string {
  return typeof value === "string" ? value : otherwise;
}

function booleanOr(value: unknown, otherwise: boolean): boolean {
  return typeof value === "boolean" ? value : otherwise;
}
