# shellcheck shell=bash
# The commands that judge: test and bench. Both use private engines in a state of their own.

SUITES=(tidy unit web deploy simulation fuzz engine e2e chaos)
declare -gi TESTS_PASSED=0 TESTS_FAILED=0

# private_state NAME: ports, data and logs that nothing else uses; downloads are shared.
private_state() {
  enter_state "$MAIN_STATE/$1" $((MAIN_PORT_BASE + 200))
  make_state
  lock_state
  each_stack wipe_stack
  export VEFA_TEST_STATE="$VEFA_STATE/stacks" VEFA_TEST_PORT_BASE=$((MAIN_PORT_BASE + 300))
  export VEFA_BIN="$BUILD_DIR/bin" VEFA_SKIP_BUILD=1 VEFA_TEST_NODE_MODULES="$VEFA_ROOT/tests/node_modules"
  export VEFA_CDNOW="$VEFA_DEPS/cdnow/CDNOW_sample.txt"
  trap end_private_state EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
}

# each_stack FUNCTION: with the state of every stack that a test brought up.
each_stack() {
  local stack private="$VEFA_STATE" base="$VEFA_PORT_BASE"
  for stack in "$VEFA_STATE"/stacks/*/; do
    [ -d "$stack/run" ] || continue
    enter_state "$stack" "$base"
    "$1"
    enter_state "$private" "$base"
  done
}
wipe_stack() {
  stop_supervisor
  wipe_state
}

# What an earlier run left is removed first: every run starts on empty engines.
start_private_engines() {
  local fsync="$1"
  stop_supervisor
  wipe_state
  make_state
  step "Private engines on $(port postgres) and up"
  start_supervisor
  start_engines real "$fsync"
  VEFA_TEST_POSTGRES_ADMIN=$(postgres_admin_uri)
  VEFA_TEST_REDIS=$(address redis)
  VEFA_TEST_KAFKA=$(address kafka)
  export VEFA_TEST_POSTGRES_ADMIN VEFA_TEST_REDIS VEFA_TEST_KAFKA
}

# Also the stacks that a failed or interrupted test left running.
end_private_state() {
  local code=$?
  trap '' INT TERM
  each_stack stop_supervisor
  stop_supervisor
  exit "$code"
}

# count PASSED FAILED
count() {
  TESTS_PASSED+=$1
  TESTS_FAILED+=$2
}

run_ctest() {
  local label="$1" jobs=1 log="$VEFA_STATE/logs/test-$1.log" code=0 summary failed total
  # Unit tests and fuzzers share nothing; the others share engines, ports or the whole machine.
  case "$label" in unit | fuzz) jobs=2 ;; esac
  ctest --test-dir "$BUILD_DIR" -L "^$label\$" --no-tests=error --output-on-failure -j "$jobs" \
    2>&1 | tee "$log" || code=1
  summary=$(grep -E '^[0-9]+% tests passed, ' "$log" || true)
  failed=$(sed -E 's/.*, ([0-9]+) tests? failed.*/\1/' <<<"$summary")
  total=$(sed -E 's/.* out of ([0-9]+).*/\1/' <<<"$summary")
  if [ -n "$summary" ]; then count $((total - failed)) "$failed"; else count 0 1; fi
  return "$code"
}

# The console's own test script checks types, style, texts, build and budget before vitest.
run_web() {
  local log="$VEFA_STATE/logs/test-web.log" code=0 summary passed failed
  NO_COLOR=1 npm test --prefix "$WEB_DIR" --silent 2>&1 | tee "$log" || code=1
  summary=$(grep -E '^ *Tests +[0-9]' "$log" | tail -n 1 || true)
  passed=$(sed -nE 's/.*[^0-9]([0-9]+) passed.*/\1/p' <<<"$summary")
  failed=$(sed -nE 's/.*[^0-9]([0-9]+) failed.*/\1/p' <<<"$summary")
  # A step before vitest that fails counts as one failure, and so does a run without tests.
  if [ "${passed:-0}" -eq 0 ]; then code=1; fi
  if [ "$code" -ne 0 ] && [ "${failed:-0}" -eq 0 ]; then failed=1; fi
  count "${passed:-0}" "${failed:-0}"
  return "$code"
}

# run_campaign [OPTION...]: a thousand faults and more under load; the figures go to reliability.json.
run_campaign() {
  local output="$VEFA_STATE/reliability.json"
  stop_supervisor
  if python ../../tests/chaos/long/campaign.py --each 12 --faults 1050 --minutes 90 --output "$output" "$@"; then
    count 1 0
  else
    count 0 1
    return 1
  fi
  say "figures: $output"
}

run_suite() {
  step "Suite $1"
  case "$1" in
    web) run_web ;;
    engine)
      start_private_engines off
      run_ctest engine
      ;;
    e2e | chaos)
      # These bring up whole stacks; the machine is theirs.
      stop_supervisor
      run_ctest "$1"
      ;;
    *) run_ctest "$1" ;;
  esac
}

# prepare_private NAME [TARGET...]: installs and builds everything, or just these targets.
prepare_private() {
  MAIN_STATE="$VEFA_STATE" MAIN_PORT_BASE="$VEFA_PORT_BASE"
  make_state
  check_resources
  install_all real tests
  if [ $# -gt 1 ]; then build_binaries "${@:2}"; else build_parts all; fi
  private_state "$1"
}

# test_sanitized KIND [SUITE]: in a build of its own, in which every mistake of its kind ends the program.
test_sanitized() {
  local suite failed=() chosen=(unit engine)
  # shellcheck disable=SC2034  # For build.sh.
  case "$1" in
    address) SANITIZE=address,undefined ;;
    thread) SANITIZE=thread ;;
    *) die "--sanitize takes address (with undefined) or thread, not '$1'" ;;
  esac
  if [ $# -gt 1 ]; then
    [[ " ${chosen[*]} " == *" $2 "* ]] || die "--sanitize runs unit, engine, or both; fuzz always runs with sanitizers"
    chosen=("$2")
  fi
  [ $# -le 2 ] || die "test does not know '$3'; './vefa help' lists what it does"
  BUILD_DIR="$VEFA_ROOT/build/sanitize-$1"
  export ASAN_OPTIONS=detect_leaks=1 UBSAN_OPTIONS=print_stacktrace=1
  export LSAN_OPTIONS="suppressions=$VEFA_LOCAL/leaks.txt:print_suppressions=0"
  export TSAN_OPTIONS="suppressions=$VEFA_LOCAL/threads.txt:second_deadlock_stack=1:ignore_noninstrumented_modules=1:die_after_fork=0"
  prepare_private test "${chosen[@]/#/tests-}"
  for suite in "${chosen[@]}"; do run_suite "$suite" || failed+=("$suite"); done
  report "${failed[@]}"
}

# report FAILED...: the last lines of a run.
report() {
  [ $# -eq 0 ] || say "failed suites: $* (logs: $LOGS)"
  say "$TESTS_PASSED passed, $TESTS_FAILED failed"
  [ $# -eq 0 ]
}

command_test() {
  local suite failed=() chosen=("${SUITES[@]}")
  if [[ "${1:-}" == --sanitize=* ]]; then
    test_sanitized "${1#--sanitize=}" "${@:2}"
    return
  fi
  if [ $# -gt 0 ]; then
    [[ " ${SUITES[*]} " == *" $1 "* ]] || die "there is no suite '$1'; choose one of: ${SUITES[*]}"
    chosen=("$1")
    shift
  fi
  if [ "${1:-}" = --long ] && [ "${chosen[*]}" = chaos ]; then
    prepare_private test
    step "Campaign of faults"
    run_campaign "${@:2}"
    return
  fi
  [ $# -eq 0 ] || die "test does not know '$1'; './vefa help' lists what it does"
  prepare_private test
  for suite in "${chosen[@]}"; do run_suite "$suite" || failed+=("$suite"); done
  report "${failed[@]}"
}

# Standard output carries the measurements only, so that it can be piped into a file.
command_bench() {
  local name script found="" unwell="" quick=""
  if [ "${1:-}" = --quick ]; then
    quick=yes
    export VEFA_BENCH_QUICK=1
    shift
  fi
  name="${1:-}"
  exec {RESULTS}>&1 1>&2
  [ -z "$name" ] || [ -x "$VEFA_ROOT/tests/bench/$name.sh" ] ||
    die "there is no benchmark '$name'; choose one of: $(cd "$VEFA_ROOT/tests/bench" && echo -- *.sh | sed 's/^-- //; s/\.sh//g')"
  prepare_private bench
  start_private_engines on
  for script in "$VEFA_ROOT"/tests/bench/${name:-*}.sh; do
    [ -x "$script" ] || continue
    # Needs a whole platform and its main job.
    [ -z "$quick" ] || [ "$(basename "$script")" != processes.sh ] || [ -n "$name" ] || continue
    found=yes
    step "$(basename "$script" .sh)"
    "$script" >&"$RESULTS" || unwell="$unwell $(basename "$script" .sh)"
  done
  [ -n "$found" ] || die "tests/bench holds no benchmark"
  [ -z "$unwell" ] || die "failed:$unwell"
}
