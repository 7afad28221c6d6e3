#!/usr/bin/env node
"use strict"

// The built program when there is one; from a checkout that was never built, the source through tsx.
const { existsSync } = require("node:fs")
const { join } = require("node:path")

// web3.js warns of an optional native part that it does without; an operator can do nothing about it.
const { warn } = console
console.warn = (...texts) => {
  if (!String(texts[0]).startsWith("bigint: Failed to load bindings")) warn(...texts)
}

const built = join(__dirname, "..", "dist", "main.js")
if (existsSync(built)) {
  require(built)
} else {
  require("tsx/cjs")
  require("../src/main.ts")
}
