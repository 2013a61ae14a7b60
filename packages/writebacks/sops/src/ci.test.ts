import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { testIO, type TestIO } from "@tokenward/testing";
import { documentedScript, makeRepository, unavailable, type Repository } from "tokenward-counterparts/sops";
import type { StoredGrant, WriteBack } from "@tokenward/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  grantOf,
  id,
  intentOf,
  makeGround,
  refusalOf,
  shape,
  smallFiles,
  textOf,
  versionOf,
  type Ground,
} from "./test/ground.ts";

const missing = unavailable();
const path = "secrets/tokens.enc.yaml";
const timeout = 30_000;

/** One checkout, as a job or a machine has it. */
interface Checkout {
  readonly file: string;
  readonly io: TestIO;
  readonly writeBack: WriteBack;
  grant(generation: number): Promise<StoredGrant>;
}

describe.skipIf(missing !== undefined)(`publish${missing === undefined ? "" : ` (skipped: ${missing})`}`, () => {
  let ground: Ground;
  let repository: Repository;
  let script: string;
  beforeEach(async () => {
    ground = await makeGround();
    const first = await textOf(await ground.encrypt("first.yaml", smallFiles[".yaml"]));
    repository = await makeRepository(join(ground.folder, "server"), path, first);
    script = join(ground.folder, "publish-tokens");
    await writeFile(script, await documentedScript());
    await chmod(script, 0o755);
  });
  afterEach(async () => await ground.dispose());

  const checkOut = async (name: string, env: Readonly<Record<string, string>> = {}): Promise<Checkout> => {
    const folder = join(ground.folder, name);
    await repository.checkOut(folder);
    const file = join(folder, path);
    const io = testIO({ env: { ...ground.env, ...repository.env, ...env } });
    // Beside the configuration, as documented, and not beside the file.
    const writeBack = ground.writeBack({ file, publish: ["./publish-tokens"], timeout });
    const target = await writeBack.target(id, io);
    return { file, io, writeBack, grant: async (generation) => await Promise.resolve(grantOf(target, generation)) };
  };
  const published = async (): Promise<string> => {
    const file = join(ground.folder, "published.yaml");
    await writeFile(file, await repository.published());
    return await ground.decrypt(file);
  };
  const saveFirst = async ({ writeBack, io, grant }: Checkout): Promise<StoredGrant> => {
    const first = await grant(1);
    await writeBack.save(id, first, { generation: 0 }, io);
    return first;
  };

  it("a CI work tree without publish does not outlive the run", async () => {
    const { file } = await checkOut("job");
    const traits = (publish: boolean, env: Readonly<Record<string, string>>) =>
      ground.writeBack({ file, ...(publish ? { publish: [script] } : {}) }, env).traits.outlivesRun;
    expect(traits(false, { CI: "true" })).toBe(false);
    expect(traits(true, { CI: "true" })).toBe(true);
    expect(traits(false, {})).toBe(true);
    expect(traits(false, { CI: "false" })).toBe(true);
    const outside = await ground.encrypt("outside.yaml", smallFiles[".yaml"]);
    expect(ground.writeBack({ file: outside }, { CI: "true" }).traits.outlivesRun).toBe(true);
  });

  it("two checkouts mean the same stored grant", async () => {
    const [one, two] = [await checkOut("one"), await checkOut("two")];
    expect(await one.writeBack.target(id, one.io)).toBe(await two.writeBack.target(id, two.io));
    expect(await one.writeBack.target(id, one.io)).not.toContain(ground.folder.concat("/one"));
  });

  it("a save and a claim are there for the next job, and a probe publishes nothing", async () => {
    const job = await checkOut("job");
    const before = await repository.tip();
    await job.writeBack.probe(id, shape, job.io);
    expect(await repository.tip()).toBe(before);
    const first = await saveFirst(job);
    expect(await published()).toContain("refresh_token: rft.sops-tiktok-brand-a-1");
    await job.writeBack.claim?.(id, intentOf(first, "one"), versionOf(first), job.io);

    const next = await checkOut("next");
    const found = await next.writeBack.read(id, next.io);
    expect(found?.claim?.id).toBe("one");
    expect(found?.unfinished).toBeUndefined();
    const refused = await refusalOf(next.writeBack.claim?.(id, intentOf(first, "two"), versionOf(first), next.io));
    expect(refused.code).toBe("ERR_WRITEBACK_CONFLICT");
    // And the checkout is as clean as after a pull.
    expect(await repository.git(join(ground.folder, "job"), "status", "--porcelain", "--untracked-files=no")).toBe("");
    expect(await repository.git(join(ground.folder, "job"), "rev-parse", "HEAD")).toBe(await repository.tip());
  });

  it("of two checkouts the slower one is found out, before it spends and when it saves", async () => {
    const [quick, slow] = [await checkOut("quick"), await checkOut("slow")];
    await quick.writeBack.probe(id, shape, quick.io);
    await slow.writeBack.probe(id, shape, slow.io);
    await saveFirst(quick);
    const local = await textOf(slow.file);
    const [probed, claimed, saved] = [
      await refusalOf(slow.writeBack.probe(id, shape, slow.io)),
      await refusalOf(slow.writeBack.claim?.(id, intentOf(await slow.grant(0), "x"), { generation: 0 }, slow.io)),
      await refusalOf(slow.writeBack.save(id, await slow.grant(1), { generation: 0 }, slow.io)),
    ];
    expect([probed.code, claimed.code, saved.code]).toEqual([
      "ERR_WRITEBACK_UNWRITABLE",
      "ERR_WRITEBACK_UNWRITABLE",
      "ERR_WRITEBACK_SAVE_FAILED",
    ]);
    for (const { message } of [probed, claimed, saved]) expect(message).toContain("somebody else has changed");
    // Nothing that others do not have stays behind.
    expect(await textOf(slow.file)).toBe(local);
    expect((await slow.writeBack.read(id, slow.io))?.claim).toBeUndefined();
    // `git pull`, and all is well.
    await repository.git(join(ground.folder, "slow"), "pull", "--quiet", "--ff-only");
    expect((await slow.writeBack.read(id, slow.io))?.generation).toBe(1);
    await slow.writeBack.save(id, await slow.grant(2), versionOf(await slow.grant(1)), slow.io);
    expect(await published()).toContain("rft.sops-tiktok-brand-a-2");
  });

  it("what others push beside the file does not matter", async () => {
    const job = await checkOut("job");
    const first = await saveFirst(job);
    await repository.pushElsewhere("news\n", "README.md");
    await job.writeBack.probe(id, shape, job.io);
    await repository.pushElsewhere("more news\n", "README.md");
    await job.writeBack.save(id, await job.grant(2), versionOf(first), job.io);
    expect(await published()).toContain("rft.sops-tiktok-brand-a-2");
    const { stdout } = await repository.tryGit(join(ground.folder, "server", "tokens.git"), "show", "main:README.md");
    expect(stdout).toBe("more news\n");
  });

  it("a save that could not be published is none, and is made by the same save later", async () => {
    const job = await checkOut("job");
    const first = await saveFirst(job);
    await repository.trouble("unavailable", "save");
    const second = await job.grant(2);
    await job.writeBack.probe(id, shape, job.io);
    const refused = await refusalOf(job.writeBack.save(id, second, versionOf(first), job.io));
    expect(refused.code).toBe("ERR_WRITEBACK_SAVE_FAILED");
    expect(refused.message).toContain("503");
    expect((await job.writeBack.read(id, job.io))?.generation).toBe(1);
    await repository.trouble(undefined, "all");
    await job.writeBack.save(id, second, versionOf(first), job.io);
    expect((await job.writeBack.read(id, job.io))?.generation).toBe(2);
    expect(await published()).toContain("rft.sops-tiktok-brand-a-2");
  });

  it("a save that others got although nobody here knows is not taken for somebody else's", async () => {
    const job = await checkOut("job");
    const first = await saveFirst(job);
    // It pushes, and says that it did not.
    const liar = join(ground.folder, "liar");
    await writeFile(liar, `#!/bin/sh\n"${script}" && exit 1\n`);
    await chmod(liar, 0o755);
    const lied = ground.writeBack({ file: job.file, publish: { command: [liar], probe: [script] }, timeout });
    const second = await job.grant(2);
    await refusalOf(lied.save(id, second, versionOf(first), job.io));
    expect(await published()).toContain("rft.sops-tiktok-brand-a-2");
    expect((await job.writeBack.read(id, job.io))?.generation).toBe(1);
    // The next one brings it to its end, whatever it is about.
    await job.writeBack.probe("youtube", shape, job.io);
    expect((await job.writeBack.read(id, job.io))?.generation).toBe(2);
    await job.writeBack.save(id, await job.grant(3), versionOf(second), job.io);
    expect(await published()).toContain("rft.sops-tiktok-brand-a-3");
  });

  it("a claim of which nobody knows whether others got it is void, for all", async () => {
    const job = await checkOut("job");
    const first = await saveFirst(job);
    const liar = join(ground.folder, "liar");
    await writeFile(liar, `#!/bin/sh\n"${script}" && exit 1\n`);
    await chmod(liar, 0o755);
    const lied = ground.writeBack({ file: job.file, publish: { command: [liar], probe: [script] }, timeout });
    await refusalOf(lied.claim?.(id, intentOf(first, "one"), versionOf(first), job.io));
    expect((await (await checkOut("other")).writeBack.read(id, job.io))?.claim?.id).toBe("one");
    expect((await job.writeBack.read(id, job.io))?.claim).toBeUndefined();
    await job.writeBack.probe(id, shape, job.io);
    expect((await (await checkOut("third")).writeBack.read(id, job.io))?.claim).toBeUndefined();
    await job.writeBack.claim?.(id, intentOf(first, "two"), versionOf(first), job.io);
    expect((await (await checkOut("fourth")).writeBack.read(id, job.io))?.claim?.id).toBe("two");
  });

  it("what a killed process changed and did not publish reads as unfinished, and the same save publishes it", async () => {
    const job = await checkOut("job");
    const first = await saveFirst(job);
    const second = await job.grant(2);
    // Killed between the two: the note is written, the file replaced.
    await repository.trouble("unavailable", "save");
    await refusalOf(job.writeBack.save(id, second, versionOf(first), job.io));
    const note = join(ground.folder, "job", "secrets", ".tokens.enc.yaml.tokenward-unpublished");
    const { content } = JSON.parse(await readFile(note, "utf8")) as { readonly content: string };
    await writeFile(job.file, Buffer.from(content, "base64"));
    await repository.trouble(undefined, "all");

    const found = await job.writeBack.read(id, job.io);
    expect(found).toMatchObject({ generation: 2, unfinished: true });
    await job.writeBack.save(id, second, versionOf(second), job.io);
    expect((await job.writeBack.read(id, job.io))?.unfinished).toBeUndefined();
    expect(await published()).toContain("rft.sops-tiktok-brand-a-2");
  });

  it.each([
    ["forbidden", "ERROR: Permission to acme/tokens.git denied to deploy key"],
    ["read-only", "ERROR: This repository was archived so it is read-only"],
    ["reset", "fatal: Could not read from remote repository"],
  ] as const)("a server's own words are passed on: %s", async (trouble, words) => {
    const job = await checkOut("job");
    await repository.trouble(trouble, "all");
    const { code, message } = await refusalOf(job.writeBack.probe(id, shape, job.io));
    expect(code).toBe("ERR_WRITEBACK_UNWRITABLE");
    expect(message).toContain(words);
  });

  it("a detached checkout publishes to the branch that it is told", async () => {
    const job = await checkOut("job", { TOKENS_BRANCH: "main" });
    await repository.git(join(ground.folder, "job"), "checkout", "--quiet", "--detach");
    await saveFirst(job);
    expect(await published()).toContain("rft.sops-tiktok-brand-a-1");
  });

  it("a password in an address is not passed on", async () => {
    const program = join(ground.folder, "says");
    await writeFile(
      program,
      "#!/bin/sh\necho \"fatal: cannot reach 'https://ci:pa55word@git.example/x.git'\" >&2\nexit 128\n",
    );
    await chmod(program, 0o755);
    await mkdir(join(ground.folder, "plain"));
    const file = await ground.encrypt("plain/tokens.yaml", smallFiles[".yaml"]);
    const { message } = await refusalOf(ground.writeBack({ file, publish: [program] }).probe(id, shape, ground.io));
    expect(message).toContain("fatal: cannot reach 'https://git.example/x.git'");
  });
});
