import type { AwsCall } from "./front.ts";

/** What becomes of a call that moves a stage, where moto would not do as the real service does. */
export type StageRuling = "forward" | "nothing to do" | { readonly error: string; readonly message: string };

/**
 * A stage lies on one version at most: given to the one that has it, nothing changes; given to another one without
 * naming the one that has it, it is refused. moto puts it there a second time (API reference of
 * UpdateSecretVersionStage, 2026-11-22).
 */
export async function ruleOnStage({ action, input }: AwsCall, port: number): Promise<StageRuling> {
  const { SecretId: id, VersionStage: stage, MoveToVersionId: to, RemoveFromVersionId: from } = input;
  if (action !== "UpdateSecretVersionStage" || to === undefined || from !== undefined) return "forward";
  const answer = await fetch(`http://127.0.0.1:${port}`, {
    method: "POST",
    headers: {
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": "secretsmanager.ListSecretVersionIds",
      authorization: "AWS4-HMAC-SHA256 Credential=AKIA/20261122/eu-central-1/secretsmanager/aws4_request",
    },
    body: JSON.stringify({ SecretId: id }),
  });
  const { Versions: versions = [] } = (await answer.json()) as {
    readonly Versions?: readonly { readonly VersionId: string; readonly VersionStages?: readonly string[] }[];
  };
  const holder = versions.find(({ VersionStages: stages = [] }) => stages.includes(String(stage)))?.VersionId;
  if (holder === undefined) return "forward";
  if (holder === to) return "nothing to do";
  const message = `The staging label ${String(stage)} is attached to ${holder}, which RemoveFromVersionId must name.`;
  return { error: "InvalidParameterException", message };
}
