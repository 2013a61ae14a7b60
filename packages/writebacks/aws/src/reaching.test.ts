import dns from "node:dns";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { nothingStored } from "@tokenward/core";
import { testIO } from "@tokenward/testing";
import aws from "./index.ts";
import { id, onMoto, refusalOf } from "./test/moto-ground.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tokenward-aws-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const fileOf = (name: string, ...lines: readonly string[]): string => {
  const file = join(folder, name);
  writeFileSync(file, `${lines.join("\n")}\n`, { mode: 0o600 });
  return file;
};
const account = "123456789012";

onMoto("the address", (ground) => {
  it("is the environment's: for all services, and before that for this one", async () => {
    const { front, prefix, grant } = ground();
    vi.stubEnv("AWS_ENDPOINT_URL", front.url);
    await aws({ prefix, account }).save(id, grant(1), nothingStored, testIO());
    const before = front.calls.length;
    vi.stubEnv("AWS_ENDPOINT_URL", "http://127.0.0.1:1");
    vi.stubEnv("AWS_ENDPOINT_URL_SECRETS_MANAGER", front.url);
    const found = await aws({ prefix, account }).read(id, testIO());
    expect(found?.refreshToken?.reveal()).toBe("rft.aws-1");
    expect(front.calls.length).toBeGreaterThan(before);
  });

  it("is the profile's", async () => {
    const { front, prefix } = ground();
    const keys = ["aws_access_key_id = AKIAPROFILE", "aws_secret_access_key = of-a-profile"];
    vi.stubEnv("AWS_CONFIG_FILE", fileOf("config", "[profile posting]", `endpoint_url = ${front.url}`, ...keys));
    vi.stubEnv("AWS_ACCESS_KEY_ID", undefined);
    vi.stubEnv("AWS_PROFILE", "posting");
    expect(await aws({ prefix, account }).read(id, testIO())).toBeUndefined();
    expect(front.calls.length).toBeGreaterThan(0);
  });

  it("is the option's before all of them", async () => {
    const { front, prefix } = ground();
    vi.stubEnv("AWS_ENDPOINT_URL", "http://127.0.0.1:1");
    vi.stubEnv("AWS_ENDPOINT_URL_SECRETS_MANAGER", "http://127.0.0.1:1");
    expect(await aws({ prefix, account, endpoint: front.url }).read(id, testIO())).toBeUndefined();
    expect(front.calls.length).toBeGreaterThan(0);
  });

  it("is AWS's own where the configured ones are to be ignored", async () => {
    const { front, prefix } = ground();
    const asked: string[] = [];
    // Nothing leaves this machine: no name is known.
    vi.spyOn(dns, "lookup").mockImplementation(((name: string, _options: unknown, done: (error: Error) => void) => {
      asked.push(name);
      done(Object.assign(new Error("no names in this test"), { code: "ENOTFOUND" }));
    }) as never);
    vi.stubEnv("AWS_ENDPOINT_URL", front.url);
    vi.stubEnv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true");
    const said = await refusalOf(aws({ prefix, account }).read(id, testIO()));
    expect(said.message).toContain("cannot be reached (ENOTFOUND)");
    expect(new Set(asked)).toEqual(new Set(["secretsmanager.eu-central-1.amazonaws.com"]));
    expect(front.calls).toEqual([]);
  });

  it("is reached through the environment's proxy, and past it where NO_PROXY says so", async () => {
    const { front, prefix } = ground();
    const through: string[] = [];
    const proxy = createServer((request, response) => {
      through.push(request.url ?? "");
      response.writeHead(400, { "content-type": "application/x-amz-json-1.1" });
      response.end(JSON.stringify({ __type: "ResourceNotFoundException" }));
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    try {
      vi.stubEnv("HTTP_PROXY", `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`);
      const endpoint = "http://secrets.example";
      expect(await aws({ prefix, account, endpoint }).read(id, testIO())).toBeUndefined();
      expect(through).toEqual(["http://secrets.example/", "http://secrets.example/"]);
      for (const name of ["NO_PROXY", "no_proxy"]) vi.stubEnv(name, "127.0.0.1");
      expect(await aws({ prefix, account, endpoint: front.url }).read(id, testIO())).toBeUndefined();
      expect(through).toHaveLength(2);
    } finally {
      proxy.closeAllConnections();
      proxy.close();
    }
  });

  it("of an emulator is another target, and one of AWS's own is not; STS is asked where it is", async () => {
    const { front, prefix } = ground();
    const name = `${prefix}/${id}`;
    expect(await aws({ prefix, account, region: "eu-west-1" }).target(id, testIO())).toBe(
      `aws:${account}:eu-west-1:${name}`,
    );
    expect(await aws({ prefix, endpoint: front.url }).target(id, testIO())).toBe(
      `aws:${account}:eu-central-1@${new URL(front.url).host}:${name}`,
    );
    vi.stubEnv("AWS_ENDPOINT_URL_STS", front.url);
    const before = front.calls.length;
    const endpoint = "https://vpce-0a1b.secretsmanager.eu-central-1.vpce.amazonaws.com";
    expect(await aws({ prefix, endpoint }).target(id, testIO())).toBe(`aws:${account}:eu-central-1:${name}`);
    expect(front.calls.length).toBe(before + 1);
  });
});

onMoto("the credentials", (ground) => {
  const withoutKeys = (): void => {
    vi.stubEnv("AWS_ACCESS_KEY_ID", undefined);
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", undefined);
  };
  const keyThatReads = async (): Promise<string | undefined> => {
    const { writeBack, front } = ground();
    expect(await writeBack().read(id, testIO())).toBeUndefined();
    return front.calls.find(({ action }) => action === "GetSecretValue")?.accessKey;
  };

  it("are the environment's", async () => {
    expect(await keyThatReads()).toBe("AKIACOUNTERPART00000");
  });

  it("are the profile's", async () => {
    withoutKeys();
    const lines = ["[posting]", "aws_access_key_id = AKIAPROFILE", "aws_secret_access_key = of-a-profile"];
    vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", fileOf("credentials", ...lines));
    vi.stubEnv("AWS_PROFILE", "posting");
    expect(await keyThatReads()).toBe("AKIAPROFILE");
  });

  it("are the container's", async () => {
    withoutKeys();
    const agent = createServer((request, response) => {
      const known = request.headers.authorization === "Bearer of-a-container";
      response.writeHead(known ? 200 : 401, { "content-type": "application/json" });
      const keys = { AccessKeyId: "AKIACONTAINER", SecretAccessKey: "of-a-container", Token: "session" };
      response.end(JSON.stringify({ ...keys, Expiration: "2099-01-01T00:00:00Z" }));
    });
    await new Promise<void>((resolve) => agent.listen(0, "127.0.0.1", resolve));
    try {
      const { port } = agent.address() as AddressInfo;
      vi.stubEnv("AWS_CONTAINER_CREDENTIALS_FULL_URI", `http://127.0.0.1:${port}/v1/credentials`);
      vi.stubEnv("AWS_CONTAINER_AUTHORIZATION_TOKEN", "Bearer of-a-container");
      expect(await keyThatReads()).toBe("AKIACONTAINER");
    } finally {
      agent.closeAllConnections();
      agent.close();
    }
  });

  it("are a role's, for a web identity such as a job of GitHub or GitLab has", async () => {
    withoutKeys();
    const { front } = ground();
    vi.stubEnv("AWS_ENDPOINT_URL_STS", front.url);
    vi.stubEnv("AWS_ROLE_ARN", `arn:aws:iam::${account}:role/posting`);
    vi.stubEnv("AWS_WEB_IDENTITY_TOKEN_FILE", fileOf("token", "a.web.identity"));
    expect(await keyThatReads()).toMatch(/^ASIA/);
  });

  it("that are nowhere are said to be so, before any account or secret is asked for", async () => {
    withoutKeys();
    const { front, prefix } = ground();
    for (const given of [{}, { account }]) {
      const said = await refusalOf(aws({ prefix, endpoint: front.url, ...given }).read(id, testIO()));
      expect(said.code).toBe("ERR_WRITEBACK_UNREADABLE");
      expect(said.message).toContain("no AWS credentials were found");
      expect(said.fix).toContain("AWS_PROFILE");
    }
    expect(front.calls).toEqual([]);
  });

  it("without a region are said to be so", async () => {
    const { writeBack } = ground();
    vi.stubEnv("AWS_REGION", undefined);
    const said = await refusalOf(writeBack().read(id, testIO()));
    expect(said.message).toContain("no AWS region is configured");
    expect(said.fix).toContain("AWS_REGION");
    expect(await writeBack({ region: "eu-central-1" }).read(id, testIO())).toBeUndefined();
  });

  it("are asked for their account once, and again after a failure", async () => {
    const { front, prefix } = ground();
    const stsCalls = (): number => front.calls.filter(({ action }) => action === "").length;
    const writeBack = aws({ prefix, endpoint: front.url });
    const caller = new AbortController();
    caller.abort();
    await refusalOf(writeBack.read(id, testIO({ signal: caller.signal })));
    expect(await Promise.all([1, 2, 3].map(async () => await writeBack.read(id, testIO())))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(stsCalls()).toBe(1);
  });
});
