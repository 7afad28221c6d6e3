#!/usr/bin/env bash
# Installs a toolchain that compiles Solana programs to sBPF v3, from Debian packages and Rust crates alone.
# Only for machines without the official `cargo build-sbf`; see README.md in this folder.
#
#   install.sh [DIR]      DIR defaults to $SBPF_TOOLCHAIN, else ~/.cache/stk-sbpf-toolchain
#
# What ends up in DIR:
#   rust/     rustc and the source of its library, from Debian
#   llvm/     LLVM 23 with the C library it was built against, from Debian
#   linker/   sbpf-linker, compiled here
#   sysroot/  what `rustc --sysroot` sees: the host's std as it came, the sBPF std compiled here
#   lib/      what every program is linked with: 128-bit arithmetic, memcpy and friends
#   bin/      rustc, sbpf-linker and cargo-build-sbf
#   steps/    one stamp a finished step, so that a run that was stopped goes on where it was
#   log/      what the tools said
# Nothing outside DIR changes (but cargo's download cache), and no step needs root.
set -euo pipefail
umask 022
unset CDPATH

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=common.sh
. "$here/common.sh"

dir=$(toolchain_directory "${1:-}")
builtins=$here/../crates/sbpf-builtins/src
target=sbpf-solana-solana
linker_version=0.2.6
builtins_version=0.3.0
llvm_major=23
# Where LLVM 23 is looked for, steadiest first. Dependencies come from the same suite.
llvm_suites='trixie-backports forky sid'
rust_suites='bookworm bookworm-security'
needed_megabytes=2500
started=$SECONDS

# ---------------------------------------------------------------- steps

# The key of a step is the hash of all it depends on: its own code, its input files, and the steps before it.
key_of() { # key_of FUNCTION [FILE|KEY...]
  local input
  {
    printf '%s\n' "$dir" "$target" "$linker_version" "$builtins_version" "$llvm_major" "$llvm_suites" "$rust_suites"
    declare -f "$1"
    shift
    for input in "$@"; do if [ -f "$input" ]; then cat "$input"; else printf '%s\n' "$input"; fi; done
  } | sha256sum | cut -c1-16
}

is_done() { [ "$(cat "$dir/steps/$1" 2>/dev/null)" = "$2" ]; }

step_number=0
run_step() { # run_step NAME KEY TITLE
  step_number=$((step_number + 1))
  if is_done "$1" "$2"; then
    say "[$step_number/6] $3: done before"
    return
  fi
  say "[$step_number/6] $3 …"
  local start=$SECONDS
  rm -f "$dir/steps/$1"
  log=$dir/log/$1.log
  : >"$log"
  # Not as a condition (`if step…`): that would switch off `set -e` inside the step.
  "step_$1"
  printf '%s\n' "$2" >"$dir/steps/.$1" && mv -f "$dir/steps/.$1" "$dir/steps/$1"
  say "[$step_number/6] $3: $(elapsed "$start")"
}

# A folder takes its final name only when it is complete.
publish() { # publish NEW FINAL
  rm -rf "$2.old"
  if [ -e "$2" ]; then mv "$2" "$2.old"; fi
  mv "$1" "$2"
  rm -rf "$2.old"
}

try() { # try WHAT COMMAND...: three times, with a pause; output goes to the step's log
  local what=$1 attempt
  shift
  for attempt in 1 2 3; do
    if "$@" >>"$log" 2>&1; then return; fi
    [ $attempt = 3 ] || { say "    $what failed, trying again in $((attempt * 5)) s ($attempt of 3)"; sleep $((attempt * 5)); }
  done
  tail -n 15 "$log" >&2
  die "$what failed three times (the last lines are above, all of them in $log). Is the network there, and does this machine reach Debian's packages and the crate registry?"
}

once() { # once WHAT COMMAND...: what depends on no network
  local what=$1
  shift
  if "$@" >>"$log" 2>&1; then return; fi
  tail -n 25 "$log" >&2
  die "$what failed (the last lines are above, all of them in $log)."
}

# ---------------------------------------------------------------- Debian packages

# An apt of our own, with lists, cache and status below DIR: the machine's stay as they are, and no root is needed.
# `-c` is read after the machine's configuration, so its proxies hold and its hooks do not.
apt_root=''
with_apt() { local tool=$1; shift; "$tool" -c "$apt_root/apt.conf" "$@"; }

mirrors() { # mirrors REPOSITORY: the machine's own mirrors of "debian" or "debian-security", as its apt knows them
  local given=''
  case $1 in
    debian) given=${SBPF_DEBIAN_MIRROR:-} ;;
    debian-security) given=${SBPF_DEBIAN_SECURITY_MIRROR:-} ;;
  esac
  if [ -n "$given" ]; then printf '%s\n' "${given%/}/"; return; fi
  apt-get indextargets --format '$(REPO_URI)' 2>/dev/null |
    awk -v end="/$1/" 'length($0) > length(end) && substr($0, length($0) - length(end) + 1) == end && !seen[$0]++'
}

sources() { # sources SUITE...: every mirror of every suite; apt takes the first that has a package
  local suite repository mirror found keyring=/usr/share/keyrings/debian-archive-keyring.gpg
  for suite in "$@"; do
    case $suite in *-security) repository=debian-security ;; *) repository=debian ;; esac
    found=$(mirrors "$repository")
    [ -n "$found" ] || die "apt on this machine knows no mirror of the repository \"$repository\". On a machine that is not Debian, name mirrors in SBPF_DEBIAN_MIRROR and SBPF_DEBIAN_SECURITY_MIRROR."
    while read -r mirror; do echo "deb [arch=amd64 signed-by=$keyring] $mirror $suite main"; done <<<"$found"
  done
}

open_apt() { # open_apt NAME SUITE...
  apt_root=$dir/apt/$1
  shift
  mkdir -p "$apt_root"/{lists/partial,cache/archives/partial,dpkg,empty}
  : >"$apt_root/dpkg/status"
  # Into a variable first: a `die` inside `sources` must end this run, too.
  local lines
  lines=$(sources "$@") || exit 1
  printf '%s\n' "$lines" >"$apt_root/sources.list"
  cat >"$apt_root/apt.conf" <<CONF
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Pre-Install-Pkgs;
#clear DPkg::Pre-Invoke;
#clear DPkg::Post-Invoke;
Dir::State "$apt_root";
Dir::State::lists "$apt_root/lists";
Dir::State::status "$apt_root/dpkg/status";
Dir::Cache "$apt_root/cache";
Dir::Cache::archives "$apt_root/cache/archives";
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
Dir::Etc::sourcelist "$apt_root/sources.list";
Dir::Etc::sourceparts "$apt_root/empty";
Dir::Etc::preferences "$apt_root/empty/none";
Dir::Etc::preferencesparts "$apt_root/empty";
APT::Architecture "amd64";
APT::Architectures { "amd64"; };
APT::Sandbox::User "";
APT::Install-Recommends "false";
APT::Get::Assume-Yes "true";
APT::Update::Error-Mode "any";
Acquire::Languages "none";
Acquire::Retries "3";
CONF
}

# Downloads packages and everything they depend on (over a machine on which nothing is installed). Packages that
# are there already are not fetched again.
download_with_dependencies() { try "downloading $*" with_apt apt-get -qq install --download-only "$@"; }

unpack() { # unpack INTO DEB...
  local into=$1 deb
  shift
  mkdir -p "$into"
  for deb in "$@"; do once "unpacking $(basename "$deb")" dpkg-deb --extract "$deb" "$into"; done
}

step_rust() {
  open_apt rust $rust_suites
  local archives=$apt_root/cache/archives into=$dir/rust.new deb
  try 'reading the package lists' with_apt apt-get -qq update
  # Not rustc-web's own dependencies: they are a C compiler, and the machine has one.
  download_with_dependencies libstd-rust-web-dev
  download_only() (cd "$archives" && with_apt apt-get -qq download rustc-web rust-web-src)
  try 'downloading rustc-web rust-web-src' download_only
  rm -rf "$into"
  for deb in "$archives"/*.deb; do
    case $(basename "$deb") in
      # The machine's own C and C++ libraries serve: what rustc runs (the C compiler, build scripts) needs them.
      libc6_* | libgcc-s1_* | gcc-*-base_* | libstdc++6_* | libcrypt1_* | debconf_*) ;;
      # 60 MB of 450: the compiler's own source is in the same package.
      rust-web-src_*)
        mkdir -p "$into"
        extract_library() { dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$into" --wildcards './usr/src/rustc-*/library'; }
        once 'unpacking the library source' extract_library
        ;;
      *) unpack "$into" "$deb" ;;
    esac
  done
  rm -rf "$into"/usr/share "$into"/usr/bin/rustdoc
  find_one 'the library source' "$into"/usr/src/rustc-*/library/std/src >/dev/null
  find_one 'rustc' "$into"/usr/bin/rustc >/dev/null
  publish "$into" "$dir/rust"
  rm -rf "$dir/apt/rust"
}

step_llvm() {
  local suite found='' into=$dir/llvm.new
  for suite in $llvm_suites; do
    open_apt "llvm-$suite" "$suite"
    # A suite that a mirror does not carry is no failure as long as a later one has the package.
    if ! with_apt apt-get -qq update >>"$log" 2>&1 && [ "$suite" != sid ]; then continue; fi
    if [ "$suite" = sid ]; then try 'reading the package lists of sid' with_apt apt-get -qq update; fi
    if ! with_apt apt-cache show "libllvm$llvm_major" >>"$log" 2>&1; then continue; fi
    # Backports alone do not hold what their packages depend on.
    if with_apt apt-get -qq install --simulate "libllvm$llvm_major" >>"$log" 2>&1; then found=$suite; break; fi
  done
  [ -n "$found" ] || die "none of Debian's suites ($llvm_suites) has libllvm$llvm_major with all it depends on (see $log)."
  say "    LLVM $llvm_major from $found"
  download_with_dependencies "libllvm$llvm_major"
  rm -rf "$into"
  unpack "$into" "$apt_root"/cache/archives/*.deb
  rm -rf "$into"/usr/share "$into"/usr/lib/x86_64-linux-gnu/{gconv,perl*,audit}
  find_one "LLVM $llvm_major" "$into/usr/lib/x86_64-linux-gnu/libLLVM.so.$llvm_major".* >/dev/null
  find_one 'its loader' "$into/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2" >/dev/null
  # sbpf-linker opens the first libLLVM* that it finds in LD_LIBRARY_PATH: a folder with that alone.
  mkdir -p "$into/only-llvm"
  ln -sr "$(find_one LLVM "$into/usr/lib/x86_64-linux-gnu/libLLVM.so.$llvm_major".*)" "$into/only-llvm/libLLVM-$llvm_major.so"
  publish "$into" "$dir/llvm"
  rm -rf "$dir"/apt/llvm-*
}

find_one() { # find_one WHAT PATH...: the first that exists
  local what=$1 path
  shift
  for path in "$@"; do if [ -e "$path" ]; then printf '%s\n' "$path"; return; fi; done
  die "$what is not where it is expected ($*): the Debian packages changed."
}

# ---------------------------------------------------------------- what is compiled here

# Flags and wrappers meant for the project's own builds must not reach these.
clean_cargo() {
  env -u RUSTFLAGS -u CARGO_ENCODED_RUSTFLAGS -u CARGO_TARGET_DIR -u CARGO_BUILD_TARGET -u RUSTC_WRAPPER -u RUSTC_WORKSPACE_WRAPPER \
    -u CARGO_BUILD_RUSTC_WRAPPER -u CARGO_BUILD_RUSTFLAGS -u RUSTUP_TOOLCHAIN CARGO_NET_RETRY=5 "$@"
}

step_linker() {
  # The target folder stays until the step is done: a second try compiles only what is missing.
  compile() (
    cd "$dir" && clean_cargo cargo install --locked --force --root "$dir/linker.new" --target-dir "$dir/build/linker" --no-track "sbpf-linker@$linker_version"
  )
  try 'compiling sbpf-linker' compile
  publish "$dir/linker.new" "$dir/linker"
  rm -rf "$dir/build/linker"
}

step_rustc() {
  local rust=$dir/rust/usr new=$dir/sysroot.new library
  mkdir -p "$dir/bin"
  rm -rf "$new" && mkdir -p "$new/lib/rustlib/src/rust" "$new/lib/rustlib/$target/lib"
  library=$(find_one 'the library source' "$rust"/src/rustc-*/library)
  cp -r "$library" "$new/lib/rustlib/src/rust/library"
  once 'teaching the library the target' python3 "$here/patch-std.py" "$new/lib/rustlib/src/rust/library/std/src"
  ln -s "../../../rust/usr/lib/rustlib/x86_64-unknown-linux-gnu" "$new/lib/rustlib/x86_64-unknown-linux-gnu"
  publish "$new" "$dir/sysroot"

  # Names of folders are written into the scripts, quoted for the shell.
  local quoted
  quoted=$(quote "$dir")
  write_script "$dir/bin/rustc" <<SH
#!/bin/sh
# rustc over the sysroot that knows the target $target.
export LD_LIBRARY_PATH=$quoted/rust/usr/lib/x86_64-linux-gnu\${LD_LIBRARY_PATH:+:\$LD_LIBRARY_PATH} RUSTC_BOOTSTRAP=1
exec $quoted/rust/usr/bin/rustc --sysroot $quoted/sysroot "\$@"
SH
  write_script "$dir/bin/sbpf-linker" <<SH
#!/bin/sh
# sbpf-linker in the C library that LLVM $llvm_major was built against; it is newer than the machine's.
lib=$quoted/llvm/usr/lib/x86_64-linux-gnu
LD_LIBRARY_PATH=$quoted/llvm/only-llvm exec "\$lib/ld-linux-x86-64.so.2" --library-path "\$lib" $quoted/linker/bin/sbpf-linker "\$@"
SH
  write_target() {
    "$dir/bin/rustc" -Zunstable-options --print target-spec-json --target bpfel-unknown-none | python3 -c '
import json, sys
spec = json.load(sys.stdin)
spec.update({"os": "solana", "vendor": "solana", "linker": "sbpf-linker", "atomic-cas": True, "features": "+allows-misaligned-mem-access"})
spec.pop("min-atomic-width", None)
spec["metadata"] = {"description": "Solana bytecode through upstream LLVM", "host_tools": False, "std": True, "tier": 3}
json.dump(spec, sys.stdout, indent=2)' >"$dir/.$target.json" && mv -f "$dir/.$target.json" "$dir/$target.json"
  }
  once 'describing the target' write_target
}

quote() { printf "'%s'" "${1//\'/\'\\\'\'}"; }

write_script() { # write_script FILE <TEXT
  cat >"$1.new" && chmod 755 "$1.new" && mv -f "$1.new" "$1"
}

# A package whose only purpose is to have cargo compile something for the target.
empty_package() { # empty_package DIRECTORY <MANIFEST
  mkdir -p "$1/src" && : >"$1/src/lib.rs" && cat >"$1/Cargo.toml"
}

step_std() {
  local build=$dir/build/std into=$dir/sysroot/lib/rustlib/$target/lib
  empty_package "$build" <<'TOML'
[package]
name = "sysroot"
version = "0.0.0"
edition = "2021"

[profile.release]
panic = "abort"
codegen-units = 1

[workspace]
TOML
  compile() (
    cd "$build" && clean_cargo env RUSTC="$dir/bin/rustc" RUSTC_BOOTSTRAP=1 RUSTC_BOOTSTRAP_SYNTHETIC_TARGET=1 CARGO_TARGET_DIR="$build/target" \
      RUSTFLAGS='-Cpanic=abort -Cpasses=lower-atomic -Cembed-bitcode=yes' \
      cargo build --release -Zjson-target-spec -Zbuild-std=std,panic_abort -Zbuild-std-features= --target "$dir/$target.json"
  )
  try 'compiling std' compile
  rm -rf "$into.new" && mkdir -p "$into.new"
  cp "$build/target/$target"/release/deps/lib*.rlib "$into.new/"
  rm -f "$into.new"/libsysroot-*
  publish "$into.new" "$into"
  rm -rf "$build"
}

step_builtins() {
  local build=$dir/build/builtins new=$dir/lib.new
  rm -rf "$new" && mkdir -p "$new"
  once 'compiling 128-bit arithmetic and comparison' "$dir/bin/rustc" --edition 2021 --crate-name sbpf_builtins --crate-type rlib -Copt-level=3 -Cpanic=abort \
    -Coverflow-checks=off -Zunstable-options --target "$dir/$target.json" "$builtins/lib.rs" -o "$new/libsbpf_builtins.rlib"
  empty_package "$build" <<TOML
[package]
name = "builtins"
version = "0.0.0"
edition = "2021"

[dependencies]
solana-compiler-builtins = { version = "=$builtins_version", features = ["weak-linkage"] }

[profile.release]
panic = "abort"

[workspace]
TOML
  compile() (
    cd "$build" && clean_cargo env RUSTC="$dir/bin/rustc" RUSTC_BOOTSTRAP=1 CARGO_TARGET_DIR="$build/target" RUSTFLAGS='-Cpanic=abort' \
      cargo build --release -Zjson-target-spec --target "$dir/$target.json"
  )
  try 'compiling the memory functions' compile
  cp "$build/target/$target"/release/deps/libsolana_compiler_builtins-*.rlib "$new/libsolana_compiler_builtins.rlib"
  publish "$new" "$dir/lib"
  rm -rf "$build"
}

# ---------------------------------------------------------------- the run

keys() {
  key_rust=$(key_of step_rust)
  key_llvm=$(key_of step_llvm)
  key_linker=$(key_of step_linker)
  key_rustc=$(key_of step_rustc "$key_rust" "$key_llvm" "$key_linker" "$here/patch-std.py")
  key_std=$(key_of step_std "$key_rustc")
  key_builtins=$(key_of step_builtins "$key_std" "$builtins"/*.rs)
  key_all=$(key_of run_step "$key_builtins" "$here/cargo-build-sbf")
}

check_machine() {
  [ "$(uname -s)-$(uname -m)" = Linux-x86_64 ] || die "this works on Linux on x86_64 alone; this is $(uname -s) on $(uname -m)."
  local tool
  for tool in apt-get apt-cache dpkg-deb; do
    command -v $tool >/dev/null || die "$tool is missing: the compiler comes from Debian packages, so this needs Debian 12 or a relative with apt and dpkg."
  done
  for tool in python3 flock tar xz sha256sum cc; do
    command -v $tool >/dev/null || die "$tool is missing. On Debian: apt-get install python3 util-linux tar xz-utils coreutils gcc libc6-dev."
  done
  [ -r /usr/share/keyrings/debian-archive-keyring.gpg ] ||
    die "Debian's keys (/usr/share/keyrings/debian-archive-keyring.gpg) are missing, without them no package can be trusted: apt-get install debian-archive-keyring."
  find_cargo
  local free
  free=$(df -Pm "$dir" | awk 'NR == 2 { print $4 }')
  if ! is_done builtins "$key_builtins" && [ "${free:-0}" -lt $needed_megabytes ]; then
    say "only $free MB are free for $dir; a first installation needs about $needed_megabytes MB while it runs"
  fi
}

case $dir in *:* | *$'\n'*) die "the folder $dir has a colon or a line break in its name; choose another with SBPF_TOOLCHAIN." ;; esac
mkdir -p "$dir" 2>/dev/null || die "cannot create the folder $dir; choose another with SBPF_TOOLCHAIN."
dir=$(cd "$dir" && pwd)
keys
if [ "$(cat "$dir/stamp" 2>/dev/null)" = "$key_all" ]; then exit 0; fi

[ -w "$dir" ] || die "the folder $dir is not writable for $(id -un); choose another with SBPF_TOOLCHAIN."
check_machine
mkdir -p "$dir"/{steps,log,build,bin,apt}
# Children inherit the lock: a compiler that outlives a killed run still keeps others out.
exec 9>>"$dir/lock"
if ! flock --nonblock 9; then
  say "another run is at work in $dir, waiting for it"
  flock 9
  if [ "$(cat "$dir/stamp" 2>/dev/null)" = "$key_all" ]; then exit 0; fi
fi
say "installing the sBPF toolchain in $dir (once; about 3 minutes and 0.8 GB)"
trap 'say "stopped; the next run goes on here"; exit 130' INT TERM
rm -f "$dir/stamp"

run_step rust "$key_rust" 'rustc and its library source: download 170 MB, unpack'
run_step llvm "$key_llvm" "LLVM $llvm_major: download 45 MB, unpack"
run_step linker "$key_linker" "sbpf-linker $linker_version: compile"
run_step rustc "$key_rustc" 'rustc that knows the target: set up'
run_step std "$key_std" 'std for sBPF: compile'
run_step builtins "$key_builtins" '128-bit arithmetic and memory functions: compile'

write_script "$dir/bin/cargo-build-sbf" <"$here/cargo-build-sbf"
rm -rf "$dir/apt" "$dir/build"
printf '%s\n' "$key_all" >"$dir/.stamp" && mv -f "$dir/.stamp" "$dir/stamp"
say "ready in $dir: $(du -sm "$dir" | cut -f1) MB, $(elapsed "$started")"
