# shellcheck shell=bash
# Names, ports, paths and ways of speaking that all parts share.
# shellcheck disable=SC2034 # The parts are sourced together; shellcheck sees one at a time.

SERVICES=(contact interaction campaign notification gateway)
ENGINES=(postgres redis kafka mail-sink)

# Offsets from VEFA_PORT_BASE. The same table stands in README.md.
declare -gA PORT_OFFSET=(
  [gateway]=0 [gateway-ops]=1 [gateway-grpc]=2
  [contact]=10 [contact-ops]=11
  [interaction]=20 [interaction-ops]=21
  [campaign]=30 [campaign-ops]=31
  [notification]=40 [notification-ops]=41
  [postgres]=50 [redis]=51 [kafka]=52 [kafka-controller]=53
  [mail-sink]=54 [mail-sink-control]=55
)

# Debian's own interpreter starts four times faster than a version manager's shim.
VEFA_PYTHON=/usr/bin/python3
[ -x "$VEFA_PYTHON" ] || VEFA_PYTHON=python3

say() { printf '%s\n' "$*"; }
step() { printf '\033[1m==>\033[0m %s\n' "$*"; }
warn() { printf 'vefa: %s\n' "$*" >&2; }
die() {
  printf 'vefa: %s\n' "$*" >&2
  exit 1
}

# The in-memory stand-in for Kafka chooses its port itself and writes it into a file.
MOCK_KAFKA_ADDRESS_FILE=run/mock-kafka.address
port() {
  local file="$VEFA_STATE/$MOCK_KAFKA_ADDRESS_FILE"
  if [ "$1" = kafka ] && [ "$(kafka_kind)" = mock ] && [ -s "$file" ]; then
    sed 's/.*://' "$file"
  else
    echo $((VEFA_PORT_BASE + PORT_OFFSET[$1]))
  fi
}

address() { echo "127.0.0.1:$(port "$1")"; }
now() { date +%s.%N; }
python() { "$VEFA_PYTHON" -B "$VEFA_LOCAL/$1" "${@:2}"; }

# seconds_since START: with one decimal, for the summary.
seconds_since() { awk -v a="$1" -v b="$(now)" 'BEGIN { printf "%.1f", b - a }'; }

# enter_state DIR PORT_BASE: everything after this call works on that state only.
enter_state() {
  mkdir -p "$1" || die "the state folder $1 cannot be made; set VEFA_STATE to one that can"
  VEFA_STATE="$(readlink -f "$1")"
  VEFA_PORT_BASE="$2"
  case "$VEFA_PORT_BASE" in
    *[!0-9]* | "") die "VEFA_PORT_BASE is '$VEFA_PORT_BASE', which is not a number" ;;
  esac
  ((VEFA_PORT_BASE >= 1024 && VEFA_PORT_BASE <= 65000)) ||
    die "VEFA_PORT_BASE is $VEFA_PORT_BASE; choose one from 1024 to 65000"
  # A nested stack (tests) shares the downloads of the state that started it.
  VEFA_DEPS="${VEFA_DEPS:-$VEFA_STATE/deps}"
  SECRETS="$VEFA_STATE/secrets"
  LOGS="$VEFA_STATE/logs"
  # Short name of this state, for what cannot live inside it.
  STATE_ID="$(printf '%s' "$VEFA_STATE" | sha256sum | cut -c1-12)"
  export VEFA_STATE VEFA_PORT_BASE VEFA_DEPS
}

make_state() {
  mkdir -p "$SECRETS" "$LOGS" "$VEFA_STATE/run" "$VEFA_STATE/env"
  chmod 700 "$SECRETS" "$VEFA_STATE/env"
}

# One command at a time works on a state. The descriptor is closed for what stays running.
lock_state() {
  exec {STATE_LOCK}>"$VEFA_STATE/lock"
  flock -n "$STATE_LOCK" ||
    die "another ./vefa is at work on $VEFA_STATE; wait for it, or set VEFA_STATE and VEFA_PORT_BASE"
}

# secret NAME [BYTES]: the path of a random hex secret, made on first use.
secret() {
  local file="$SECRETS/$1"
  [ -s "$file" ] || (umask 077 && od -An -N"${2:-32}" -tx1 /dev/urandom | tr -d ' \n' >"$file.new" &&
    mv "$file.new" "$file")
  echo "$file"
}
secret_value() { cat "$(secret "$@")"; }

# run_logged NAME TITLE COMMAND...: quiet work with a sign of life every ten seconds.
# The output goes to logs/setup/NAME.log; the exit code is the command's.
run_logged() {
  local name="$1" title="$2" log="$VEFA_STATE/logs/setup/$1.log" pid started
  shift 2
  mkdir -p "$VEFA_STATE/logs/setup"
  say "    $title"
  NO_COLOR=1 "$@" >"$log" 2>&1 &
  pid=$!
  started=$SECONDS
  while kill -0 "$pid" 2>/dev/null; do
    sleep 0.2
    if [ $((SECONDS - started)) -ge 10 ]; then
      started=$SECONDS
      say "      … $name: $(tail -c 400 "$log" | tr '\r' '\n' | grep -v '^ *$' | tail -n 1 | cut -c1-90)"
    fi
  done
  wait "$pid"
}

# last_error LOG: the line that most likely names the cause.
last_error() {
  local line
  line=$(grep -v ':$' "$1" | grep -m 1 -iE '^(E:|error|\[ERROR\]|npm err)|could not|cannot find' || tail -n 1 "$1")
  echo "${line:0:300}"
}
