import type { GrantPlan } from "@tokenward/core";
import type { Context, ExitCode } from "../context.ts";
import { plain } from "./output.ts";
import { document } from "./status-document.ts";
import { wrap } from "./wrap.ts";

/** Prints where a human consents and how the token is handed over. That a human is needed is the exit code. */
export function printConsent({ id, refresher }: GrantPlan, { output, configPath }: Context): ExitCode {
  const where = plain(refresher.consent ?? `consent where the developer console of ${refresher.platform} says`);
  const option = configPath === undefined ? "" : ` --config ${JSON.stringify(configPath)}`;
  const importing = `tokenward auth import ${id}${option} < token.json`;
  const example =
    refresher.traits.presents === "access-token"
      ? { access_token: "…", expires_in: 5_184_000 }
      : { refresh_token: "…", access_token: "…", expires_in: 3600 };
  if (output.json) {
    output.data(document({ grant: id, consent: where, import: importing, token: example }));
    return 1;
  }
  output.data(
    [
      `${output.style("bold", id)} needs a human who consents.`,
      "",
      ...numbered(1, sentence(where), output.columns),
      ...numbered(2, "Save what the platform answers as token.json, such as:", output.columns),
      `   ${JSON.stringify(example)}`,
      ...numbered(3, "Hand it over, then remove the file:", output.columns),
      `   ${output.style("bold", importing)}`,
    ].join("\n"),
  );
  return 1;
}

function numbered(number: number, text: string, columns: number): string[] {
  return wrap(text, columns - 3).map((line, index) => `${index === 0 ? `${number}. ` : "   "}${line}`);
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1).replace(/\.$/, "")}.`;
}
