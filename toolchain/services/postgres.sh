#!/usr/bin/env bash
# Prints the folder of PostgreSQL's server programs (initdb, postgres), 15 or later.
#
#   postgres.sh [--fetch]
#
# Takes what is installed. Where nothing is, or with --fetch, Debian's postgresql-15 is downloaded and unpacked into the
# user's cache: no root, nothing installed, no service started. Twice at once is safe; a second call finds the first one's.
set -euo pipefail
unset CDPATH

say() { printf 'postgres: %s\n' "$*" >&2; }

if [ "${1:-}" != --fetch ]; then
  on_path=$(readlink -f "$(command -v initdb || echo /nonexistent/initdb)")
  for folder in $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -t/ -k5 -rn) "${on_path%/*}"; do
    [ -x "$folder/initdb" ] && [ -x "$folder/postgres" ] || continue
    version=$("$folder/postgres" --version | sed 's/[^0-9]*\([0-9]*\).*/\1/')
    if [ "$version" -ge 15 ]; then printf '%s\n' "$folder"; exit 0; fi
  done
fi

# The server refuses to run as root, and another user cannot read root's own cache.
if [ "$(id -u)" = 0 ]; then cache=${STK_CACHE:-/var/cache}/stk-postgres
else cache=${STK_CACHE:-${XDG_CACHE_HOME:-${HOME:?HOME is not set: set STK_CACHE to a folder}/.cache}}/stk-postgres; fi
bin=$cache/usr/lib/postgresql/15/bin
mkdir -p "$cache"
exec 9>"$cache/.lock"
flock 9
if [ -e "$cache/.complete" ]; then printf '%s\n' "$bin"; exit 0; fi

command -v apt-get >/dev/null || { say "there is no apt-get here: install PostgreSQL 15 or later and put initdb on PATH"; exit 1; }
work=$(mktemp -d "$cache/.work.XXXXXX")
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
say "fetching Debian's postgresql-15 into $cache"
# What the server links to and is not on the machine comes along; the LLVM of its just-in-time compiler does not.
packages=(postgresql-15 postgresql-client-15)
while read -r library; do
  dpkg-query -W -f '${db:Status-Abbrev}' "$library" 2>/dev/null | grep -q '^ii' || packages+=("$library")
done < <(apt-cache depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces --no-enhances postgresql-15 |
  grep -E '^lib' | grep -vE '^lib(llvm|perl|clang|debian-installer|newt|textwrap)|:' | sort -u)
(cd "$work" && apt-get -qq -o APT::Sandbox::User=root download "${packages[@]}" >&2)
for package in "$work"/*.deb; do dpkg-deb --extract "$package" "$cache"; done
rm -rf "$work"
chmod -R go+rX "$cache"
libraries=$(dirname "$(find "$cache/usr/lib" -name 'libpq.so.5' 2>/dev/null | head -1)" 2>/dev/null || true)
if ! LD_LIBRARY_PATH=$libraries "$bin/postgres" --version >&2; then say "what was unpacked in $cache does not run"; exit 1; fi
touch "$cache/.complete"
printf '%s\n' "$bin"
