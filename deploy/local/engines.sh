# shellcheck shell=bash
# Redis, Kafka or its stand-in, and the order in which engines come up.

REDIS_MAXMEMORY=256mb
KAFKA_HEAP=512m
MOCK_KAFKA_PARTITIONS=24

# Redis holds nothing that would be missed: no file is written, and old keys give way.
prepare_redis() {
  mkdir -p "$VEFA_STATE/redis"
  write_program redis 10 TERM 1 "" "redis-server --port $(port redis) --bind 127.0.0.1\
 --dir \"$VEFA_STATE/redis\" --save \"\" --appendonly no --maxmemory $REDIS_MAXMEMORY\
 --maxmemory-policy allkeys-lru --daemonize no"
}

kafka_java() {
  # The serial collector: two cores are shared with everything else on the machine.
  echo "java -Xms256m -Xmx$KAFKA_HEAP -XX:+UseSerialGC -XX:+ExitOnOutOfMemoryError\
 -Xshare:auto -Djava.awt.headless=true -Dorg.slf4j.simpleLogger.defaultLogLevel=warn\
 -Dorg.slf4j.simpleLogger.showDateTime=true\
 -Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSX"
}

prepare_kafka() {
  local folder="$VEFA_STATE/kafka" java
  mkdir -p "$folder"
  sed -e "s|@PORT@|$(port kafka)|" -e "s|@CONTROLLER_PORT@|$(port kafka-controller)|" \
    -e "s|@FOLDER@|$folder|" -e "s|@CHAOS_LISTENER@|$(chaos_listener)|" -e "s|@CHAOS_ADVERTISED@|$(chaos_advertised)|" \
    "$VEFA_LOCAL/kafka/server.properties.in" >"$folder/server.properties"
  java=$(kafka_java)
  if [ ! -e "$folder/data/meta.properties" ]; then
    # A cluster id is 16 bytes in URL-safe base64; any bytes will do.
    run_logged kafka-format "formatting Kafka's folder" \
      java -cp "$VEFA_DEPS/kafka/*" kafka.tools.StorageTool format --ignore-formatted \
      -t "$(head -c 16 /dev/urandom | base64 | tr '+/' 'AB' | tr -d '=')" -c "$folder/server.properties" ||
      die "Kafka's folder could not be formatted: $(last_error "$VEFA_STATE/logs/setup/kafka-format.log")"
  fi
  # Double quotes keep supervisord from eating the quotes in the date format.
  write_program kafka 20 TERM "$(sha256sum <"$folder/server.properties" | cut -c1-12)" "" \
    "${java//"'T'"/"\"'T'\""} -cp \"$VEFA_DEPS/kafka/*\" kafka.Kafka \"$folder/server.properties\""
}

# choose_kafka real|mock: a state keeps the kind that its events were first written to.
choose_kafka() {
  local kind
  kind=$(cat "$VEFA_STATE/kafka.kind" 2>/dev/null || echo "$1")
  KAFKA_KIND="$1"
  [ "$kind" = "$1" ] && return 0
  if [ "$kind" = mock ]; then
    die "$VEFA_STATE was set up --without-kafka; go on with './vefa up --without-kafka', or './vefa down --wipe' for a fresh start on Apache Kafka"
  fi
  die "$VEFA_STATE holds events on Apache Kafka; run './vefa up', or './vefa down --wipe' first if they may be lost"
}
kafka_kind() { echo "${KAFKA_KIND:-$(cat "$VEFA_STATE/kafka.kind" 2>/dev/null || echo real)}"; }

warn_volatile() {
  [ "$(kafka_kind)" = mock ] || return 0
  printf '\n\033[1;33m  EVENTS WILL NOT SURVIVE A RESTART: an in-memory stand-in runs instead of Apache Kafka.\033[0m\n\n'
}

prepare_mock_kafka() {
  local binary="$BUILD_DIR/bin/vefa-mock-kafka"
  write_program kafka 5 TERM "$(stamp_of "$binary")" "" "\"$binary\"\
 --partitions $MOCK_KAFKA_PARTITIONS --address-file \"$VEFA_STATE/$MOCK_KAFKA_ADDRESS_FILE\""
}

# start_engines KIND [FSYNC]
start_engines() {
  local kind="$1" fsync="${2:-on}" kafka_check
  prepare_postgres "$fsync"
  prepare_redis
  write_fault_proxy
  if [ "$kind" = mock ]; then
    prepare_mock_kafka
    kafka_check="kafka=kafka-file:$VEFA_STATE/$MOCK_KAFKA_ADDRESS_FILE"
  else
    prepare_kafka
    kafka_check="kafka=kafka:$(address kafka)"
  fi
  supervisor update || die "the engines could not be started; see $LOGS/supervisord.log"
  wait_for 60 "postgres=postgres:$(address postgres)" "redis=redis:$(address redis)" \
    "$kafka_check"
  echo "$kind" >"$VEFA_STATE/kafka.kind"
}

# stamp_of FILE: changes whenever the binary does.
stamp_of() { stat -c '%Y-%s' "$1" 2>/dev/null || die "$1 is missing; the build is not complete"; }
