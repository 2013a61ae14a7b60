import { runJson, start, type Finished, type RunOptions, type Running } from "./cli.ts";
import type { ReportDocument, StatusDocument } from "./status-document.ts";
import type { Workspace } from "./workspace.ts";

/** A run whose document was read. */
export interface Reported extends Finished {
  readonly statuses: readonly StatusDocument[];
  /** The status of the only grant, or of the one of that name. */
  of(name?: string): StatusDocument;
}

/** `auth refresh <selection> --json`; further arguments, such as `--dry-run`, go along. */
export async function refresh(
  workspace: Workspace,
  selection = "all",
  options: RunOptions = {},
  ...more: readonly string[]
): Promise<Reported> {
  return await reportOf(workspace, ["auth", "refresh", selection, ...more], options);
}

/** Any command that answers with a report of grants. */
export async function reportOf(
  workspace: Workspace,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Reported> {
  const { document, ...finished } = await runJson<Partial<ReportDocument>>(workspace, args, options);
  const { statuses } = document;
  if (statuses === undefined) throw new Error(`no report (exit ${String(finished.code)}): ${finished.stdout}`);
  return {
    ...finished,
    statuses,
    of: (name) => {
      const found = name === undefined ? statuses : statuses.filter((status) => nameOf(status) === name);
      const [status] = found;
      if (status === undefined || found.length > 1)
        throw new Error(`${String(found.length)} statuses: ${finished.stdout}`);
      return status;
    },
  };
}

/** `tiktok`, or `tiktok/brand-a`. */
function nameOf(status: Pick<StatusDocument, "platform" | "account">): string {
  return status.account === null ? status.platform : `${status.platform}/${status.account}`;
}

/** What a human reads: everything that was printed, in one line. */
export function wordsOf({ stdout, stderr }: Finished): string {
  return `${stdout} ${stderr}`.replaceAll(/\s+/g, " ");
}

/** A running `auth refresh` that tells when the line of a grant (`tiktok/a: rotated`) was printed. */
export interface Followed extends Running {
  printed(line: string): Promise<void>;
}

/** Starts `auth refresh <selection>` and follows its lines. */
export function startFollowed(workspace: Workspace, selection: string, options: RunOptions = {}): Followed {
  const running = start(workspace, ["auth", "refresh", selection], options);
  let seen = "";
  let ended = false;
  const waiting = new Set<() => void>();
  const look = (): void => {
    for (const resolve of waiting) resolve();
    waiting.clear();
  };
  running.process.stderr?.on("data", (text: string) => {
    seen += text;
    look();
  });
  running.process.once("close", () => {
    ended = true;
    look();
  });
  return {
    ...running,
    printed: async (line) => {
      while (!seen.split("\n").includes(line)) {
        if (ended) throw new Error(`the process ended without printing "${line}": ${seen}`);
        await new Promise<void>((resolve) => waiting.add(resolve));
      }
    },
  };
}
