# shellcheck shell=bash
# Builds the binaries into build/ and the console into services/gateway/web/dist.

BUILD_DIR="$VEFA_ROOT/build"
# What -fsanitize takes; a build of its own, for `./vefa test --sanitize`.
SANITIZE=""
WEB_DIR="$VEFA_ROOT/services/gateway/web"

# Configures once; again only when a folder it was given is gone, or it was given none.
configure() {
  local cache="$BUILD_DIR/CMakeCache.txt" protos="" phone=""
  [ -e "$cache" ] && protos=$(sed -n 's/^VEFA_GOOGLEAPIS:[A-Z]*=//p' "$cache") &&
    phone=$(sed -n 's/^VEFA_PHONE_HEADERS:[A-Z]*=//p' "$cache")
  [ -e "$BUILD_DIR/build.ninja" ] && [ -d "$protos/google/api" ] && [ -d "$phone/phonenumbers" ] && return 0
  run_logged cmake "configuring" \
    cmake -S "$VEFA_ROOT" -B "$BUILD_DIR" -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo \
    "-DVEFA_GOOGLEAPIS=$VEFA_DEPS/googleapis" "-DVEFA_PHONE_HEADERS=$VEFA_DEPS/phone" "-DVEFA_SANITIZE=$SANITIZE" ||
    die "configuring failed; see $VEFA_STATE/logs/setup/cmake.log"
}

# show_progress: ninja's lines thinned to one per five percent; warnings and errors stay.
show_progress() {
  awk '
    match($0, /^\[[0-9]+\/[0-9]+\]/) {
      split(substr($0, 2, RLENGTH - 2), n, "/")
      share = int(20 * n[1] / n[2])
      if (share != last || n[1] == n[2]) printf "    %3d %% %s\n", 100 * n[1] / n[2], substr($0, 1, 100)
      last = share; fflush(); next
    }
    !/^ninja: (no work to do|Entering directory)/ { print; fflush() }'
}

# build_binaries TARGET...: `stack`, `all`, or `tests-unit` and the like.
build_binaries() {
  mkdir -p "$BUILD_DIR"
  # Objects compiled in another checkout of the same sources are found again.
  export CCACHE_BASEDIR="$VEFA_ROOT" CCACHE_NOHASHDIR=1
  # Two checkouts have two build folders; two commands in one checkout take turns.
  exec {BUILD_LOCK}>"$BUILD_DIR/.vefa-lock"
  flock "$BUILD_LOCK"
  configure
  NINJA_STATUS='[%f/%t] ' TERM=dumb ninja -C "$BUILD_DIR" "$@" 2>&1 | show_progress ||
    die "the build failed; the first error stands above"
  exec {BUILD_LOCK}>&-
}

# console_inputs: what the console is made of, as one digest.
console_inputs() {
  (cd "$VEFA_ROOT" && find services/gateway/web proto -type f \
    -not -path '*/node_modules/*' -not -path '*/dist/*' -print0 |
    sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1)
}

build_console() {
  local stamp="$WEB_DIR/node_modules/.vefa-built" inputs
  inputs=$(console_inputs)
  [ -e "$WEB_DIR/dist/index.html" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$inputs" ] && return 0
  run_logged console "building the console" npm run --prefix "$WEB_DIR" build ||
    die "the console's build failed: $(last_error "$VEFA_STATE/logs/setup/console.log"); see $VEFA_STATE/logs/setup/console.log"
  console_inputs >"$stamp"
}

# build_parts TARGET: the binaries of a target and the console.
build_parts() {
  # A test that starts a stack runs inside a build that is already finished.
  [ "${VEFA_SKIP_BUILD:-}" != 1 ] || return 0
  step "Build"
  build_binaries "$1"
  build_console
}
