#!/usr/bin/env bash
# Writes the program's interface into the SDK: sdk/src/idl/stk.json and sdk/src/idl/stk.ts (`npm run idl`).
#
#   build-idl.sh [--check] [PROGRAM_FOLDER [OUT_FOLDER]]
#
# --check writes nothing and ends with 1 when the committed files are not what the program says.
set -euo pipefail
unset CDPATH
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/.." && pwd)
# shellcheck source=common.sh
. "$here/common.sh"

check=()
if [ "${1:-}" = --check ]; then check=(--check); shift; fi
program=$(realpath "${1:-$root/programs/stk}")
out=$(realpath -m "${2:-$root/sdk/src/idl}")
find_cargo

# The IDL comes out of a test build with flags of its own. In a folder of its own it neither waits for the builds of
# others nor makes them compile again.
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$root/target}/idl-build
cd "$root"
cargo build --quiet --package build-idl
# Paths in messages as a reader of the repository knows them.
"$CARGO_TARGET_DIR/debug/build-idl" ${check[@]+"${check[@]}"} "$(realpath --relative-to=. "$program")" "$(realpath --relative-to=. "$out")"
