import type { Consent, ConsentOptions, Sandbox } from "@tokenward/sandbox";
import { runJson, type Finished } from "./cli.ts";
import type { ReportDocument, StatusDocument } from "./status-document.ts";
import type { Workspace } from "./workspace.ts";

/** One of many grants of one platform. */
export interface FleetMember {
  /** `crm/a1`: its name in the configuration. */
  readonly name: string;
  readonly account: string;
  readonly consent: Consent;
}

/** Many grants of one platform of the sandbox, kept by one workspace. */
export interface Fleet {
  /** The platform's name in the configuration; also what selects the fleet on the command line. */
  readonly block: string;
  readonly members: readonly FleetMember[];
}

/** Consents for every account, on a platform of the sandbox. */
export async function consentFleet(
  sandbox: Sandbox,
  platform: string,
  block: string,
  consents: readonly ConsentOptions[],
): Promise<Fleet> {
  const members: FleetMember[] = [];
  for (const [index, options] of consents.entries()) {
    const account = `a${String(index + 1)}`;
    const consent = await sandbox.control.consent(platform, { account: `${block}-${account}`, ...options });
    members.push({ name: `${block}/${account}`, account, consent });
  }
  return { block, members };
}

/** Configures a workspace for fleets; `keys` differ by block. */
export async function configureFleets(
  workspace: Workspace,
  fleets: readonly Fleet[],
  keys: (fleet: Fleet) => Readonly<Record<string, unknown>>,
  auth: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const platforms = fleets.map((fleet) => [
    fleet.block,
    {
      token_url: fleet.members[0]?.consent.tokenUrl,
      client_secret: `\${FLEET_CLIENT_SECRET}`,
      ...keys(fleet),
      accounts: Object.fromEntries(fleet.members.map(({ account }) => [account, {}])),
    },
  ]);
  const writeback = { backend: "local", local: { store: "file", path: workspace.storeFolder } };
  await workspace.configure(JSON.stringify({ auth: { writeback, ...auth }, platforms: Object.fromEntries(platforms) }));
}

/** What a process needs in its environment: the client's secret, and in the first run the first tokens. */
export function fleetEnvironment(
  fleets: readonly Fleet[],
  seeds: "with first tokens" | "without tokens",
): Readonly<Record<string, string>> {
  const [first] = fleets.flatMap(({ members }) => members);
  const tokens = fleets.flatMap(({ members }) =>
    members.map(({ name, consent }) => [
      `${name.toUpperCase().replaceAll(/[^A-Z0-9]/g, "_")}_REFRESH_TOKEN`,
      consent.refreshToken,
    ]),
  );
  return {
    FLEET_CLIENT_SECRET: first?.consent.clientSecret ?? "",
    ...(seeds === "without tokens" ? {} : Object.fromEntries(tokens)),
  };
}

/** What one process reported, by the grant's name. */
export interface FleetReport extends Finished {
  readonly document: ReportDocument;
  of(name: string): StatusDocument;
}

/** Refreshes in one process. */
export async function refreshFleet(
  workspace: Workspace,
  selection: string,
  env: Readonly<Record<string, string>>,
): Promise<FleetReport> {
  const finished = await runJson<ReportDocument>(workspace, ["auth", "refresh", selection], { env });
  const { statuses } = finished.document;
  if (statuses === undefined) throw new Error(`no report: ${finished.stdout}`);
  const byName = new Map(statuses.map((status) => [`${status.platform}/${String(status.account)}`, status]));
  return {
    ...finished,
    of: (name) => {
      const status = byName.get(name);
      if (status === undefined) throw new Error(`no status of ${name}`);
      return status;
    },
  };
}
