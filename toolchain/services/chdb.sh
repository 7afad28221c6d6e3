#!/usr/bin/env bash
# For the tests that execute HogQL: a ClickHouse that runs inside Python (chdb) and PostHog's own HogQL parser, from PyPI.
# Prints the interpreter that can import both. What is there already is used; two callers at once wait for each other.
set -euo pipefail

chdb=4.4.0
parser=1.3.88
directory="${STK_CACHE:-$HOME/.cache}/stk-chdb-$chdb-$parser"
python="$directory/bin/python"

mkdir -p "$(dirname "$directory")"
exec 9>"$directory.lock"
flock 9
if [ ! -e "$directory/complete" ]; then
  rm -rf "$directory"
  python3 -m venv "$directory" >&2
  "$directory/bin/pip" install --quiet --disable-pip-version-check "chdb==$chdb" "hogql-parser==$parser" >&2
  touch "$directory/complete"
fi
echo "$python"
