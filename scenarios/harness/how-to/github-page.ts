import { replaced, type Page } from "./page.ts";

/** The workflow of the section on GCP: that for AWS, with the step that the section gives in place of AWS's own. */
export function onGcp(page: Page): string {
  const onAws = page.file(".github/workflows/tokens.yml", "AWS Secrets Manager");
  const [, step = ""] = /^```yaml\n(- uses: [\s\S]*?)^```/m.exec(page.section("GCP Secret Manager")) ?? [];
  const [itsOwn = ""] = /^ {6}- uses: aws-actions[\s\S]*?(?=^ {6}- )/m.exec(onAws) ?? [];
  return replaced(onAws, itsOwn, step.replaceAll(/^(?=.)/gm, "      "));
}
