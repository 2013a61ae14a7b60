import { Socket } from "node:net";
import { TokenwardError, type Refresher } from "@tokenward/core/plugin";
import { broken, reading, type BrokenRefresher, type Reading } from "./breaking-refreshers.ts";
import { rotating, subjectOf } from "./sound-refresher.ts";

const same = "assess, request and interpret say the same when they are asked again";
const unchanged = "assess, request and interpret change nothing of what they are given";
const clock = "assess, request and interpret never read the clock";
const network = "assess, request and interpret never touch the network";
const noClient = "without the client that it needs, a request is refused before anything is sent";
const verifies = "verify never throws, and never trusts an answer without a meaning";
const onlyReads = "verify only reads, with a handful of requests, and never at the token endpoint";

const impure: readonly BrokenRefresher[] = [
  broken(rotating, "connects while it is made", "making a refresher connects nowhere", /while it was made/, () => {
    new Socket().on("error", () => undefined).connect(9, "127.0.0.1");
    return {};
  }),
  broken(rotating, "counts how often it was asked", same, /something else the second time/, (base) => {
    let asked = 0;
    return { assess: (...facts) => ({ ...base.assess(...facts), reason: `asked ${(asked += 1)} times` }) };
  }),
  broken(rotating, "writes into the grant", unchanged, /frozen inputs|changed what it was given/, (base) => ({
    assess: (grant, ...facts) => {
      (grant as { scopes?: readonly string[] }).scopes = [];
      return base.assess(grant, ...facts);
    },
  })),
  broken(rotating, "moves a date that it was given", unchanged, /changed what it was given/, (base) => ({
    assess: (grant, ...facts) => {
      const answer = base.assess(grant, ...facts);
      grant.rotatedAt?.setTime(0);
      return answer;
    },
  })),
  broken(rotating, "asks the machine for the time", clock, /Date\.now/, (base) => ({
    assess: (grant, now, policy) => base.assess(grant, Date.now() > 0 ? now : now, policy),
  })),
  broken(rotating, "makes a date of its own", clock, /new Date\(\)/, (base) => ({
    request: async (grant, client) => {
      await Promise.resolve();
      return new Date().getTime() > 0 ? ((await base.request?.(grant, client)) as never) : ({} as never);
    },
  })),
  broken(rotating, "asks somebody while it builds a request", network, /fetch/, (base) => ({
    request: async (grant, client) => {
      await fetch("http://127.0.0.1:9/").catch(() => undefined);
      return (await base.request?.(grant, client)) as never;
    },
  })),
  broken(
    rotating,
    "takes a moment of its own for now",
    "interpret depends on the `now` it is given",
    /follow/,
    (base) => ({
      interpret: (answer, grant) => base.interpret?.(answer, grant, new Date("2031-03-14T09:26:53.000Z")) as Reading,
    }),
  ),
];

const leaking: readonly BrokenRefresher[] = [
  broken(
    rotating,
    "reveals the token early",
    "a request shows no secret until it is sent",
    /shows a secret/,
    (base) => ({
      request: async (grant, client) =>
        ({
          ...((await base.request?.(grant, client)) as object),
          headers: { "x-token": grant.refreshToken?.reveal() ?? "" },
        }) as never,
    }),
  ),
  broken(
    rotating,
    "puts the token into the address although it has a body",
    "a request that has a body puts no secret into the address",
    /stands in the address/,
    (base) => ({
      request: async (grant, client) =>
        ({
          ...((await base.request?.(grant, client)) as object),
          query: { token: grant.refreshToken },
        }) as never,
    }),
  ),
  broken(
    rotating,
    "quotes the answer in its complaint",
    "a reading shows no secret, whatever the answer was",
    /shows a secret/,
    reading((read, { text }) =>
      read.kind === "exchanged" && read.malformed !== undefined
        ? { ...read, malformed: `odd: ${text.slice(0, 2000)}` }
        : read,
    ),
  ),
  broken(
    rotating,
    "repeats the platform's prose",
    "a refusal repeats nothing secret that the platform echoed",
    /shows a secret/,
    reading((read, { text }) => {
      const prose = /"error_description":"([^"]+)"/.exec(text)?.[1];
      return read.kind === "refused" && prose !== undefined ? { ...read, detail: `it answered: ${prose}` } : read;
    }),
  ),
  broken(
    rotating,
    "shows the code of a first consent",
    "requests for a first token and for the end of a grant show no secret either",
    /shows the code/,
    (base) => ({
      authorization: {
        ...(base.authorization as NonNullable<Refresher["authorization"]>),
        codeRequest: ({ code }) => ({
          method: "POST",
          url: "https://sound.example/token",
          query: { code: code.reveal() },
        }),
      },
    }),
  ),
  broken(rotating, "shows a token in an error", noClient, /shows a secret/, (base) => ({
    request: (grant, client) => {
      if (client.secrets.length > 0) return base.request?.(grant, client) as never;
      const error = new TokenwardError(
        "ERR_AUTH_REQUEST_INVALID",
        { grant: grant.id, reason: "no secret" },
        { class: "client" },
      );
      throw Object.assign(error, { message: `no secret for ${grant.refreshToken?.reveal()}` });
    },
  })),
];

const looking: readonly BrokenRefresher[] = [
  broken(rotating, "throws where verify is answered by a page", verifies, /verify threw/, (base) => ({
    verify: async (grant, client, token, io) => {
      const found = await base.verify?.(grant, client, token, io);
      const answer = await io.http.send({ method: "GET", url: "https://sound.example/me" });
      if (answer.status === 200 && answer.body.length > 0) JSON.parse(Buffer.from(answer.body).toString("utf8"));
      return found as never;
    },
  })),
  broken(rotating, "believes whatever has status 200", verifies, /says that the token works/, () => ({
    verify: async (_grant, _client, _token, io) => {
      const answer = await io.http.send({ method: "GET", url: "https://sound.example/me" });
      return { works: answer.status === 200 };
    },
  })),
  broken(
    rotating,
    "blames the grant for a platform in trouble",
    "a platform in trouble says nothing about the grant",
    /blames the grant: reauth/,
    () => ({
      verify: async (_grant, _client, _token, io) => {
        await io.http.send({ method: "GET", url: "https://sound.example/me" });
        return { works: false, class: "reauth" };
      },
    }),
  ),
  broken(rotating, "verifies by an exchange", onlyReads, /does not only read|token endpoint/, (base) => ({
    verify: async (grant, client, _token, io) => {
      await io.http.send((await base.request?.(grant, client)) as never);
      return { works: false };
    },
  })),
  broken(rotating, "asks until it likes the answer", onlyReads, /sent 9 requests/, () => ({
    verify: async (_grant, _client, _token, io) => {
      for (let times = 0; times < 9; times += 1) await io.http.send({ method: "GET", url: "https://sound.example/me" });
      return { works: false };
    },
  })),
  broken(rotating, "shows the token that it looked at", "verify shows no secret", /shows a secret/, (base) => ({
    verify: async (grant, client, token, io) => ({
      ...((await base.verify?.(grant, client, token, io)) as object),
      works: false,
      detail: `${token.reveal()} does not work`,
    }),
  })),
];

const sound = subjectOf(rotating);

const unproven: readonly BrokenRefresher[] = [
  {
    defect: "was never shown a dead token",
    caughtBy: "every mandatory situation has a fixture",
    saying: /no fixture for dead-token/,
    subject: { ...sound, fixtures: sound.fixtures.filter(({ situation }) => situation !== "dead-token") },
  },
  {
    defect: "does not say where a fixture comes from",
    caughtBy: "every mandatory situation has a fixture",
    saying: /where its shape comes from/,
    subject: { ...sound, fixtures: sound.fixtures.map((fixture) => ({ ...fixture, source: "" })) },
  },
];

/** Refreshers that look around, or show what they should not. */
export const brokenDiscretion: readonly BrokenRefresher[] = [...impure, ...leaking, ...looking, ...unproven];
