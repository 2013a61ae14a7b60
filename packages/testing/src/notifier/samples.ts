import type { Alert, AlertMember } from "@tokenward/core/plugin";

/** An alert with everything but members. None of its words means an edge or a severity. */
export function alertOf(changes: Partial<Alert> = {}): Alert {
  return {
    id: "suite-alert-1",
    incident: "suite-incident-1",
    edge: "opened",
    severity: "page",
    subject: "linkedin/acme",
    condition: "reauth-due",
    summary: "LinkedIn (acme) token expires in 9 days",
    detail: "Only a human can renew it, with a new consent.",
    command: "tokenward auth linkedin/acme",
    code: "ERR_AUTH_REAUTH_REQUIRED",
    openedAt: new Date("2026-11-20T12:00:00Z"),
    at: new Date("2026-11-22T12:00:00Z"),
    ...changes,
  };
}

/** An alert about several grants with one cause. Its words do not say how many. */
export function groupOf(members: readonly AlertMember[], changes: Partial<Alert> = {}): Alert {
  return alertOf({
    subject: "platform podium",
    condition: "refresh-failed",
    summary: "Podium grants could not be refreshed",
    detail: "The platform rejects the client.",
    command: undefined,
    code: "ERR_AUTH_CLIENT_REJECTED",
    members,
    ...changes,
  });
}

/** Another alert of its own: nothing in it is the same as in others but the severity and the times. */
export function strangerOf(number: number): Alert {
  return alertOf({
    id: `suite-stranger-${number}`,
    incident: `suite-strange-incident-${number}`,
    subject: `podium/stranger-${number}x`,
    summary: `Stranger-${number}x is not refreshed`,
    detail: `The detail of stranger-${number}x.`,
    command: `tokenward auth podium/stranger-${number}x`,
  });
}

/** More members than anybody reads. Their names are long, sorted, and without digits, so that only a count is a number. */
export function crowd(size: number): readonly AlertMember[] {
  const filling = "with-a-long-name-".repeat(18);
  return Array.from({ length: size }, (_, index) => {
    const subject = `podium/${crowdName(index)}-${filling}`;
    return { subject, command: `tokenward auth ${subject}` };
  });
}

/** What the name of one of a {@link crowd} begins with. */
export function crowdName(index: number): string {
  const letters = [17_576, 676, 26, 1].map((weight) => String.fromCodePoint(97 + (Math.floor(index / weight) % 26)));
  return `location-${letters.join("")}`;
}

/** Texts that a format, a protocol or a terminal might obey instead of showing them. */
export const hostileTexts: Readonly<Record<string, string>> = {
  "line breaks": "\r\nX-Suite-Injected: yes\r\nBcc: suite@evil.example\r\n\r\nnext\n\nand next",
  "the end of a message": '\r\n.\r\nQUIT\r\n--\r\n"}]}\r\n',
  "control characters": "\u0000\u0007\u0008\u001B[31m\u007F\u0085\u2028",
  markup: '<b>bold</b> <script>alert(1)</script> <img src="https://evil.example/x"> &amp; &#x41; ]]>',
  pings: "<!channel> <!here> <@U012AB3CD> <https://evil.example|this> @everyone @here <at>all</at> <users/all>",
  emphasis: "*bold* _italic_ ~gone~ `code` ```block``` [this](https://evil.example) # | > 1.",
  quotes: `"double" 'single' \\ \\" \\n \u201Ccurly\u201D`,
  "templates and escapes": "{{name}} ${HOME} %s %0D%0A =?utf-8?q?=0D=0ABcc:_x?= =3D",
  "letters beyond ASCII": "ä ß 漢字 😀 👩‍👩‍👧 e\u0301",
  "half an emoji": "\uD83D",
  "a change of direction": "\u202E\u2066drowssap\u2069\u202C",
};

/** Words around a {@link hostileTexts hostile text}, so that it can be seen whether what follows it is lost. */
export function around(text: string): string {
  return `Suite begins ${text} suite ends`;
}
