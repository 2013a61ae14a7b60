// A process of its own that saves one generation, or holds a file's lock, until it is killed.
import { DatabaseSync } from "node:sqlite";
import { testIO } from "@tokenward/testing";
import sops from "../index.ts";
import { grantOf, id, versionOf } from "./ground.ts";

const [what, file = "", generation = "1"] = process.argv.slice(2);
if (what === "hold") {
  const lock = new DatabaseSync(file);
  lock.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
  process.stdout.write("held\n");
  setInterval(() => lock.isOpen, 60_000);
} else {
  const io = testIO({ env: process.env });
  const writeBack = sops({ file });
  const next = grantOf(await writeBack.target(id, io), Number(generation));
  const before = await writeBack.read(id, io);
  process.stdout.write("saving\n");
  await writeBack.save(id, next, before === undefined ? { generation: 0 } : versionOf(before), io);
}
