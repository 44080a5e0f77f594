# shellcheck shell=bash
# The commands on the stack: up, status, logs, down.

# timed NAME COMMAND...: how long a phase took goes into the summary.
timed() {
  local name="$1" started
  shift
  started=$(now)
  "$@"
  mkdir -p "$VEFA_STATE/seconds"
  seconds_since "$started" >"$VEFA_STATE/seconds/$name"
}

bring_up_engines() {
  step "Engines"
  start_supervisor
  start_engines "$1"
}

# The demo goes through the public API only. It carries on where an interrupted run ended.
run_demo() {
  step "The main job"
  warn_volatile
  VEFA_URL="http://$(address gateway)" VEFA_CREDENTIALS="$VEFA_STATE/credentials.json" \
    "$VEFACTL" demo win-back --data "$VEFA_DEPS/cdnow/CDNOW_sample.txt" --summary "$VEFA_STATE/summary.json" ||
    die "the main job did not finish; './vefa status' shows which part is unwell, './vefa up' carries on"
}

command_up() {
  local kind=real started option
  for option in "$@"; do
    case "$option" in
      --without-kafka) kind=mock ;;
      --tls) TLS=on ;;
      *) die "up does not know '$option'; './vefa help' lists what it does" ;;
    esac
  done
  started=$(now)
  make_state
  lock_state
  choose_kafka "$kind"
  warn_volatile
  check_resources
  timed install install_all "$kind"
  timed build build_parts stack
  timed engines bring_up_engines "$kind"
  step "Services"
  set_up_data
  [ "$TLS" = off ] || make_certificates
  write_credentials
  start_services
  if is_chaos; then return 0; fi
  run_demo
  seconds_since "$started" >"$VEFA_STATE/seconds/total"
  python summary.py "$VEFA_STATE" || exit 1
  warn_volatile
}

command_status() {
  case "${1:-}" in
    "" | --json) ;;
    *) die "status does not know '$1'; it takes --json or nothing" ;;
  esac
  local name pairs=()
  for name in "${!PORT_OFFSET[@]}"; do pairs+=("$name=$(port "$name")"); done
  python status.py "$VEFA_STATE" "$VEFA_DEPS" "$(supervisor_socket)" "$(kafka_kind)" "${1:---table}" "${pairs[@]}"
}

command_logs() {
  local name="${1:-}" follow=()
  [[ -n "$name" && -e "$LOGS/$name.log" ]] ||
    die "logs needs one of: $(cd "$LOGS" 2>/dev/null && echo -- *.log | sed 's/^-- //; s/\.log//g' || echo 'nothing was started yet')"
  [ "${2:-}" != -f ] || follow=(-F)
  exec tail -n 200 "${follow[@]}" "$LOGS/$name.log"
}

command_down() {
  local wipe="${1:-}"
  [ -z "$wipe" ] || [ "$wipe" = --wipe ] || die "down does not know '$wipe'; it takes --wipe or nothing"
  make_state
  lock_state
  stop_supervisor
  if [ -n "$wipe" ]; then
    wipe_state
    say "stopped, and all data of $VEFA_STATE removed; downloads stay in $VEFA_DEPS"
  else
    say "stopped; the data stays in $VEFA_STATE"
  fi
}

# wipe_state: everything but what was downloaded.
wipe_state() {
  local folder
  folder=$(postgres_folder)
  case "$folder" in
    "$VEFA_STATE/postgres" | "/var/lib/vefa-$STATE_ID") rm -rf "$folder" ;;
  esac
  find "$VEFA_STATE" -mindepth 1 -maxdepth 1 ! -name deps ! -name lock -exec rm -rf {} +
}
