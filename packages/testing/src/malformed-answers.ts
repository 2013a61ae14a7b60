import type { AnswerTemplate } from "./render-answer.ts";

/** What a careful client makes of a malformed answer, on a platform whose refresh token may rotate. */
export interface MalformedExpectation {
  /** `saved`: the answer holds it intact, so it must become durable. `unchanged`: the stored one must stay. */
  readonly refreshToken: "saved" | "unchanged";
  readonly accessToken: "saved" | "unchanged";
  /** Whether a human should hear of it. */
  readonly complaint: boolean;
  /** The class of the refusal, where nothing usable is in it. */
  readonly refused?: "in-doubt" | undefined;
  /** Whether the end of the access token can be known. Not judged where absent. */
  readonly lifetime?: "known" | "unknown" | undefined;
  /** What it holds intact although it is refused: enough where there is no refresh token to lose. */
  readonly intact?: "access-token" | undefined;
}

/** One malformed or odd answer of a token endpoint that did exchange the token. */
export interface MalformedAnswer {
  readonly name: string;
  /** As the sandbox's `rewrite` fault takes it. */
  readonly template: AnswerTemplate;
  readonly expect: MalformedExpectation;
}

type More = AnswerTemplate & Partial<MalformedExpectation>;

function answer(name: string, expect: MalformedExpectation, more: More): MalformedAnswer {
  const { refreshToken, accessToken, complaint, refused, lifetime, intact, ...template } = more;
  const stated = Object.entries({ refreshToken, accessToken, complaint, refused, lifetime, intact });
  const overrides = Object.fromEntries(stated.filter(([, value]) => value !== undefined));
  return { name, template, expect: { ...expect, ...overrides } };
}

/** Odd but right: nobody needs to hear of it. */
const fine = (name: string, body: string, more: More = {}): MalformedAnswer =>
  answer(name, { refreshToken: "saved", accessToken: "saved", complaint: false }, { body, ...more });

/** Wrong, with the tokens in it. */
const odd = (name: string, body: string, more: More = {}): MalformedAnswer =>
  answer(name, { refreshToken: "saved", accessToken: "saved", complaint: true }, { body, ...more });

/** Nothing usable: the token was exchanged, and the new one never arrived. */
const lost = (name: string, body: string, more: More = {}): MalformedAnswer =>
  answer(
    name,
    { refreshToken: "unchanged", accessToken: "unchanged", complaint: true, refused: "in-doubt" },
    { body, ...more },
  );

const standard: Readonly<Record<string, string>> = {
  access_token: '"{{access_token}}"',
  expires_in: "{{expires_in}}",
  refresh_token: '"{{refresh_token}}"',
  scope: '"{{scope}}"',
  token_type: '"Bearer"',
};

/** The usual answer with some raw values replaced, or left out. */
function json(changes: Readonly<Record<string, string | undefined>> = {}): string {
  const fields = Object.entries({ ...standard, ...changes }).filter(([, value]) => value !== undefined);
  return `{${fields.map(([name, value]) => `"${name}":${value}`).join(",")}}`;
}

const usual = json();
const tokens = '"access_token":"{{access_token}}","refresh_token":"{{refresh_token}}"';
const form = "access_token={{access_token|url}}&refresh_token={{refresh_token|url}}&expires_in={{expires_in}}";
const escaped = '{\\"access_token\\":\\"{{access_token}}\\",\\"refresh_token\\":\\"{{refresh_token}}\\"}';
// Does not compress, so that half of the packed bytes are about half of the text.
const noise = Array.from({ length: 400 }, (_, index) => (Math.imul(index + 1, 2_654_435_761) >>> 0).toString(36)).join(
  "",
);

const types: readonly MalformedAnswer[] = [
  fine("token_type is missing", json({ token_type: undefined })),
  fine("expires_in is a string", json({ expires_in: '"{{expires_in}}"' }), { lifetime: "known" }),
  fine("expires_in is a float", json({ expires_in: "3599.73" }), { lifetime: "known" }),
  fine("expires_in is the largest 32-bit number", json({ expires_in: "2147483647" }), { lifetime: "known" }),
  fine("expires_in is missing", json({ expires_in: undefined }), { lifetime: "unknown" }),
  fine("expires_in is null", json({ expires_in: "null" }), { lifetime: "unknown" }),
  fine("expires_in is an empty string", json({ expires_in: '""' }), { lifetime: "unknown" }),
  odd("expires_in is a word", json({ expires_in: '"abc"' }), { lifetime: "unknown" }),
  odd("expires_in is 0", json({ expires_in: "0" }), { lifetime: "unknown" }),
  odd("expires_in is negative", json({ expires_in: "-1" }), { lifetime: "unknown" }),
  odd("expires_in is 1e12", json({ expires_in: "1e12" }), { lifetime: "unknown" }),
  odd("expires_in is 1e400", json({ expires_in: "1e400" }), { lifetime: "unknown" }),
  odd("expires_in is true", json({ expires_in: "true" }), { lifetime: "unknown" }),
  odd("expires_in is an object", json({ expires_in: '{"seconds":3600}' }), { lifetime: "unknown" }),
  odd("expires_in is NaN", json({ expires_in: "NaN" }), { lifetime: "unknown" }),
  odd("expires_in is Infinity", json({ expires_in: "Infinity" }), { lifetime: "unknown" }),
  odd("expires_in is the word NaN", json({ expires_in: '"NaN"' }), { lifetime: "unknown" }),
  fine("expires_at in seconds", json({ expires_in: undefined, expires_at: "4102444800" }), { lifetime: "known" }),
  fine("expires_at in milliseconds", json({ expires_in: undefined, expires_at: "4102444800000" }), {
    lifetime: "known",
  }),
  fine("expires_at in ISO 8601", json({ expires_in: undefined, expires_at: '"2100-01-01T00:00:00Z"' }), {
    lifetime: "known",
  }),
  odd("expires_at has passed", json({ expires_in: undefined, expires_at: "1000000000" }), { lifetime: "unknown" }),
  odd("expires_at is prose", json({ expires_in: undefined, expires_at: '"tomorrow"' }), { lifetime: "unknown" }),
  odd("expires_in is wrong, expires_at right", json({ expires_in: "-5", expires_at: '"2100-01-01T00:00:00Z"' }), {
    complaint: false,
    lifetime: "known",
  }),
  fine("refresh_expires_in is 0, which means no end", json({ refresh_expires_in: "0" })),
  odd("refresh_token_expires_in is a word", json({ refresh_token_expires_in: '"soon"' })),
  odd("refresh_expires_in is negative", json({ refresh_expires_in: "-5" })),
  fine("scope is a list", json({ scope: '["one","two"]' })),
  fine("scope is separated by commas", json({ scope: '"one,two"' })),
  fine("scope is URL-encoded", json({ scope: '"one%20two"' })),
  fine("scope is missing", json({ scope: undefined })),
  fine("scope is null", json({ scope: "null" })),
  fine("scope is empty", json({ scope: '""' })),
  odd("scope is a number", json({ scope: "7" })),
  odd("scope is an object", json({ scope: '{"one":true}' })),
];

const missing: readonly MalformedAnswer[] = [
  odd("access_token is missing", json({ access_token: undefined }), { accessToken: "unchanged" }),
  odd("access_token is null", json({ access_token: "null" }), { accessToken: "unchanged" }),
  odd("access_token is empty", json({ access_token: '""' }), { accessToken: "unchanged" }),
  odd("access_token is a number", json({ access_token: "12345" }), { accessToken: "unchanged" }),
  odd("access_token is an object", json({ access_token: "{}" }), { accessToken: "unchanged" }),
  odd("access_token is the word undefined", json({ access_token: '"undefined"' }), { accessToken: "unchanged" }),
  fine("refresh_token is missing", json({ refresh_token: undefined }), { refreshToken: "unchanged" }),
  fine("refresh_token is null", json({ refresh_token: "null" }), { refreshToken: "unchanged" }),
  fine("refresh_token is empty", json({ refresh_token: '""' }), { refreshToken: "unchanged" }),
  odd("refresh_token is blank", json({ refresh_token: '"   "' }), { refreshToken: "unchanged" }),
  odd("refresh_token is a number", json({ refresh_token: "12345" }), { refreshToken: "unchanged" }),
  odd("refresh_token is false", json({ refresh_token: "false" }), { refreshToken: "unchanged" }),
  odd("refresh_token is an object", json({ refresh_token: '{"value":1}' }), { refreshToken: "unchanged" }),
  odd("refresh_token is the word undefined", json({ refresh_token: '"undefined"' }), { refreshToken: "unchanged" }),
  odd("refresh_token is the word null", json({ refresh_token: '"null"' }), { refreshToken: "unchanged" }),
  odd("refresh_token is masked", json({ refresh_token: '"********"' }), { refreshToken: "unchanged" }),
  odd("refresh_token holds a NUL", json({ refresh_token: '"rt\\u0000x"' }), { refreshToken: "unchanged" }),
  odd("refresh_token holds a line break", json({ refresh_token: '"rt\\r\\nx"' }), { refreshToken: "unchanged" }),
  odd("refresh_token is the only element of a list", json({ refresh_token: '["{{refresh_token}}"]' })),
  odd("refresh_token has white space around it", json({ refresh_token: '" {{refresh_token}}\\n"' })),
];

const shapes: readonly MalformedAnswer[] = [
  fine("inside data", `{"data":${usual}}`),
  fine("inside a list inside data", `{"data":[${usual}]}`),
  fine("beside a code", `{"code":0,"message":"OK","data":${usual}}`),
  fine("beside an error that says ok", `{"data":${usual},"error":{"code":"ok","message":""}}`),
  fine("beside an error that is null", json({ error: "null" })),
  fine("beside an error that is empty", json({ error: '""' })),
  fine("four levels deep", `{"a":{"b":{"c":{"d":${usual}}}}}`),
  fine("inside a list", `[${usual}]`),
  fine("under __proto__", `{"__proto__":${usual}}`),
  fine("a repeated name, first null", `{"refresh_token":null,${tokens}}`),
  fine("names in camel case", '{"accessToken":"{{access_token}}","refreshToken":"{{refresh_token}}"}'),
  fine("names in capitals", '{"ACCESS_TOKEN":"{{access_token}}","REFRESH_TOKEN":"{{refresh_token}}"}'),
  fine("names with hyphens", '{"access-token":"{{access_token}}","refresh-token":"{{refresh_token}}"}'),
  fine("names with escapes", '{"access\\u005ftoken":"{{access_token}}","refresh\\u005ftoken":"{{refresh_token}}"}'),
  odd("the tokens apart", '{"access_token":"{{access_token}}","data":{"refresh_token":"{{refresh_token}}"}}'),
  odd("JSON in a string", `"${escaped}"`),
  odd("JSON in a string of JSON", `{"body":"${escaped}"}`),
  odd("tokens beside an error", json({ error: '"temporarily_unavailable"' })),
];

const statuses: readonly MalformedAnswer[] = [
  fine("status 201", usual, { status: 201 }),
  fine("status 202", usual, { status: 202 }),
  fine("status 203", usual, { status: 203 }),
  odd("status 206", usual, { status: 206 }),
  odd("status 302", usual, { status: 302 }),
  odd("status 400", usual, { status: 400 }),
  odd("status 429", usual, { status: 429 }),
  odd("status 500", usual, { status: 500 }),
  odd("status 502", usual, { status: 502 }),
];

const encodings: readonly MalformedAnswer[] = [
  fine("text/plain", usual, { contentType: "text/plain" }),
  fine("text/html", usual, { contentType: "text/html; charset=utf-8" }),
  fine("no content type", usual, { headers: { "content-type": null } }),
  odd("an unknown charset", usual, { contentType: "application/json; charset=klingon" }),
  fine("UTF-8 with its mark", usual, { bom: true }),
  fine("UTF-16 little-endian with its mark", usual, { charset: "utf-16le", bom: true }),
  fine("UTF-16 big-endian with its mark", usual, { charset: "utf-16be", bom: true }),
  fine("UTF-16 without its mark", usual, { charset: "utf-16le" }),
  fine("gzip", usual, { encoding: "gzip" }),
  fine("deflate", usual, { encoding: "deflate" }),
  fine("brotli", usual, { encoding: "br" }),
  odd("gzip that nobody mentions", usual, { encoding: "gzip", contentEncoding: null }),
  odd("gzip that is none", usual, { contentEncoding: "gzip" }),
  odd("brotli that is none", usual, { contentEncoding: "br" }),
  fine("content encoding identity", usual, { contentEncoding: "identity" }),
  odd("an unknown content encoding", usual, { contentEncoding: "aes128" }),
  odd("gzip with damage behind the tokens", `{${tokens},"expires_in":3600,"noise":"${noise}"}`, {
    encoding: "gzip-damaged",
  }),
  fine("form-encoded", form, { contentType: "application/x-www-form-urlencoded" }),
  odd("form-encoded, labelled JSON", form),
  odd("form-encoded, with a question mark", `?${form}`, { contentType: "text/plain" }),
  fine("no content length", usual, { contentLength: null }),
];

const broken: readonly MalformedAnswer[] = [
  odd("breaks off behind the tokens", `{${tokens},"expires_in":36`, { lifetime: "unknown" }),
  odd("breaks off behind the tokens, and is shorter than promised", `{${tokens},"expires_in":36`, {
    contentLength: 9_999,
  }),
  odd("whole, but shorter than promised", usual, { contentLength: 9_999 }),
  odd("breaks off in the access token", '{"refresh_token":"{{refresh_token}}","access_token":"{{access_token}}', {
    accessToken: "unchanged",
  }),
  lost("breaks off in the refresh token", '{"access_token":"{{access_token}}","refresh_token":"{{refresh_token}}', {
    intact: "access-token",
  }),
  lost("breaks off before the refresh token", '{"access_token":"{{access_token}}","expires_in":{{expires_in}},', {
    intact: "access-token",
  }),
  lost("form-encoded, breaks off in the refresh token", "refresh_token={{refresh_token|url}}", {
    contentLength: 9_999,
  }),
  odd("something behind it", `${usual}\n<!-- served by edge 17 -->`),
  odd("something before it", `)]}',\n${usual}`),
  odd("as JSONP", `callback(${usual});`),
  odd("in HTML", `<html><body><pre>${usual}</pre></body></html>`, { contentType: "text/html" }),
  odd("behind another object", `{"level":"debug"}\n${usual}`),
  odd("twice", `${usual}${usual}`),
  odd("a comma too many", `{${tokens},}`),
  odd("a comma too few", '{"access_token":"{{access_token}}" "refresh_token":"{{refresh_token}}"}'),
  odd("single quotes", "{'access_token':'{{access_token}}','refresh_token':'{{refresh_token}}'}"),
  odd("with a comment", `{/* new */${tokens}}`),
  odd("as XML", "<t><access_token>{{access_token}}</access_token><refresh_token>{{refresh_token}}</refresh_token></t>"),
  fine("white space around it", `\r\n\r\n   ${usual}\n\n`),
  fine("ends with NUL", `${usual}\0\0`),
  fine("a long text beside the tokens", json({ note: `"${"x".repeat(200_000)}"` })),
  odd("nested too deeply to parse", `{${tokens},"deep":${"[".repeat(50_000)}`),
];

const nothing: readonly MalformedAnswer[] = [
  lost("empty", ""),
  lost("empty with 204", "", { status: 204 }),
  lost("an HTML page with 200", "<!doctype html><title>Welcome</title>", { contentType: "text/html" }),
  lost("an HTML page with 502", "<html><h1>Bad Gateway</h1></html>", { status: 502, contentType: "text/html" }),
  lost("an HTML page with 403", "<html><h1>Request blocked</h1></html>", { status: 403, contentType: "text/html" }),
  lost("the word OK", "OK", { contentType: "text/plain" }),
  lost("null", "null"),
  lost("a number", "42"),
  lost("an empty object", "{}"),
  lost("an empty list", "[]"),
  lost("an object without tokens", '{"token_type":"Bearer","expires_in":3600}'),
  lost("prose that mentions an error", '{"error_description":"invalid_grant: token expired"}', { status: 400 }),
  lost("a gateway's error", '{"status":502,"error":"Bad Gateway"}', { status: 502 }),
  lost("a framework's error", '{"timestamp":1,"status":404,"error":"Not Found","path":"/token"}', { status: 404 }),
  lost("a bare 504", "", { status: 504 }),
];

/**
 * Malformed and odd answers as data, for refreshers, engines and fuzzers. In all of them the platform has exchanged
 * the token: whenever the new refresh token can be found, it must be durable before anything complains.
 */
export const malformedAnswers: readonly MalformedAnswer[] = [
  ...types,
  ...missing,
  ...shapes,
  ...statuses,
  ...encodings,
  ...broken,
  ...nothing,
];
