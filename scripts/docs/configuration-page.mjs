// docs/configuration.md: prose by hand, and between its markers tables of what the schemas know.
import { SetUpError } from "../bootstrap.mjs";
import { splitDefault } from "./option-descriptions.mjs";

/** The page with what stands between `<!-- generated: … -->` and `<!-- end -->` written anew. */
export function configurationPage(page, facts) {
  const regions = regionsOf(facts);
  const used = new Set();
  const next = page.replaceAll(/(<!-- generated: ([^\n]+?) -->)\n[\s\S]*?(<!-- end -->)/g, (_, start, name, end) => {
    const region = regions[name];
    if (region === undefined)
      throw new SetUpError(`docs/configuration.md has a region \`${name}\` that nobody writes.`);
    used.add(name);
    return `${start}\n\n${region}\n\n${end}`;
  });
  const missing = Object.keys(regions).filter((name) => !used.has(name));
  if (missing.length > 0) throw new SetUpError(`docs/configuration.md has no region for ${missing.join(", ")}.`);
  return next;
}

function regionsOf({ descriptions, plugins }) {
  const { decayDescriptions, tokenDescriptions, recoveryDescriptions } = descriptions;
  return {
    file: keyTable(descriptions.fileDescriptions),
    auth: keyTable(descriptions.authDescriptions),
    alerts: keyTable(descriptions.alertsDescriptions),
    decay: keyTable(decayDescriptions),
    "token and recovery": keyTable({
      ...prefixed("token", tokenDescriptions),
      ...prefixed("recovery", recoveryDescriptions),
    }),
    platforms: keyTable(descriptions.platformDescriptions),
    refreshers: pluginTables(plugins, "refresher", "platforms"),
    "write-backs": pluginTables(plugins, "write-back", "auth.writeback"),
    notifiers: pluginTables(plugins, "notifier", "auth.alerts"),
    "rate buckets": pluginTables(plugins, "rate-bucket", "auth.rate_bucket"),
    states: pluginTables(plugins, "state", "state"),
  };
}

function prefixed(name, keys) {
  return Object.fromEntries(Object.entries(keys).map(([key, about]) => [`${name}.${key}`, about]));
}

function keyTable(keys) {
  return table(
    ["key", "default", "meaning"],
    Object.entries(keys).map(([key, { default: preset = "", meaning }]) => [`\`${key}\``, preset, meaning]),
  );
}

function pluginTables(plugins, kind) {
  const ours = plugins.filter((plugin) => plugin.kind === kind);
  if (ours.length === 0) return "None is on board.";
  return ours
    .map(({ package: name, name: short, options, secrets }) => {
      const title = `#### \`${short}\`\n\n\`${name}\``;
      if (options.length === 0) return `${title} has no options.`;
      const rows = options.map((option) => {
        const { preset, meaning } = splitDefault(option.text);
        const secret = secrets.includes(option.name) ? " A secret." : "";
        return [
          `\`${option.name}\``,
          option.required ? "required" : preset,
          `${meaning.replace(/\.$/, "")}${secret && `.${secret.replace(/\.$/, "")}`}`,
        ];
      });
      return `${title}:\n\n${table(["option", "default", "meaning"], rows)}`;
    })
    .join("\n\n");
}

function table(head, rows) {
  const line = (cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
