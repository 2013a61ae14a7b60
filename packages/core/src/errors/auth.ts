import type { ErrorEntry } from "./entry.ts";

/** Failures of tokens, platforms and the refresh path. */
export const authErrors: Record<
  | "ERR_AUTH_REAUTH_REQUIRED"
  | "ERR_AUTH_NOT_CONNECTED"
  | "ERR_AUTH_CLIENT_REJECTED"
  | "ERR_AUTH_SCOPE_DRIFT"
  | "ERR_AUTH_SCOPES_REFUSED"
  | "ERR_AUTH_PLATFORM_UNAVAILABLE"
  | "ERR_AUTH_THROTTLED"
  | "ERR_AUTH_NOT_REACHED"
  | "ERR_AUTH_IN_DOUBT"
  | "ERR_AUTH_LEASE_BUSY"
  | "ERR_AUTH_TOKEN_SPENT"
  | "ERR_AUTH_ANSWER_MALFORMED"
  | "ERR_AUTH_ANSWER_LOST"
  | "ERR_AUTH_REQUEST_INVALID"
  | "ERR_AUTH_TOO_EARLY"
  | "ERR_AUTH_PROPAGATING"
  | "ERR_AUTH_INTERRUPTED"
  | "ERR_AUTH_CLAIMED"
  | "ERR_AUTH_REPLAYED"
  | "ERR_AUTH_IMPORT_INVALID"
  | "ERR_AUTH_NOTHING_TO_RECOVER"
  | "ERR_AUTH_RETIRED"
  | "ERR_AUTH_NOT_MOVED"
  | "ERR_AUTH_NOT_FORGOTTEN"
  | "ERR_AUTH_CAPSULE_UNREADABLE"
  | "ERR_AUTH_CAPSULE_IDENTITY"
  | "ERR_AUTH_CAPSULE_OLDER"
  | "ERR_AUTH_CAPSULE_TARGET"
  | "ERR_AUTH_INTERNAL",
  ErrorEntry
> = {
  ERR_AUTH_REAUTH_REQUIRED: {
    what: "{grant} needs a new consent: {reason}.",
    why: "The platform says that the refresh token is dead, or its stored end has passed. No machine can mend that.",
    fix: "Consent again: `tokenward auth {grant}` says where, and how to hand the new token over.",
  },
  ERR_AUTH_NOT_CONNECTED: {
    what: "{grant} has no token: nothing is stored, and the environment seeds none.",
    why: "The grant is configured, but nobody has consented yet, or the write-back looks at another place than the one the token was saved in.",
    fix: "Hand a first token over: `tokenward auth {grant}` says where to consent and how to import it.",
  },
  ERR_AUTH_RETIRED: {
    what: "{grant} is not kept here any more: {where} on {when}. Nothing was sent.",
    why: "`auth move` and `auth forget` leave a tombstone behind, so that no older copy of the token (the environment's, for one) comes back to life beside the living one.",
    fix: "{remedy}.",
  },
  ERR_AUTH_CLIENT_REJECTED: {
    what: "{platform} rejected the client of {grant}: {reason}. The token itself may be fine.",
    why: "Client id or secret are wrong, belong to another app, or were rotated on the platform.",
    fix: "Compare client id and secret of {grant} in the configuration with the platform's developer console; nothing was lost.",
  },
  ERR_AUTH_SCOPE_DRIFT: {
    what: "{grant} is missing required scopes: {missing}.",
    why: "Whoever consented last granted less than before. The token works, but calls that need these scopes answer 403.",
    fix: "{who} must consent again with all scopes: `tokenward auth {grant}`. The new token was saved and is not lost.",
  },
  ERR_AUTH_SCOPES_REFUSED: {
    what: "{platform} does not refresh {grant} for want of a permission: {reason}.",
    why: "Some platforms refresh only while certain scopes are granted (Instagram: instagram_business_basic). Nothing was exchanged, and the token that is stored stays.",
    fix: "Consent again with all scopes: `tokenward auth {grant}` says where, and how to hand the new token over.",
  },
  ERR_AUTH_PLATFORM_UNAVAILABLE: {
    what: "{grant} was not refreshed: {platform} has a problem of its own ({reason}).",
    why: "The platform had a problem of its own. The token was not spent.",
    fix: "Nothing to do yet: the next run tries again.",
  },
  ERR_AUTH_THROTTLED: {
    what: "{platform} asks for patience with {grant}: {reason}.",
    why: "Too many requests reached the platform's token endpoint.",
    fix: "Nothing to do yet: the next run tries again. If it stays, run less often or spread your grants over several clients.",
  },
  ERR_AUTH_NOT_REACHED: {
    what: "{grant} was not refreshed: {platform} could not be reached ({reason}). Nothing was sent.",
    why: "Name resolution, the network, a proxy or a certificate failed before the first byte.",
    fix: "Check network, proxy (HTTPS_PROXY, NO_PROXY) and certificates (NODE_EXTRA_CA_CERTS); the next run tries again.",
  },
  ERR_AUTH_IN_DOUBT: {
    what: "{grant} is in doubt: {host} sent its token at {when}, and no usable answer came ({reason}).",
    why: "The platform may have exchanged the token, and the new one was in an answer that never arrived. Presenting the old token a second time can kill the grant, so Tokenward does not.",
    fix: "Consent again (`tokenward auth {grant}`), or risk presenting the old token once: `tokenward auth recover {grant} --retry-once`.",
  },
  ERR_AUTH_LEASE_BUSY: {
    what: "{grant} is being refreshed by another process, which was not done after {waited}.",
    why: "Only one process at a time may refresh a grant. The other one is slow, was stopped, or waits for the platform.",
    fix: "Run again later; if it stays, look for a hanging tokenward process on this machine.",
  },
  ERR_AUTH_TOKEN_SPENT: {
    what: "This token of {grant} is spent: {host} exchanged it for a newer one at {when}. It was not sent.",
    why: "An older copy came back: a restored backup, a rolled-back file, an old import or a stale variable. Presenting a spent token makes strict platforms kill the whole grant.",
    fix: "{remedy}; or consent again: `tokenward auth {grant}`.",
  },
  ERR_AUTH_ANSWER_MALFORMED: {
    what: "{platform} answered for {grant} with something that is not a token answer: {reason}.",
    why: "The platform, or something between it and this machine, changed the answer. Whatever tokens it held were saved first.",
    fix: "Run again; if it stays, compare the platform's documentation with the refresher's options, or report it.",
  },
  ERR_AUTH_ANSWER_LOST: {
    what: "{grant} was exchanged, but the new token could be kept neither in the state nor in the write-back.",
    why: "State and write-back both refused to be written after the exchange, for example on a disk that filled up meanwhile.",
    fix: "Free the disk or repair the write-back, then consent again: `tokenward auth {grant}`.",
  },
  ERR_AUTH_REQUEST_INVALID: {
    what: "The refresh request of {grant} could not be built: {reason}. Nothing was sent.",
    why: "The refresher lacks something it needs, such as a client secret or an address.",
    fix: "Complete the configuration of {grant}; `tokenward config check` names what is missing.",
  },
  ERR_AUTH_TOO_EARLY: {
    what: "{grant} is too young to be refreshed: {reason}.",
    why: "Some platforms refuse to renew a token that was just issued.",
    fix: "Nothing to do: a later run refreshes it.",
  },
  ERR_AUTH_PROPAGATING: {
    what: "{grant} was just minted and is not known everywhere on {platform} yet.",
    why: "Platforms take seconds to spread a new token over their servers.",
    fix: "Nothing to do: it works in a minute.",
  },
  ERR_AUTH_INTERRUPTED: {
    what: "{grant} was not refreshed: the run was asked to stop before it began.",
    why: "A signal ended the run. What was already sent was finished and saved first.",
    fix: "Run again.",
  },
  ERR_AUTH_CLAIMED: {
    what: "{grant} is claimed by {host} since {when}, and its deadline has passed.",
    why: "Another machine began an exchange and never finished it, or two machines refresh clones of one grant.",
    fix: "Look for a recovery capsule in what {host} printed and deliver it (`tokenward auth recover --capsule LOG_FILE`). If there is none, find out whether {host} runs Tokenward with the same grant; then `tokenward auth recover {grant} --retry-once`, or consent again: `tokenward auth {grant}`.",
  },
  ERR_AUTH_REPLAYED: {
    what: "The platform refused the token of {grant}, because another machine had just exchanged it and saved a newer one.",
    why: "Two machines presented one single-use token. Strict platforms may end the whole grant for that, the newer token included.",
    fix: "Run `tokenward auth refresh {grant}` once: it finds out whether the newer token works. Then let one run at a time refresh it (`resource_group`, `concurrency`), or keep it where claims are atomic (aws, gcp).",
  },
  ERR_AUTH_IMPORT_INVALID: {
    what: "The token for {grant} could not be imported: {reason}.",
    why: "The import reads one JSON object from standard input, with at least a non-empty `refresh_token` or `access_token`.",
    fix: 'Pipe JSON such as {"refresh_token":"…","expires_in":86400} into `tokenward auth import {grant}`; nothing was changed.',
  },
  ERR_AUTH_NOTHING_TO_RECOVER: {
    what: "{grant} is not in doubt: there is nothing to recover.",
    why: "No exchange of this grant is open on this machine.",
    fix: "Run `tokenward auth refresh {grant}`.",
  },
  ERR_AUTH_NOT_MOVED: {
    what: "{grant} was not moved: {reason}.",
    why: "A grant is moved only while nothing of it is under way, into a place that would take it and holds no other token of it. The old copy goes only after the new one was read back.",
    fix: "{remedy}.",
  },
  ERR_AUTH_NOT_FORGOTTEN: {
    what: "{grant} was not forgotten: {reason}.",
    why: "A tombstone has to take the token's place, so that no older copy comes back to life.",
    fix: "{remedy}.",
  },
  ERR_AUTH_CAPSULE_UNREADABLE: {
    what: "No recovery capsule could be read from {source}: {reason}.",
    why: "A capsule is one age file, mostly armored. In a log it can be cut off, or mixed with the lines of another program.",
    fix: "Give the file as it was written, or the whole block of the log from its BEGIN line to its END line.",
  },
  ERR_AUTH_CAPSULE_IDENTITY: {
    what: "The recovery capsule in {source} is not sealed for the identity in {identity}.",
    why: "A capsule is sealed for the recipients under `auth.recovery.age_recipients`, and for nobody else.",
    fix: "Name the file with the private half of one of those recipients: `--identity FILE`.",
  },
  ERR_AUTH_CAPSULE_OLDER: {
    what: "The recovery capsule of {grant} is older than what is stored: {reason}. Nothing was changed.",
    why: "A capsule is delivered once. Since it was made, another run delivered the same exchange, a later one took its place, or a human consented anew.",
    fix: "Run `tokenward auth refresh {grant}`: if that works, delete the capsule; if not, consent again: `tokenward auth {grant}`.",
  },
  ERR_AUTH_CAPSULE_TARGET: {
    what: "The recovery capsule of {grant} is for {capsule}, but this configuration keeps that grant in {target}. Nothing was changed.",
    why: "The capsule belongs to another configuration, or the grant was moved to another write-back after the capsule was made; what it holds there is newer then.",
    fix: "Use the configuration that made it (`--config`). If the grant was moved since, the capsule is obsolete: delete it.",
  },
  ERR_AUTH_INTERNAL: {
    what: "Refreshing {grant} failed in an unexpected way: {reason}.",
    why: "A defect in Tokenward or in a plugin. Whatever was received is journaled; nothing is deleted.",
    fix: "Run again; if it stays, report it with the command and this message.",
  },
};
