#!/usr/bin/env bash
# Builds the program to sBPF: with the official `cargo build-sbf` where there is one, else with a toolchain that this
# installs once. Does next to nothing when nothing changed. Run by `npm run build:program`.
#
#   build-program.sh [--package NAME] [--manifest-path FILE] [--out DIR] [-- CARGO_OPTIONS...]
#
# Without options: package `stk` of this repository into target/deploy/stk.so.
#   SBPF_TOOLCHAIN        where our toolchain is or goes (default ~/.cache/stk-sbpf-toolchain)
#   SBPF_USE_OWN=1        use it even where the official tools are there
set -euo pipefail
unset CDPATH
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/.." && pwd)
# shellcheck source=common.sh
. "$here/common.sh"
started=$SECONDS

package=stk manifest=$root/Cargo.toml out='' cargo_options=()
while [ $# -gt 0 ]; do
  case $1 in
    --package | -p) package=$2; shift 2 ;;
    # A manifest of its own names its package, too.
    --manifest-path) manifest=$(realpath "$2"); package=''; shift 2 ;;
    --out) mkdir -p "$2"; out=$(realpath "$2"); shift 2 ;;
    --) shift; cargo_options+=("$@"); break ;;
    *) echo "build-program.sh: unknown option $1" >&2; exit 2 ;;
  esac
done

find_cargo
own=$(toolchain_directory)
official=''
if [ -z "${SBPF_USE_OWN:-}" ]; then
  # The installer of the official tools puts them where only login shells look.
  for candidate in "$(command -v cargo-build-sbf || true)" "${HOME:-}/.local/share/solana/install/active_release/bin/cargo-build-sbf"; do
    # Ours may be on PATH for `anchor build`; it is no official one.
    if [ -x "$candidate" ] && [ "$(dirname "$(readlink -f "$candidate")")" != "$(readlink -f "$own/bin" || true)" ]; then
      official=$candidate
      break
    fi
  done
fi

if [ -n "$official" ]; then
  builder=("$official" --arch v3)
  say "compiling with $("$official" --version 2>/dev/null | head -n 1 || echo "$official")"
else
  "$here/install.sh" "$own"
  builder=("$own/bin/cargo-build-sbf")
fi

manifest_of_package() { # the official tool selects by manifest, and metadata says where a package's is
  cargo metadata --no-deps --format-version 1 --manifest-path "$manifest" | python3 -c '
import json, sys
found = [p["manifest_path"] for p in json.load(sys.stdin)["packages"] if p["name"] == sys.argv[1]]
sys.exit(f"build-program.sh: there is no package {sys.argv[1]} here") if not found else print(found[0])' "$package"
}
if [ -n "$package" ]; then manifest=$(manifest_of_package); fi

metadata=$(cargo metadata --no-deps --format-version 1 --manifest-path "$manifest")
# The program's file has its library's name, and its place is the workspace's unless --out says otherwise.
{ read -r name; read -r deploy; } < <(METADATA=$metadata python3 - "$manifest" <<'PY'
import json, os, pathlib, sys
metadata = json.loads(os.environ["METADATA"])
package = next(p for p in metadata["packages"] if os.path.realpath(p["manifest_path"]) == os.path.realpath(sys.argv[1]))
library = next((t["name"] for t in package["targets"] if "cdylib" in t["kind"]), None)
if library is None:
    sys.exit(f"build-program.sh: {sys.argv[1]} is no program: it has no library of kind cdylib")
print(library.replace("-", "_"))
print(pathlib.Path(metadata["target_directory"], "deploy"))
PY
)
out=${out:-$deploy}

# From the package's own folder: cargo then builds that package alone, not the host's part of the workspace.
cd "$(dirname "$manifest")"
before=$(sha256sum "$out/$name.so" 2>/dev/null || true)
"${builder[@]}" --manifest-path "$manifest" --sbf-out-dir "$out" ${cargo_options[@]+-- "${cargo_options[@]}"}

program=$out/$name.so
if [ ! -s "$program" ]; then die "the build ended without error, but there is no $program."; fi
sha=$(sha256sum "$program")
state=$(if [ "$sha" = "$before" ]; then echo unchanged; else echo built; fi)
printf '%s: %s bytes, sha256 %s (%s in %s)\n' "${program#"$root"/}" "$(stat -c %s "$program")" "${sha%% *}" "$state" "$(elapsed "$started")"
