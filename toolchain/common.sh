# Shared by the scripts of this folder: where the toolchain lives, how to talk, how to stop.
# Sourced, never run.

# DIR of the toolchain: the argument, else $SBPF_TOOLCHAIN, else the cache of the user.
toolchain_directory() {
  printf '%s' "${1:-${SBPF_TOOLCHAIN:-${XDG_CACHE_HOME:-${HOME:?HOME is not set: set SBPF_TOOLCHAIN to a folder}/.cache}/stk-sbpf-toolchain}}"
}

say() { printf 'toolchain: %s\n' "$*" >&2; }

# One paragraph: what went wrong, then the way that needs none of this.
die() {
  printf '\ntoolchain: %s\n' "$*" >&2
  cat >&2 <<'TEXT'
This toolchain is a stand-in, put together from Debian and crate packages, for machines that cannot download Solana's own
tools. Where those can be had, install them instead (the Solana CLI of Anza, https://docs.anza.xyz/cli/install): as soon as
`cargo build-sbf` is on PATH, the same command uses it and nothing is installed here. Otherwise put right what is
named above and run the same command again: it goes on at the step that failed, finished steps are kept.
TEXT
  exit 1
}

# rustup installs cargo where non-interactive shells often do not look.
find_cargo() {
  command -v cargo >/dev/null && return
  local bin
  for bin in "${CARGO_HOME:-${HOME:-/nonexistent}/.cargo}/bin" /usr/local/cargo/bin; do
    if [ -x "$bin/cargo" ]; then PATH=$bin:$PATH; export PATH; return; fi
  done
  die "cargo is missing. Install Rust 1.95 or later (https://rustup.rs)."
}

elapsed() { # elapsed START → "1m03s"
  local seconds=$((SECONDS - $1))
  if [ $seconds -ge 60 ]; then printf '%dm%02ds' $((seconds / 60)) $((seconds % 60)); else printf '%ds' $seconds; fi
}
