#!/usr/bin/env node
"use strict"

// The built program when there is one; from a checkout that was never built, the source through tsx.
const { existsSync } = require("node:fs")
const { join } = require("node:path")

const built = join(__dirname, "..", "dist", "main.js")
if (existsSync(built)) {
  require(built)
} else {
  require("tsx/cjs")
  require("../src/main.ts")
}
