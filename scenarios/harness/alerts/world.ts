import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { AlertMessage } from "../alert-receiver.ts";
import { seededRandom } from "../seed.ts";
import type { FinishedRun, Taken } from "./judge.ts";
import { Schedule, type Size } from "./schedule.ts";

const worker = fileURLToPath(new URL("./worker.mjs", import.meta.url));
const start = Date.UTC(2026, 0, 1);
const hourMs = 3_600_000;

/** How often an open alert is told again, in hours. */
export const remindHours = 36;

interface Running {
  readonly child: ChildProcess;
  readonly hour: number;
  /** The token request, or the message, at which it is killed; neither: it comes to its end. */
  readonly killAtRequest: number;
  readonly killAtMessage: number;
  requests: number;
  messages: number;
}

/** Platforms, receivers and a scheduler: everything around Tokenward for so many days, in this process. */
export class World {
  readonly schedule: Schedule;
  readonly taken: Taken[] = [];
  readonly runs: FinishedRun[] = [];
  killed = 0;
  requests = 0;
  readonly #size: Size;
  readonly #random: () => number;
  readonly #folder: string;
  #running: Running | undefined;
  readonly #server = createServer((request, response) => void this.#answer(request, response));

  private constructor(size: Size, seed: number, folder: string) {
    this.schedule = new Schedule(size, seed);
    this.#size = size;
    this.#random = seededRandom(seed + 1);
    this.#folder = folder;
  }

  static async begin(size: Size, seed: number): Promise<World> {
    const folder = await mkdtemp(path.join(tmpdir(), "tokenward-month-"));
    await mkdir(path.join(folder, "state"));
    const world = new World(size, seed, folder);
    await new Promise<void>((resolve) => world.#server.listen(0, "127.0.0.1", resolve));
    return world;
  }

  /** Lets all days pass. */
  async pass(): Promise<void> {
    const pause = 24 / this.#size.runsPerDay;
    let number = 0;
    for (let hour = 0; hour < this.schedule.hours; hour += pause) await this.#run(number++, hour);
  }

  async end(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #run(number: number, hour: number): Promise<void> {
    const calm = hour >= this.schedule.hours - 40;
    const fate = calm ? 1 : this.#random();
    const child = spawn(process.execPath, [worker], { stdio: ["pipe", "pipe", "inherit"] });
    const running: Running = {
      child,
      hour,
      killAtRequest: fate < 0.12 ? 1 + Math.floor(this.#random() * this.#size.grants) : 0,
      killAtMessage: fate >= 0.12 && fate < 0.35 ? 1 + Math.floor(this.#random() * 3) : 0,
      requests: 0,
      messages: 0,
    };
    this.#running = running;
    const before = this.taken.length;
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
    child.stdin.on("error", () => undefined);
    child.stdin.end(JSON.stringify(this.#instructions(hour)));
    const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
    if (signal === "SIGKILL") {
      this.killed++;
      // Of each notifier the last one may have been taken and not recorded; those before it were recorded before it was sent.
      for (const name of new Set(this.taken.slice(before).map(({ notifier }) => notifier))) {
        const last = this.taken.findLastIndex(({ notifier }) => notifier === name);
        this.taken[last] = { ...(this.taken[last] as Taken), known: false };
      }
      return;
    }
    if (code !== 0) throw new Error(`run ${number} ended with ${String(code)}`);
    const statuses = JSON.parse(output) as readonly { id: string; alert: boolean; severity: string; code?: string }[];
    const alerts = statuses
      .filter(({ alert }) => alert)
      .map(({ id, severity, code: reason }) => ({ id, severity, code: reason }));
    this.runs.push({ hour, number, alerts });
  }

  #instructions(hour: number): object {
    const url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    return {
      now: start + hour * hourMs,
      stateFolder: path.join(this.#folder, "state"),
      identityFile: path.join(this.#folder, "identity.txt"),
      tokenUrl: `${url}/token`,
      alertsUrl: `${url}/alerts`,
      remindHours,
      grants: this.schedule.grants.map((grant) => {
        const { number, at } = this.schedule.consent(grant, hour);
        const token = `refresh-token-of-${grant.id}-by-consent-${number}`;
        return {
          id: grant.id,
          client: `app-${grant.platform}`,
          token,
          consent: number,
          consentedAt: start + at * hourMs,
        };
      }),
    };
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString("utf8");
    const [, kind, name = ""] = (request.url ?? "").split("/");
    if (kind === "token") this.#exchange(new URLSearchParams(body), response);
    else {
      const { timestamp, data } = JSON.parse(body) as { readonly timestamp: string; readonly data: AlertMessage };
      const hour = (Date.parse(timestamp) - start) / hourMs;
      this.#take({ ...data, notifier: name, hour, known: true }, request, response);
    }
  }

  #exchange(form: URLSearchParams, response: ServerResponse): void {
    const running = this.#running as Running;
    this.requests++;
    if (++running.requests === running.killAtRequest) return void running.child.kill("SIGKILL");
    const [, id] = /^refresh-token-of-(.+)-by-consent-\d+$/.exec(form.get("refresh_token") ?? "") ?? [];
    const grant = this.schedule.grants.find((one) => one.id === id);
    if (grant === undefined) throw new Error("nobody's token came");
    const say = (status: number, content: object, headers = {}): void =>
      void response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(content));
    const weather = this.schedule.weather(grant, running.hour);
    const token = {
      access_token: `access-token-of-${grant.id}-at-${running.hour}`,
      expires_in: 3600,
      token_type: "Bearer",
    };
    if (weather === "down") say(503, { error: "temporarily_unavailable" });
    else if (weather === "throttled") say(429, { error: "rate_limited" }, { "retry-after": "7200" });
    else if (weather === "client-rejected") say(401, { error: "invalid_client" });
    else if (weather === "dead") say(400, { error: "invalid_grant" });
    else say(200, { ...token, scope: weather === "drift" ? "read" : "upload read" });
  }

  #take(message: Taken, request: IncomingMessage, response: ServerResponse): void {
    const running = this.#running as Running;
    const calm = running.hour >= this.schedule.hours - 40;
    const mood = calm ? 1 : this.#random();
    if (mood < 0.08) return void response.writeHead(500).end();
    if (mood < 0.14) return void response.writeHead(429, { "retry-after": "3" }).end();
    if (mood < 0.18) return void response.writeHead(429, { "retry-after": "7200" }).end();
    const strikes = ++running.messages === running.killAtMessage;
    const cut = !strikes && mood < 0.24;
    this.taken.push({ ...message, known: !strikes && !cut });
    if (strikes && this.#random() < 0.5) running.child.kill("SIGKILL");
    else if (cut) request.socket.destroy();
    else response.writeHead(204).end(() => strikes && running.child.kill("SIGKILL"));
  }
}
