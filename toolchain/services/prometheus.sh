#!/usr/bin/env bash
# Prints the path of promtool, which checks and tests alert rules and metrics.
#
# Takes what is installed. Where nothing is, Debian's prometheus is downloaded and unpacked into the user's cache: no root,
# nothing installed, no service started. Twice at once is safe; a second call finds the first one's.
set -euo pipefail
unset CDPATH

say() { printf 'prometheus: %s\n' "$*" >&2; }

if command -v promtool; then exit 0; fi

cache=${STK_CACHE:-${XDG_CACHE_HOME:-${HOME:?HOME is not set: set STK_CACHE to a folder}/.cache}}/stk-prometheus
promtool=$cache/usr/bin/promtool
mkdir -p "$cache"
exec 9>"$cache/.lock"
flock 9
if [ -e "$cache/.complete" ]; then printf '%s\n' "$promtool"; exit 0; fi

command -v apt-get >/dev/null || { say "there is no apt-get here: put promtool on PATH"; exit 1; }
work=$(mktemp -d "$cache/.work.XXXXXX")
trap 'rm -rf "$work"' EXIT
say "fetching Debian's prometheus into $cache"
(cd "$work" && apt-get -qq -o APT::Sandbox::User=root download prometheus >&2)
for package in "$work"/*.deb; do dpkg-deb --extract "$package" "$cache"; done
# Statically linked: of what the package asks for only the server's web pages need anything.
if ! "$promtool" --version >&2; then say "what was unpacked in $cache does not run"; exit 1; fi
touch "$cache/.complete"
printf '%s\n' "$promtool"
