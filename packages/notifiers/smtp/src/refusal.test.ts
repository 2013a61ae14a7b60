import { expect, test } from "vitest";
import { refusalOf } from "./refusal.ts";

const now = new Date("2026-11-26T10:00:00Z");

/** An error as the library makes it: with the reply's words in its text. */
function replied(response: string, code = "EENVELOPE"): Error {
  const responseCode = Number(response.slice(0, 3));
  return Object.assign(new Error(`It did not work: ${response}`), { code, response, responseCode });
}

test.each([
  ["550 5.7.1 Sender address does not match authenticated user", "refused the message (550 5.7.1)"],
  ["550 5.1.1 Recipient address rejected: unable to verify address", "refused the message (550 5.1.1)"],
  ["550 5.7.1 No self-signed certificate wanted here", "refused the message (550 5.7.1)"],
])("%s is not taken for a matter of certificates", (response, wanted) => {
  const error = refusalOf(replied(response), now);
  expect(error.code).toBe("ERR_NOTIFIER_REFUSED");
  expect(error.message).toContain(wanted);
});

test.each([
  ["450 4.1.7 Sender address rejected: unable to verify address", "EENVELOPE"],
  ["451 4.7.1 Greylisted: client certificate not presented, try again later", "EENVELOPE"],
  ["454 4.7.0 TLS not available due to temporary reason", "ETLS"],
  ["454 4.7.0 Temporary authentication failure", "EAUTH"],
])("%s passes by itself", (response, code) => {
  expect(refusalOf(replied(response, code), now)).toMatchObject({ code: "ERR_NOTIFIER_THROTTLED" });
});

test("a certificate is judged by what TLS itself says", () => {
  const error = refusalOf(Object.assign(new Error("self-signed certificate"), { code: "ESOCKET" }), now);
  expect(error.message).toContain("certificate is self-signed");
});
