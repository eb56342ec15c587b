# What the scripts of this directory share. To be sourced.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

# Where rustup has no target to offer, this script provides a toolchain `bare-metal` that builds `core` itself.
: "${TOLLGATE_EMBEDDED_SETUP:=$root/../shared/embedded/setup.sh}"

fail() {
  echo "failed: $*" >&2
  exit 1
}

# bare_metal_cargo TARGET COMMAND...: calls cargo for a target without an operating system. A target is never fetched
# unasked: TOLLGATE_FETCH_TARGETS=yes lets rustup add it to the active toolchain.
bare_metal_cargo() {
  local target=$1 command=$2
  shift 2
  if [ "${TOLLGATE_FETCH_TARGETS:-no}" = yes ]; then rustup target add "$target" >&2; fi
  if [ -d "$(rustc --print target-libdir --target "$target")" ]; then
    cargo "$command" --target "$target" "$@"
    return
  fi
  embedded_setup "$target"
  RUSTC_BOOTSTRAP=1 cargo +bare-metal "$command" -Zbuild-std=core --target "$target" "$@"
}

embedded_setup() {
  if [ -n "${embedded_ready:-}" ]; then return; fi
  if [ -e "$TOLLGATE_EMBEDDED_SETUP" ]; then
    bash "$TOLLGATE_EMBEDDED_SETUP" >&2
  elif ! rustup toolchain list | grep -q '^bare-metal\b'; then
    fail "the target $1 is not installed: rustup target add $1, or set TOLLGATE_FETCH_TARGETS=yes"
  fi
  embedded_ready=yes
}

# first_of COMMAND...: the first of the commands that is installed.
first_of() {
  local command
  for command; do
    if command -v "$command"; then return; fi
  done
  fail "none of these is installed: $*"
}

# firmware_binary NAME: builds a program of firmware/ and prints its path.
firmware_binary() {
  (cd firmware && bare_metal_cargo thumbv6m-none-eabi build --release --bin "$1") >&2
  echo "${CARGO_TARGET_DIR:-firmware/target}/thumbv6m-none-eabi/release/$1"
}

# qemu ARGUMENT...: runs a program on the microcontroller; its exit status is the program's.
qemu() {
  timeout "${QEMU_SECONDS:-120}" qemu-system-arm -M microbit -nographic \
    -semihosting-config enable=on,target=native "$@" </dev/null
}
