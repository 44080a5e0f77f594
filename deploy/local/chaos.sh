# shellcheck shell=bash
# A stack that tests harm (tests/chaos): with VEFA_CHAOS=1 every service reaches the engines through
# a fault proxy, has fault points armed by a file, and the main job is not run.

is_chaos() { [ "${VEFA_CHAOS:-}" = 1 ]; }

# The proxy's doors, from the port base. Each service has one of its own to PostgreSQL.
declare -gA CHAOS_OFFSET=(
  [proxy-control]=80 [contact-postgres]=81 [interaction-postgres]=82 [campaign-postgres]=83
  [notification-postgres]=84 [gateway-postgres]=85 [proxied-redis]=86 [proxied-kafka]=87 [kafka-proxied]=88
)
if is_chaos; then
  # shellcheck disable=SC2034  # Read by port().
  for door in "${!CHAOS_OFFSET[@]}"; do PORT_OFFSET["$door"]=${CHAOS_OFFSET[$door]}; done
fi

# reach SERVICE ENGINE: the address under which a service finds an engine.
reach() {
  if ! is_chaos; then
    address "$2"
  elif [ "$2" = postgres ]; then
    address "$1-postgres"
  else
    address "proxied-$2"
  fi
}

# Kafka's clients go where the broker says it is: a listener of its own says that this is the proxy.
chaos_listener() { ! is_chaos || echo ",PROXIED://127.0.0.1:$(port kafka-proxied)"; }
chaos_advertised() { ! is_chaos || echo ",PROXIED://127.0.0.1:$(port proxied-kafka)"; }

write_fault_proxy() {
  is_chaos || return 0
  local binary="$BUILD_DIR/bin/vefa-fault-proxy" service doors=""
  for service in "${SERVICES[@]}"; do
    doors+=" --postgres $service-postgres=$(port "$service-postgres"):$(port postgres)"
  done
  write_program fault-proxy 5 TERM "$(stamp_of "$binary")" "" "\"$binary\" --control-port $(port proxy-control)$doors\
 --link redis=$(port proxied-redis):$(port redis) --link kafka=$(port proxied-kafka):$(port kafka-proxied)"
}

# chaos_environment SERVICE
chaos_environment() {
  is_chaos || return 0
  mkdir -p "$VEFA_STATE/faults"
  echo "VEFA_FAULTS_FILE='$VEFA_STATE/faults/$1'"
}
