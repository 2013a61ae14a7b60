/** What a command's help says beside its usage, arguments and options. */
export interface Page {
  /** Paragraphs: what it does, what it changes, what it prints. */
  readonly details?: readonly string[];
  readonly exits?: readonly (readonly [code: string, meaning: string])[];
  readonly environment?: readonly (readonly [name: string, meaning: string])[];
  readonly files?: readonly (readonly [name: string, meaning: string])[];
  readonly examples: readonly (readonly [line: string, purpose: string])[];
  readonly seeAlso?: readonly string[];
}

/** The page of a command, by its words without the program's name. */
export function pageOf(command: string): Page {
  return pages()[command] ?? { examples: [] };
}

// A function, so that nothing of it is made unless somebody asks for help.
function pages(): Readonly<Record<string, Page>> {
  const usualExits = [
    ["0", "nothing needs a human"],
    ["1", "at least one grant needs a human, failed, or was refused"],
    ["2", "usage or configuration is wrong, or no selected grant could be judged"],
  ] as const;
  const fileExits = [
    ["0", "it is in order"],
    ["2", "it is not; every mistake was reported"],
  ] as const;
  const alertExits = [
    ["0", "no alert is open"],
    ["1", "at least one alert is open"],
    ["2", "usage or configuration is wrong"],
  ] as const;
  return {
    "": {
      details: [
        "A grant is what a human consented to on one platform: `tiktok`, or `tiktok/brand-a` where there are several accounts. Tokenward exchanges its token before it goes stale, saves what the platform rotated before anyone can use it, and says in time when only a human can help, with the command to type.",
        "Data is printed to stdout, everything else to stderr. A typo never runs anything. No secret is taken from the command line; tokens come in on standard input, secrets from the environment or from files.",
      ],
      exits: usualExits,
      environment: [
        [
          "TOKENWARD_STATE_DIR",
          "where this machine remembers exchanges that were under way (default: your platform's state folder)",
        ],
        [
          "TOKENWARD_IDENTITY",
          "the age identity that seals what is kept here; TOKENWARD_IDENTITY_FILE names a file with it",
        ],
        ["HTTPS_PROXY, NO_PROXY", "proxies, and what is reached without them; NODE_EXTRA_CA_CERTS adds certificates"],
        ["NO_COLOR", "prints without colours"],
        ["what --env-file adds", "a .env file is read only when it is named; a variable that is set already wins"],
      ],
      files: [
        [
          "tokenward.config.yaml",
          "the configuration: the nearest one from the current folder upward (.yml, .json, .ts and .js, too)",
        ],
      ],
      examples: [
        ["tokenward auth refresh all --dry-run", "What would happen? Contacts no platform and changes nothing."],
        ["tokenward auth refresh all", "The main job; run it on a schedule, once a week at least."],
        ["tokenward auth import tiktok < token.json", "Hands over what a platform answered after a human consented."],
        ["tokenward sandbox", "All platforms on this machine, to try things out without an account."],
      ],
      seeAlso: ["tokenward <command> --help", "https://github.com/tokenward/tokenward/tree/main/docs"],
    },
    auth: {
      details: [
        "`tokenward auth <grant>`, with a grant of your configuration in place of a command, says where a human consents for it and the exact line that imports the token.",
      ],
      exits: usualExits,
      examples: [
        ["tokenward auth refresh all", "Refreshes every grant that is not switched off."],
        ["tokenward auth status", "What is known, without asking anybody."],
        ["tokenward auth tiktok/brand-a", "How to connect this grant, or to connect it again."],
      ],
    },
    "auth refresh": {
      details: [
        "Each grant is refreshed by itself: one that fails stops no other. Tokens that rotate are exchanged on every run (TikTok, Podium), Google's are proved by minting an access token, Instagram's are renewed in place once they are a day old, and LinkedIn's are counted down where only a human can renew them. A grant that another process refreshed a moment ago is left alone.",
        "Before a single-use token is spent, its store is asked whether it would take the new one; the exchange is written down, sent once, and saved before anyone can use it. A run that is killed is settled by the next one. An exchange whose answer never arrived is held as in doubt and never repeated where that could end the grant: see `tokenward auth recover`.",
        "What needs a human is told through the notifiers of `auth.alerts`, each thing once: see `tokenward alerts list`. A notifier that fails harms no refresh; it is said here and through the others, and makes the exit code 1. `auth.alerts.heartbeat` is pinged at the start and at the end, so that somebody notices when runs stop coming.",
        "With --dry-run it reads and assesses, nothing else, and says what a run would do.",
        "--report html=FILE writes one page with every grant on a time line, for a browser or a pipeline's artifacts; --report junit=FILE what GitLab and GitHub show beside a pipeline's tests.",
      ],
      exits: usualExits,
      examples: [
        ["tokenward auth refresh all --dry-run", "What each grant's state is, and what a run would do."],
        ["tokenward auth refresh tiktok", "All accounts of one platform."],
        ["tokenward auth refresh tiktok/brand-a --json", "One grant, and one JSON document about it."],
        ["tokenward auth refresh all --report html=tokens.html", "And a page to look at."],
      ],
      seeAlso: ["tokenward auth recover --help"],
    },
    "auth status": {
      details: [
        "For each grant: until when its access token is valid, by when a human must have consented again, when it was last refreshed, and what is wrong with it. The same facts as a dry run, without what a run would do.",
      ],
      exits: usualExits,
      examples: [
        ["tokenward auth status", "Every grant."],
        ["tokenward auth status tiktok --json", "One platform's, as JSON."],
      ],
    },
    "auth import": {
      details: [
        "Standard input is one JSON object with refresh_token or access_token (LinkedIn and Instagram have only the latter), and what is known of expires_in or access_token_expires_at, refresh_token_expires_in or refresh_token_expires_at, rotated_at and scope. What the platform answered to the code exchange is right as it is.",
        "The grant becomes a new generation: the stored one is replaced, and an exchange of the old token that is still open is closed. Tokens are never taken from the command line, where other users of this machine could read them.",
      ],
      exits: [
        ["0", "it is stored"],
        ["1", "it could not be stored; what was stored before is still there"],
        ["2", "the input or the configuration is not right"],
      ],
      examples: [
        ["tokenward auth import tiktok < token.json", "From a file; delete it afterwards."],
        ["pass show tiktok | tokenward auth import tiktok", "From a password store, without a file."],
      ],
    },
    "auth recover": {
      details: [
        "An exchange that was interrupted leaves an intent, and mostly an answer, on this machine. Every run settles what it finds; this command does it for one grant and says what it found. Where no answer came, the token is in doubt: the platform may have exchanged it.",
        "--retry-once presents a token in doubt once more, on your word. Where the platform did exchange it, a strict one takes that for theft and ends the grant; a new consent is then the way on, as it would have been anyway.",
        "--capsule delivers a recovery capsule: what a run sealed when the store refused the new token (`auth.recovery` in the configuration). It may come from any machine's file or log; what stands around the block does not matter. It is delivered once, and never over something newer; nothing is sent to any platform. Exit code 2 says that it could not be opened.",
      ],
      exits: usualExits,
      examples: [
        ["tokenward auth recover tiktok", "Delivers what was kept, or says what is in doubt."],
        ["tokenward auth recover tiktok --retry-once", "One more try, where a new consent would be costly."],
        [
          "tokenward auth recover --capsule job.log --identity key.txt",
          "Delivers the capsules in a job's log; key.txt is the private half of an age recipient.",
        ],
        ["tokenward auth recover --capsule - --identity key.txt", "The same, pasted or piped in."],
      ],
      seeAlso: ["https://github.com/tokenward/tokenward/blob/main/docs/recovery.md"],
    },
    "auth move": {
      details: [
        "Each grant is copied under its lease, read back, and only then taken out of the old place, which keeps a tombstone: a run that still looks there is refused and told where the grant went. Interrupted anywhere, the same command completes it. The options of the new write-back are those under `auth.writeback.<backend>` of the same configuration; at the end the key to change is printed.",
        "A grant with an exchange in doubt, or one that another machine has claimed, is not moved; nor is one whose new place holds another token of it. Of several, one that fails stops no other.",
      ],
      exits: usualExits,
      examples: [
        ["tokenward auth move all --to aws --dry-run", "What would happen. Contacts no platform and changes nothing."],
        ["tokenward auth move all --to aws", "Every grant that is not switched off."],
        ["tokenward auth move tiktok/brand-a --to gitlab --json", "One grant, and one JSON document about it."],
      ],
      seeAlso: ["tokenward writeback check --help", "https://github.com/tokenward/tokenward/blob/main/docs/moving.md"],
    },
    "auth forget": {
      details: [
        "A tombstone takes the grant's place, so that no older copy of its token comes back to life; an exchange that is still open is closed. On a terminal you are asked to type the grant's name; elsewhere --yes says that you mean it.",
        "The platform is not told: the token stays valid there until it ends, or until the access is ended in the account's settings. A new consent brings the grant back.",
      ],
      exits: usualExits,
      examples: [
        ["tokenward auth forget tiktok/brand-a", "Asks first."],
        ["tokenward auth forget tiktok/brand-a --yes", "In a script."],
      ],
      seeAlso: ["tokenward auth <grant>", "https://github.com/tokenward/tokenward/blob/main/docs/moving.md"],
    },
    "auth <grant>": {
      exits: [
        ["0", "it was said"],
        ["2", "there is no such grant in the configuration"],
      ],
      examples: [
        ["tokenward auth linkedin", "Where to consent, and how to import what comes of it."],
        ["tokenward auth tiktok/brand-a", "The same for one of several accounts."],
      ],
    },
    writeback: {
      exits: usualExits,
      examples: [["tokenward writeback check", "Could what rotates be saved? Every grant."]],
    },
    "writeback check": {
      details: [
        "For each grant: which place is meant, whether it can be read, what is stored there (its generation, a tombstone, a claim and of which host), whether it would take a new token now, and what kind of place it is for a run like this one. For each write-back: when its own credential ends, with an alert 14 days ahead. Each with a sentence, and with what to do about it.",
        "It holds each grant's lease while it probes, and shows no token to any platform.",
      ],
      exits: usualExits,
      examples: [
        ["tokenward writeback check", "Every grant that is not switched off."],
        ["tokenward writeback check tiktok --json", "One platform's, as JSON for a pipeline."],
      ],
      seeAlso: ["tokenward auth move --help"],
    },
    alerts: {
      exits: alertExits,
      examples: [
        ["tokenward alerts list", "What is open, since when, and who was told."],
        ["tokenward alerts test", "Does a message arrive?"],
      ],
      seeAlso: ["https://github.com/tokenward/tokenward/blob/main/docs/alerts.md"],
    },
    "alerts list": {
      details: [
        "An alert opens when a run finds something that needs a human, is told to the notifiers of `auth.alerts` once, again when it becomes more urgent, slowly while it stays, and a last time when it is over. Grants with one cause are one alert. Nobody told: no notifier is configured for it, or what has just ended and came back waits for a second run to see it.",
      ],
      exits: alertExits,
      examples: [
        ["tokenward alerts list", "Everything that is open on this machine for this configuration."],
        ["tokenward alerts list --json", "As JSON, with what waits to be delivered."],
      ],
    },
    "alerts test": {
      details: [
        "Each notifier gets a message that says it is a test, and at once its end, so that nothing stays open. Quiet hours do not apply, and nothing is recorded.",
      ],
      exits: [
        ["0", "every notifier took both messages"],
        ["1", "at least one did not"],
        ["2", "no notifier is configured, or the configuration is wrong"],
      ],
      examples: [
        ["tokenward alerts test", "All of them."],
        ["tokenward alerts test --route critical", "Only who would be told of the worst."],
      ],
    },
    config: {
      exits: fileExits,
      examples: [
        ["tokenward config check", "Every mistake, each with its line and what to write instead."],
        ["tokenward config schema > tokenward.schema.json", "So that an editor knows every key."],
      ],
    },
    "config check": {
      details: [
        "Mistakes are reported together, each with path, line and fix; a key that nobody knows is a mistake. Variables that are missing, and plugins that are not installed, count, too. No state is opened and no platform is asked.",
      ],
      exits: fileExits,
      examples: [
        ["tokenward config check", "The nearest configuration."],
        ["tokenward config check --config ./staging.yaml --json", "Another one, as JSON for a pipeline."],
      ],
    },
    "config schema": {
      details: [
        "Editors with a YAML language server read it where the configuration's first line says so: `# yaml-language-server: $schema=./tokenward.schema.json`. Where Tokenward is installed in the project, `$schema=./node_modules/tokenward/schema.json` has every plugin on board without this command; with it, third-party plugins of the configuration are described, too. It is JSON with and without --json.",
      ],
      exits: [
        ["0", "it was printed, also for a configuration with mistakes"],
        ["2", "the configuration cannot be read"],
      ],
      examples: [
        ["tokenward config schema > tokenward.schema.json", "Beside the configuration; again after an update."],
      ],
      seeAlso: ["tokenward config check --help"],
    },
    plugins: {
      exits: usualExits,
      examples: [["tokenward plugins list", "What is on board, and what your configuration adds."]],
    },
    "plugins list": {
      details: [
        "A plugin is looked for from the folder of the configuration, as Node does, and then among those on board. Nothing is ever downloaded.",
      ],
      exits: usualExits,
      examples: [
        ["tokenward plugins list", "As a table."],
        ["tokenward plugins list --json", "As JSON."],
      ],
    },
    sandbox: {
      details: [
        "Prints the endpoints, a configuration that uses them and the secrets that go with it. Everything is made up, kept in memory, and gone when it stops. It rotates, notices replays and ends grants as the real platforms do.",
      ],
      exits: [
        ["0", "it was stopped"],
        ["2", "the port is taken"],
      ],
      examples: [
        ["tokenward sandbox", "On port 4010, until Ctrl-C."],
        ["tokenward sandbox --port 0", "On a free port."],
      ],
    },
    completion: {
      details: [
        "The script asks the program itself at every Tab, so it knows each command, each option, and the grants of the configuration that would be used; it reads no secret and contacts nobody. The grants of a configuration that is a program (tokenward.config.ts) are not known: it is not run for that.",
      ],
      exits: [
        ["0", "it was printed"],
        ["2", "there is no such shell"],
      ],
      examples: [
        ["tokenward completion fish > ~/.config/fish/completions/tokenward.fish", "Once, for fish."],
        ['eval "$(tokenward completion bash)"', "In ~/.bashrc."],
        ["source <(tokenward completion zsh)", "In ~/.zshrc, after compinit."],
        ["tokenward completion powershell | Out-String | Invoke-Expression", "In the profile that $PROFILE names."],
      ],
    },
  };
}
