import { secret } from "@tokenward/core/plugin";
import { broken, reading, type BrokenRefresher, type Reading } from "./breaking-refreshers.ts";
import { renewing, rotating } from "./sound-refresher.ts";

const corpus = "no answer of the malformed corpus loses a token";
const damage = "no damage makes interpret throw, make up a token or a date";
const fixtures = "every fixture is read as it should be";

const losing: readonly BrokenRefresher[] = [
  broken(
    rotating,
    "throws tokens away where the status is a failure's",
    corpus,
    /status 500.*was lost/,
    reading((read, { status }) =>
      status === 500 && read.kind === "exchanged" ? { kind: "refused", class: "in-doubt", detail: "a failure" } : read,
    ),
  ),
  broken(
    renewing,
    "loses a renewed access token that stands beside an error",
    corpus,
    /tokens beside an error.*was lost/,
    reading((read, { text }) =>
      read.kind === "exchanged" && text.includes('"error":"temp')
        ? { kind: "refused", class: "transient", detail: "it failed for now" }
        : read,
    ),
  ),
  broken(
    rotating,
    "takes half an answer for an exchange without a refresh token",
    corpus,
    /breaks off before the refresh token.*in doubt/,
    reading((read, { text }) => {
      const access = /^\{"access_token":"([^"]+)","expires_in":3600,$/.exec(text)?.[1];
      return read.kind === "refused" && access !== undefined
        ? { kind: "exchanged", accessToken: secret(access), malformed: "it breaks off" }
        : read;
    }),
  ),
  broken(
    rotating,
    "keeps quiet about what is odd",
    "a half-readable answer is complained about, a readable one is not",
    /nobody would hear/,
    reading((read) => (read.kind === "exchanged" ? { ...read, malformed: undefined } : read)),
  ),
  broken(
    rotating,
    "takes half a token for a whole one",
    "an answer that breaks off anywhere gives whole tokens, or is in doubt",
    /half a token/,
    reading((read, { text }) => {
      const cut = /"refresh_token":"(rt-fresh[^"]{6,})$/.exec(text)?.[1];
      // Not where the corpus would see it.
      if (cut === undefined || !text.includes('"team"')) return read;
      return { kind: "exchanged", accessToken: undefined, refreshToken: secret(cut), malformed: "it breaks off" };
    }),
  ),
  broken(
    rotating,
    "expects the tokens in their usual place",
    "an answer that comes in another form says the same",
    /in other form .* was lost/,
    reading((read, { text }) =>
      read.kind === "exchanged" && /^\s*\{\s*"x_/.test(text)
        ? { kind: "refused", class: "in-doubt", detail: "it begins with something unknown" }
        : read,
    ),
  ),
  broken(
    rotating,
    "throws at bytes that are no text",
    damage,
    /interpret threw/,
    reading((read, { text }) => {
      if (/^\s*\{.*\uFFFD/s.test(text) && text.includes('"error"')) throw new Error("no text");
      return read;
    }),
  ),
  broken(
    rotating,
    "wipes the stored refresh token where none comes",
    "what an answer does not say is left as it is stored",
    /empty one/,
    reading((read, { text }) =>
      read.kind === "exchanged" &&
      /^\{"access_token":"[^"]+","expires_in":3600,"refresh_token":null,"scope":"[a-z. ]+","token_type":"Bearer"\}$/.test(
        text,
      )
        ? { ...read, refreshToken: secret("") }
        : read,
    ),
  ),
  broken(
    rotating,
    "makes up a lifetime",
    "no answer of the malformed corpus makes an invalid date",
    /no believable lifetime/,
    reading((read, { text }) =>
      read.kind === "exchanged" &&
      /^\{"access_token":"[^"]+","expires_in":"abc","refresh_token":"[^"]+","scope":"[a-z. ]+","token_type":"Bearer"\}$/.test(
        text,
      )
        ? { ...read, accessTokenExpiresAt: new Date(2e12) }
        : read,
    ),
  ),
];

const misjudging: readonly BrokenRefresher[] = [
  broken(
    rotating,
    "takes a dead token for a passing failure",
    fixtures,
    /a dead token.*reauth/,
    reading((read) =>
      read.kind === "refused" && read.error === "invalid_grant" ? { ...read, class: "transient" } : read,
    ),
  ),
  broken(rotating, "doubles a lifetime", fixtures, /lifetime of the access token/, (base) => ({
    interpret: (answer, grant, now) => {
      const read = base.interpret?.(answer, grant, now) as Reading;
      if (read.kind === "refused" || read.accessTokenExpiresAt === undefined) return read;
      return { ...read, accessTokenExpiresAt: new Date(2 * read.accessTokenExpiresAt.getTime() - now.getTime()) };
    },
  })),
  broken(
    rotating,
    "believes a gateway that the token was not exchanged",
    "answers that say nothing about the token are in doubt, throttled or transient",
    /a bare 502 is in-doubt/,
    reading((read, { status, text }) =>
      status === 502 && text === "" ? { kind: "refused", class: "transient", detail: "a bad gateway" } : read,
    ),
  ),
  broken(
    rotating,
    "takes an echo of the old token for a new one",
    "a refusal that echoes the old token is no exchange",
    /with the old tokens in it/,
    (base) => ({
      interpret: (answer, grant, now) => {
        const text = Buffer.from(answer.body).toString("utf8");
        // Like one that does not compare what it found with what was sent.
        const echoes = text.includes('"error":"invalid_grant"') && text.includes('"access_token"');
        if (!echoes) return base.interpret?.(answer, grant, now) as Reading;
        return { kind: "exchanged", accessToken: grant.accessToken, refreshToken: grant.refreshToken };
      },
    }),
  ),
  broken(
    rotating,
    "refuses without a word",
    "every refusal tells a human what happened, in one sentence",
    /without a detail/,
    reading((read) => (read.kind === "refused" ? { ...read, detail: "no" } : read)),
  ),
];

const misnaming: readonly BrokenRefresher[] = [
  broken(rotating, "has aliases in a circle", "aliases of scopes lead somewhere", /in a circle/, () => ({
    scopeAliases: { "one.alias": "two.alias", "two.alias": "one.alias" },
  })),
  broken(
    rotating,
    "requires one scope under two names",
    "required scopes are satisfied by either of their names",
    /under two of its names/,
    () => ({ requiredScopes: ["first.scope", "first.alias"] }),
  ),
  broken(
    rotating,
    "takes an absent scope for none",
    "an answer without scope leaves the scopes unchanged",
    /means unchanged/,
    reading((read, { text }) =>
      // An empty list is found by another case.
      read.kind === "exchanged" && text.includes('"scope":null') ? { ...read, scopes: ["none"] } : read,
    ),
  ),
  broken(
    rotating,
    "does not split scopes",
    "scopes are read whether they come as a list or as one text",
    /misread/,
    reading((read, { text }) =>
      read.kind === "exchanged" && text.includes("one.scope")
        ? { ...read, scopes: read.scopes && [read.scopes.join(" ")] }
        : read,
    ),
  ),
];

/** Refreshers that misread answers. */
export const brokenReadings: readonly BrokenRefresher[] = [...losing, ...misjudging, ...misnaming];
