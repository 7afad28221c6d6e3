#!/usr/bin/env bash
# The main job from nothing: installs what is missing, builds the program, and plays a community on a local chain: four weeks,
# what its members do with the tokens, and a Monday that nobody attends. Everything it makes lies in node_modules, target, dist and .stk.
#
#   npm run demo [-- --acts all --members 2000 --weeks 4 --seed TEXT --json]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf '\033[1m%s\033[0m\n' "$*" >&2; }
need() {
  command -v "$1" >/dev/null 2>&1 || { echo "demo: $1 is missing; $2" >&2; exit 1; }
}
need node "install Node.js 20.19 or later (https://nodejs.org)"
need npm "it comes with Node.js"
need cargo "install Rust with rustup (https://rustup.rs)"
node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' ||
  { echo "demo: Node.js $(node --version) is too old; 20.19 or later is needed" >&2; exit 1; }

if [ ! -e node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  say "Installing npm packages"
  npm ci --no-audit --no-fund
fi
say "Building the program"
npm run --silent build:program
say "Building SDK and oracle"
npm run --silent build:ts
exec node_modules/.bin/tsx demo/demo.ts "$@"
