import { TokenwardError } from "../errors/error.ts";
import { parseGrantId, type Intent } from "../grant.ts";
import type { GrantPlan } from "../plan.ts";
import { redact } from "../redactor.ts";
import type { Snapshot } from "../state.ts";
import type { WriteBackCheck, WriteBackFinding } from "../status.ts";
import { writeBackDeadline, type EngineContext } from "./context.ts";
import { credentialStatus, writeBacksOf } from "./credential-expiry.ts";
import { withDeadline } from "./deadline.ts";
import type { WriteBackReport } from "./engine.ts";
import { holdLease, outcomeOfThrown } from "./refresh-path.ts";
import { refuseUndurable } from "./preflight.ts";
import { rotates } from "./pass.ts";
import { retiredError } from "./retired.ts";
import { find, isRetired, targetOf, writeBackError, type Found } from "./stored.ts";
import { reuseIsSafe } from "./unsettled.ts";

// As long as the tokens of most platforms get.
const ordinaryToken = 4096;

/** Reads and probes the place of each grant, and says what it means here. Nothing is spent. */
export async function checkWriteBacks(plans: readonly GrantPlan[], context: EngineContext): Promise<WriteBackReport> {
  const checks: WriteBackCheck[] = [];
  for (const plan of plans) checks.push(await checkOne(plan, context));
  const writeBacks = [];
  for (const [writeBack, { writeBackName }] of context.signal.aborted ? [] : writeBacksOf(plans)) {
    const status = await credentialStatus(writeBack, writeBackName, context);
    if (status !== undefined) writeBacks.push(status);
  }
  const alert = [...checks, ...writeBacks].some((check) => check.alert);
  const judged = checks.some((check) => check.judged);
  return { alert, checks, writeBacks, exitCode: !judged && checks.length > 0 ? 2 : alert ? 1 : 0 };
}

interface Look {
  readonly found: Found | undefined;
  readonly open: Snapshot["open"];
  /** Absent: not asked, since a tombstone is there. */
  readonly refusal: TokenwardError | undefined;
  readonly probed: boolean;
}

async function checkOne(plan: GrantPlan, context: EngineContext): Promise<WriteBackCheck> {
  let target: string | undefined;
  try {
    context.signal.throwIfAborted();
    target = await targetOf(plan, context.io());
    const at = target;
    // A probe beside somebody's save could undo a part of it.
    const look = await holdLease(plan, at, context, async (held): Promise<Look> => {
      const found = await find(plan, at, context);
      const { open } = await held.snapshot();
      const probed = !isRetired(found);
      return {
        found,
        open,
        probed,
        refusal: probed ? await probe(plan, found, context) : undefined,
      };
    });
    return seen(plan, at, look, context);
  } catch (thrown) {
    const { error, detail, judged } = outcomeOfThrown(plan, thrown, context);
    const finding: WriteBackFinding = {
      kind: "problem",
      code: error?.code,
      sentence: redact(error?.message ?? detail),
      fix: error?.fix,
    };
    const unreadable = { target, readable: false, unfinished: false, judged: judged ?? true };
    return { ...traitsOf(plan), ...unreadable, findings: [finding], alert: true };
  }
}

async function probe(
  plan: GrantPlan,
  found: Found | undefined,
  context: EngineContext,
): Promise<TokenwardError | undefined> {
  const tokens = [found?.grant.accessToken, found?.grant.refreshToken];
  const longest = Math.max(...tokens.map((token) => token?.reveal().length ?? 0));
  const shape = { longestToken: 2 * longest + ordinaryToken, rotates: rotates(plan.refresher.traits) };
  try {
    const probed = plan.writeBack.probe(plan.id, shape, context.io());
    await withDeadline(probed, writeBackDeadline, "the probe took too long");
    return undefined;
  } catch (thrown) {
    return writeBackError(plan, thrown, "ERR_WRITEBACK_UNWRITABLE");
  }
}

function seen(plan: GrantPlan, target: string, look: Look, context: EngineContext): WriteBackCheck {
  const { found, refusal, probed } = look;
  const undurable = refuseUndurable({ plan, context, traits: plan.refresher.traits }, found ?? nothing);
  const findings = [
    ...storedFindings(plan, found),
    ...openFindings(plan, look),
    ...claimFindings(plan, look, context.clock.now()),
    ...probeFindings(probed, refusal),
    // What kind of place it is means nothing any more where a tombstone is.
    ...(probed ? traitFindings(plan, undurable?.error) : []),
  ];
  const claim = found?.grant.claim;
  return {
    ...traitsOf(plan),
    target,
    readable: true,
    stored: isRetired(found) ? "tombstone" : found === undefined ? "nothing" : found.stored ? "grant" : "seed",
    generation: found?.stored === true ? found.version.generation : undefined,
    retired: found?.grant.retired,
    claim: claim && { host: claim.host, since: claim.at, deadline: claim.deadline },
    unfinished: found?.grant.unfinished === true,
    writable: probed ? refusal === undefined : undefined,
    findings: findings.map((finding) => ({ ...finding, sentence: redact(finding.sentence) })),
    alert: findings.some(({ kind }) => kind === "problem"),
    judged: !probed || undurable === undefined,
  };
}

const nothing = { grant: { id: "", platform: "" }, version: {}, fingerprint: undefined, stored: false } as const;

function storedFindings(plan: GrantPlan, found: Found | undefined): readonly WriteBackFinding[] {
  if (isRetired(found)) return [problem(retiredError(plan, found))];
  if (found === undefined || !found.stored) {
    const seeded = found !== undefined;
    return [
      {
        kind: "note",
        sentence: seeded
          ? "It can be read. Nothing is stored yet: the first run takes the token from the environment."
          : "It can be read. Nothing is stored yet.",
        fix: seeded ? undefined : `Hand a first token over: \`tokenward auth ${plan.id}\` says how.`,
      },
    ];
  }
  const { generation } = found.version;
  const read: WriteBackFinding =
    generation === undefined
      ? { kind: "note", sentence: "It can be read. A human put the token there, so its generation is not known yet." }
      : { kind: "fine", sentence: `It can be read: generation ${generation} is stored.` };
  if (found.grant.unfinished !== true) return [read];
  const sentence = "A save of it was interrupted half-way; the next run completes it.";
  return [read, { kind: "note", sentence, fix: `Run \`tokenward auth refresh ${plan.id}\`.` }];
}

// This machine's lease is held, so nobody works on what its journal has open.
function openFindings(plan: GrantPlan, { found, open }: Look): readonly WriteBackFinding[] {
  if (open === undefined || isRetired(found)) return [];
  const { fingerprint } = open.intent.version;
  // Saved meanwhile, or consented to anew: the next run closes it.
  if (fingerprint !== undefined && found !== undefined && found.fingerprint !== fingerprint) return [];
  const since = open.intent.at.toISOString();
  const recover = `\`tokenward auth recover ${plan.id}\``;
  if (open.answer !== undefined) {
    const sentence = `The answer to an exchange of ${since} is kept on this machine, and not saved there yet.`;
    return [{ kind: "problem", sentence, fix: `Run ${recover}: it saves it without another exchange.` }];
  }
  const sentence = `A run on this machine was about to send its token at ${since}, and was interrupted.`;
  if (reuseIsSafe(plan)) return [{ kind: "note", sentence: `${sentence} Presenting the token again is safe.` }];
  const fix = `Run ${recover}: it says what is in doubt, and what can be done.`;
  return [{ kind: "problem", code: "ERR_AUTH_IN_DOUBT", sentence, fix }];
}

function claimFindings(plan: GrantPlan, { found, open }: Look, now: Date): readonly WriteBackFinding[] {
  const claim = found?.grant.claim;
  if (claim === undefined || isRetired(found) || claim.id === open?.intent.id) return [];
  if (isPast(claim, found)) {
    return [
      {
        kind: "note",
        sentence: `A claim of ${claim.host} is left over from an earlier token; the next save takes it away.`,
      },
    ];
  }
  const since = claim.at.toISOString();
  if (claim.deadline > now) return [{ kind: "note", sentence: `${claim.host} has been refreshing it since ${since}.` }];
  if (reuseIsSafe(plan)) {
    return [
      {
        kind: "note",
        sentence: `${claim.host} claimed it at ${since} and never finished; presenting its token again is safe.`,
      },
    ];
  }
  const facts = { grant: plan.id, host: claim.host, when: since };
  return [problem(new TokenwardError("ERR_AUTH_CLAIMED", facts))];
}

function isPast(claim: Intent, found: Found | undefined): boolean {
  const about = claim.version.fingerprint;
  return about !== undefined && about !== found?.fingerprint;
}

function probeFindings(probed: boolean, refusal: TokenwardError | undefined): readonly WriteBackFinding[] {
  if (refusal !== undefined) return [problem(refusal)];
  return probed ? [{ kind: "fine", sentence: "A new token would be accepted." }] : [];
}

function traitFindings(plan: GrantPlan, undurable: TokenwardError | undefined): readonly WriteBackFinding[] {
  const { traits } = plan.writeBack;
  const claimable = plan.writeBack.claim !== undefined;
  const strict = rotates(plan.refresher.traits) && !reuseIsSafe(plan);
  const findings: WriteBackFinding[] = [];
  if (traits.compareAndSwap === "checked" && strict) {
    const sentence = !claimable
      ? "It is compared before it is written, and cannot be claimed: let one machine only refresh this grant."
      : "It is compared before it is written, and claims are advisory: let no two machines refresh this grant at once (in CI, `resource_group` or `concurrency`).";
    findings.push({ kind: "note", sentence });
  }
  if (undurable !== undefined) findings.push(problem(undurable));
  else if (!traits.outlivesRun) {
    const sentence =
      "What is saved here does not outlive this run; nothing of this grant rotates, so nothing is lost with it.";
    findings.push({ kind: "note", sentence });
  }
  return findings;
}

function problem({ code, message, fix }: TokenwardError): WriteBackFinding {
  return { kind: "problem", code, sentence: message, fix };
}

function traitsOf(
  plan: GrantPlan,
): Pick<WriteBackCheck, "platform" | "account" | "writeBack" | "compareAndSwap" | "claims" | "outlivesRun"> {
  const { writeBack, writeBackName } = plan;
  return {
    ...parseGrantId(plan.id),
    writeBack: writeBackName,
    compareAndSwap: writeBack.traits.compareAndSwap,
    claims: writeBack.claim !== undefined,
    outlivesRun: writeBack.traits.outlivesRun,
  };
}
