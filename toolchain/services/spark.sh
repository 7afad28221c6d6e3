#!/usr/bin/env bash
# Prints the Python that runs Apache Spark 4.
#
#   spark.sh [--fetch]
#
# Takes what is installed: a python3 with pyspark 4, and Java 17 or later. Where that is missing, or with --fetch, PyPI's
# pyspark goes into a folder of its own in the user's cache, and Debian's openjdk-17-jre-headless beside it when there is no
# Java: no root, nothing installed, no service started. Twice at once is safe; a second call finds the first one's.
set -euo pipefail
unset CDPATH

PYSPARK=4.0.1
say() { printf 'spark: %s\n' "$*" >&2; }

java_version() { "$1" -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p' | head -1; }

find_java() {
  local java
  for java in "${JAVA_HOME:+$JAVA_HOME/bin/java}" "$(command -v java || true)" "$cache/usr/lib/jvm/java-17-openjdk-$(dpkg --print-architecture 2>/dev/null || echo amd64)/bin/java"; do
    [ -n "$java" ] && [ -x "$java" ] || continue
    [ "$(java_version "$java")" -ge 17 ] 2>/dev/null && { printf '%s\n' "$java"; return; }
  done
  return 1
}

# A python that starts with the Java that was unpacked here.
wrap() { # wrap PYTHON JAVA
  printf '#!/bin/sh\nJAVA_HOME=%s exec %s "$@"\n' "$(dirname "$(dirname "$(readlink -f "$2")")")" "$1" >"$cache/python.new"
  chmod +x "$cache/python.new"
  mv "$cache/python.new" "$cache/python"
}

cache=${STK_CACHE:-${XDG_CACHE_HOME:-${HOME:?HOME is not set: set STK_CACHE to a folder}/.cache}}/stk-spark
if [ "${1:-}" != --fetch ] && find_java >/dev/null; then
  installed=$(command -v python3 || true)
  if [ -n "$installed" ] && "$installed" -c 'import pyspark, sys; sys.exit(not pyspark.__version__.startswith("4."))' 2>/dev/null; then
    printf '%s\n' "$installed"; exit 0
  fi
fi

mkdir -p "$cache"
exec 9>"$cache/.lock"
flock 9
if [ -e "$cache/.complete-$PYSPARK" ] && [ -x "$cache/python" ]; then printf '%s\n' "$cache/python"; exit 0; fi

if ! find_java >/dev/null; then
  command -v apt-get >/dev/null || { say "there is no Java 17 and no apt-get here: install Java 17 or later and put java on PATH"; exit 1; }
  say "fetching Debian's openjdk-17-jre-headless into $cache"
  work=$(mktemp -d "$cache/.work.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  packages=(openjdk-17-jre-headless)
  # What Java links to and is not on the machine comes along.
  while read -r library; do
    dpkg-query -W -f '${db:Status-Abbrev}' "$library" 2>/dev/null | grep -q '^ii' || packages+=("$library")
  done < <(apt-cache depends --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces --no-enhances openjdk-17-jre-headless |
    sed -n 's/.*Depends: \(lib[a-z0-9.+-]*\)$/\1/p' | sort -u)
  (cd "$work" && apt-get -qq -o APT::Sandbox::User=root download "${packages[@]}" >&2)
  for package in "$work"/*.deb; do dpkg-deb --extract "$package" "$cache"; done
fi
java=$(find_java) || { say "what was unpacked in $cache does not run"; exit 1; }

command -v python3 >/dev/null || { say "there is no python3 here: install Python 3.9 or later with its venv module"; exit 1; }
say "installing pyspark $PYSPARK from PyPI (430 MB) into $cache"
[ -x "$cache/venv/bin/python" ] || python3 -m venv "$cache/venv" >&2
"$cache/venv/bin/python" -m pip install --quiet --disable-pip-version-check "pyspark==$PYSPARK" >&2
wrap "$cache/venv/bin/python" "$java"
touch "$cache/.complete-$PYSPARK"
printf '%s\n' "$cache/python"
