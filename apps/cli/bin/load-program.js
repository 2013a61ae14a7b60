// Loads the bundled program with what V8 compiled in an earlier run of the same command. Node's own compile cache is
// filled before a file runs, and so lacks every function that is compiled when it is first called: nearly all of them.
"use strict";

const fs = require("node:fs");
const path = require("node:path");
const vm = require("node:vm");

const commandWord =
  /^(auth|refresh|status|import|recover|alerts|test|writeback|move|forget|config|check|schema|plugins|list|sandbox|completion|complete|schema|help|--dry-run|--help)$/;
const oldestDays = 30;

/** The program's exports. Without a folder for the cache it is simply compiled. */
module.exports = function loadProgram(file, cacheFolder) {
  // The build writes nothing but ASCII, which is faster to read as what it also is.
  const source = fs.readFileSync(file, "latin1");
  const cacheFile = cacheFolder === undefined ? undefined : path.join(cacheFolder, cacheName(source));
  const cachedData = cacheFile === undefined ? undefined : read(cacheFile);
  // One function, as the build wrote it. In a script, `import()` would need a loader of its own.
  const script = new vm.Script(source, { filename: file, cachedData });
  if (cacheFile !== undefined && (cachedData === undefined || script.cachedDataRejected)) {
    process.once("exit", () => write(cacheFile, script));
  }
  const program = { exports: {} };
  script.runInThisContext()(program.exports, require, program, (specifier) => import(specifier));
  return program.exports;
};

// One per command, because each uses other functions. The build's stamp is the last line of the file.
function cacheName(source) {
  const stamp = source.slice(source.lastIndexOf("\n//") + 3).trim();
  const command = process.argv.slice(2).filter((word) => commandWord.test(word));
  return [process.version, process.arch, stamp, ...command].join("_");
}

// V8 believes what it is given, and a damaged cache would end the process at every start. The file holds it twice:
// comparing is the only check that costs nothing.
function read(file) {
  try {
    const bytes = fs.readFileSync(file);
    const half = bytes.length / 2;
    const data = bytes.subarray(0, half);
    return half > 0 && Number.isInteger(half) && data.equals(bytes.subarray(half)) ? data : undefined;
  } catch {
    return undefined;
  }
}

// Whole or not at all, also after a power cut. That it cannot be kept is no failure.
function write(file, script) {
  const folder = path.dirname(file);
  const next = `${file}.${process.pid}`;
  try {
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
    removeOld(folder);
    const data = script.createCachedData();
    fs.writeFileSync(next, Buffer.concat([data, data]), { mode: 0o600, flush: true });
    fs.renameSync(next, file);
  } catch {
    // A half-written one is never read, and goes with the old ones.
  }
}

function removeOld(folder) {
  for (const name of fs.readdirSync(folder)) {
    const file = path.join(folder, name);
    const { mtimeMs } = fs.statSync(file);
    if (mtimeMs < Date.now() - oldestDays * 86_400_000) fs.rmSync(file, { recursive: true, force: true });
  }
}
