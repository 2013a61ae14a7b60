// The commands of `glab` that the how-to types, with the flags that its manual pages list, against GITLAB_HOST. A value is
// taken from standard input only, as it comes.
import { text } from "node:stream/consumers";
import { isDeepStrictEqual, parseArgs } from "node:util";

const [noun, verb, ...rest] = process.argv.slice(2);
const { GITLAB_HOST: host, GITLAB_TOKEN: token, GITLAB_PROJECT: project } = process.env;
const flag = { type: "boolean" };

if (noun === "token") {
  const given = { type: "string" };
  const { values, positionals } = parseArgs({
    args: rest,
    allowPositionals: true,
    options: { duration: given, ...(verb === "create" ? { "access-level": given, scope: given } : {}) },
  });
  const wanted = { duration: "365d", ...(verb === "create" ? { "access-level": "maintainer", scope: "api" } : {}) };
  if (positionals.length !== 1 || !isDeepStrictEqual({ ...values }, wanted)) {
    throw new Error(`GitLab would make another token: ${rest.join(" ")}`);
  }
  // GitLab makes it; this is the one that it knows.
  process.stdout.write(`${token}\n`);
} else if (noun === "variable") {
  const { values, positionals } = parseArgs({
    args: rest,
    allowPositionals: true,
    options: { masked: flag, raw: flag, protected: flag },
  });
  if (positionals.length !== 1) throw new Error("a value on the command line is seen by everybody");
  const [key] = positionals;
  const variables = `${host}/api/v4/projects/${encodeURIComponent(project)}/variables`;
  const answer = await fetch(verb === "update" ? `${variables}/${key}` : variables, {
    method: { set: "POST", update: "PUT" }[verb],
    headers: { "private-token": token, "content-type": "application/json" },
    body: JSON.stringify({ key, value: await text(process.stdin), ...values }),
  });
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
} else if (noun === "schedule" && verb === "create") {
  const needed = { type: "string" };
  const { values } = parseArgs({
    args: rest,
    options: { description: needed, ref: needed, cron: needed, cronTimeZone: needed },
  });
  process.stdout.write(JSON.stringify(values));
} else {
  throw new Error(`unknown command ${noun} ${verb}`);
}
