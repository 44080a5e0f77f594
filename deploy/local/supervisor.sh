# shellcheck shell=bash
# One supervisord per state, run by the user who called, reachable by a socket of its own.

# A socket's path may have 107 bytes and supervisord adds its process id while it binds.
supervisor_socket() {
  local socket="$VEFA_STATE/run/supervisor.sock"
  [ "${#socket}" -le 90 ] || socket="/tmp/vefa-$STATE_ID.sock"
  echo "$socket"
}
supervisor_config() { echo "$VEFA_STATE/run/supervisord.conf"; }
supervisor() { python control.py "$(supervisor_socket)" "$@"; }
supervisor_running() { [ -S "$(supervisor_socket)" ] && supervisor ping; }

# conf_value TEXT: supervisord expands % in its configuration.
conf_value() { printf '%s' "${1//%/%%}"; }

write_supervisor_config() {
  local files user="" hard
  hard=$(ulimit -Hn)
  files=8192
  [ "$hard" = unlimited ] || [ "$hard" -ge "$files" ] || files=$hard
  [ "$(id -u)" -ne 0 ] || user="user=root"
  cat >"$(supervisor_config)" <<CONF
[supervisord]
logfile=$(conf_value "$LOGS/supervisord.log")
logfile_maxbytes=5MB
logfile_backups=1
pidfile=$(conf_value "$VEFA_STATE/run/supervisord.pid")
childlogdir=$(conf_value "$LOGS")
identifier=vefa-$STATE_ID
minfds=$files
nocleanup=true
umask=027
$user

[unix_http_server]
file=$(conf_value "$(supervisor_socket)")
chmod=0700

[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface

[supervisorctl]
serverurl=unix://$(conf_value "$(supervisor_socket)")

[include]
files=programs/*.conf
CONF
}

# start_supervisor: with a clean environment, so that what a developer exported in the shell
# cannot change a service, and with a mark by which `down` finds every process of this state.
start_supervisor() {
  supervisor_running && return 0
  end_stragglers
  # Services must not come up before their engines and migrations.
  rm -rf "$VEFA_STATE/run/programs"
  rm -f "$VEFA_STATE/$MOCK_KAFKA_ADDRESS_FILE" "$(supervisor_socket)"
  mkdir -p "$VEFA_STATE/run/programs"
  chmod 700 "$VEFA_STATE/run/programs"
  check_ports "${!PORT_OFFSET[@]}"
  write_supervisor_config
  (
    cd /
    [ -z "${STATE_LOCK:-}" ] || exec {STATE_LOCK}>&-
    exec env -i PATH="$PATH" HOME="${HOME:-/}" LANG=C.UTF-8 TZ=UTC \
      VEFA_SUPERVISED="$VEFA_STATE" /usr/bin/supervisord -c "$(supervisor_config)"
  ) || die "supervisord did not start; see $LOGS/supervisord.log"
  supervisor wait-up 10 || die "supervisord does not answer; see $LOGS/supervisord.log"
}

# write_program NAME STOP_SECONDS STOP_SIGNAL STAMP USER COMMAND: the stamp changes when the
# program must be restarted, because supervisord restarts what has changed settings.
write_program() {
  local name="$1" file="$VEFA_STATE/run/programs/$1.conf"
  cat >"$file.new" <<CONF
[program:$name]
command=$(conf_value "$6")
directory=/
${5:+user=$5}
autorestart=true
startsecs=1
startretries=100
stopwaitsecs=$2
stopsignal=$3
killasgroup=true
redirect_stderr=true
stdout_logfile=$(conf_value "$LOGS/$name.log")
stdout_logfile_maxbytes=20MB
stdout_logfile_backups=3
environment=VEFA_STAMP="$4"
CONF
  mv "$file.new" "$file"
}

# wait_for SECONDS CHECK...: probe.py's checks; shows the log of what did not come up.
wait_for() {
  local failed
  if failed=$(python probe.py "$@"); then return 0; fi
  local name="${failed%% *}"
  warn "$failed; the end of $LOGS/$name.log:"
  tail -n 25 "$LOGS/$name.log" >&2 || true
  exit 1
}

stop_supervisor() {
  if supervisor_running; then
    # Together, because supervisord by itself stops one after the other.
    supervisor stop-all 40 "${SERVICES[@]}" || warn "a service did not stop in time"
    supervisor stop-all 40 "${ENGINES[@]}" || warn "an engine did not stop in time"
    supervisor shutdown 40 || warn "supervisord did not end in time; ending its processes"
  fi
  end_stragglers
  rm -f "$(supervisor_socket)"
}

# end_stragglers: what a killed supervisord left behind.
end_stragglers() {
  python processes.py "$VEFA_STATE" "$(postgres_folder)" ||
    die "some processes of $VEFA_STATE cannot be ended; run ./vefa down as the user who started them"
}
