// Why Meta refused, by its numeric codes. Classes are core's, and so is what happens next ("consent again", "the next
// run tries again"); an unlisted subcode is said like its code. Sources: developers.facebook.com, "Handling Errors" of
// the Graph API, and "Debug Access Token Errors" (2026-11).

// 200 to 299: any of them, Meta adds new ones.
const permissions = Object.fromEntries(
  Array.from({ length: 100 }, (_, index) => String(200 + index)).map((code) => [
    code,
    `the account or the app lacks a permission that this needs; the app's dashboard lists them (Meta answered ${code})`,
  ]),
);

/** Why Meta refused, by code and subcode: the end of "it needs a new consent: …". */
export const graphSentences: Readonly<Record<string, string>> = {
  ...permissions,
  "1": "Meta has a problem that it does not explain (Meta answered 1)",
  "2": "Meta's service is down for a moment (Meta answered 2)",
  "4": "the app made too many calls in the last hour (Meta answered 4)",
  "10": "the permission for this was not granted, or was taken away: instagram_business_basic, or instagram_basic with Facebook Login (Meta answered 10)",
  "17": "too many calls were made for this account in the last hour (Meta answered 17)",
  "32": "too many calls were made for this page in the last hour (Meta answered 32)",
  "100":
    "Meta cannot do this with this token: it may be younger than 24 hours or short-lived, or belong to another product (Instagram Login and Facebook Login have different tokens, and those of the ended Basic Display API work nowhere), or an address in the configuration is wrong (Meta answered 100)",
  "101":
    "Meta does not know this app, or its secret is wrong: compare both with the app's dashboard, under App settings (Meta answered 101)",
  "102": "the login behind the token has ended (Meta answered 102)",
  "190":
    "Meta does not accept the token any more: it ended, was withdrawn, or is not one of this app (Meta answered 190)",
  "190.458": "the person removed the app from their account (Meta answered 190.458)",
  "190.459":
    "Meta wants the person to confirm something first: they must log in at instagram.com or facebook.com and follow what it says (Meta answered 190.459)",
  "190.460": "the person's password was changed, which ends every token (Meta answered 190.460)",
  "190.463": "the token has ended, and an ended one cannot be renewed (Meta answered 190.463)",
  "190.464":
    "the account is not confirmed: the person must log in at instagram.com or facebook.com and confirm it first (Meta answered 190.464)",
  "190.467": "the token was withdrawn, by a logout, a changed password or Meta itself (Meta answered 190.467)",
  "190.492":
    "the person lost their role on the page that the token is for, or their session ended: the role must be restored first (Meta answered 190.492)",
  "341": "a limit of the app or the account is reached (Meta answered 341)",
  "368":
    "Meta blocks this for a while because of its policies: a notice in the account may say more (Meta answered 368)",
  "613": "too many calls of this kind were made (Meta answered 613)",
};
