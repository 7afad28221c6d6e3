#!/usr/bin/env node
"use strict"
require("../dist/commands/localnet.js")
  .main(process.argv.slice(2))
  .then((code) => process.exit(code))
