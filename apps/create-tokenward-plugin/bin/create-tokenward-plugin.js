#!/usr/bin/env node
// CommonJS and old syntax on purpose: a Node far below the floor must get far enough to say so in one sentence.
"use strict";

var found = process.versions.node;
var parts = found.split(".");
var major = Number(parts[0]);
var minor = Number(parts[1]);

if ((major === 22 && minor >= 19) || (major === 24 && minor >= 11) || major >= 26) {
  void import("../dist/main.js").then(function (program) {
    return program.main(process.argv.slice(2));
  });
} else {
  process.exitCode = 2;
  process.stderr.write(
    "Plugins of Tokenward need Node 22.19 or newer (22, 24, or 26 and up); this is " + found + ".\n",
  );
}
