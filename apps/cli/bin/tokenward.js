#!/usr/bin/env node
// CommonJS and old syntax on purpose: a Node far below the floor must get far enough to say so in one sentence.
"use strict";

var found = process.versions.node;
var parts = found.split(".");
var major = Number(parts[0]);
var minor = Number(parts[1]);
var supported = (major === 22 && minor >= 19) || (major === 24 && minor >= 11) || major >= 26;

if (!supported) {
  refuse();
} else if (process.argv.length === 3 && (process.argv[2] === "--version" || process.argv[2] === "-V")) {
  // The parser alone would cost more than the answer.
  process.stdout.write(require("../package.json").version + "\n");
} else {
  start();
}

function refuse() {
  var message = "Tokenward needs Node 22.19 or newer (22, 24, or 26 and up); this is " + found + ".";
  var fix = "Install a current Node: https://nodejs.org";
  process.exitCode = 2;
  process.stderr.write(message + " " + fix + "\n");
  if (process.argv.indexOf("--json") !== -1) {
    var error = { code: "ERR_CONFIG_NODE", message: message, fix: fix };
    process.stdout.write(JSON.stringify({ error: error }) + "\n");
  }
}

function start() {
  try {
    var loadProgram = require("./load-program.js");
    var file = require("node:path").join(__dirname, "..", "dist", "main.cjs");
    loadProgram(file, cacheFolder()).main(process.argv.slice(2), require("../package.json").version);
  } catch (error) {
    process.exitCode = 2;
    process.stderr.write("Tokenward could not start: " + String(error && error.message) + "\n");
  }
}

// Node's own default is a folder under the shared temporary one, where another user could plant code for us to run.
function cacheFolder() {
  var path = require("node:path");
  var env = process.env;
  if (env.NODE_DISABLE_COMPILE_CACHE) return undefined;
  if (env.NODE_COMPILE_CACHE) return path.resolve(env.NODE_COMPILE_CACHE, "tokenward");
  var home = env.HOME || env.USERPROFILE;
  var base =
    process.platform === "win32"
      ? env.LOCALAPPDATA
      : process.platform === "darwin"
        ? home && path.join(home, "Library", "Caches")
        : env.XDG_CACHE_HOME || (home && path.join(home, ".cache"));
  return base && path.isAbsolute(base) ? path.join(base, "tokenward", "compiled") : undefined;
}
