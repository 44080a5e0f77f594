# shellcheck shell=bash
# The five services and the mail sink: their environment, set-up by vefactl, start and wait.

ADMIN_EMAIL=admin@demo.example
TENANT=demo
VEFACTL="$BUILD_DIR/bin/vefactl"

# A name-based file per state keeps the tenant's id the same for its whole life. Version 7.
tenant_id() {
  local file="$SECRETS/tenant"
  [ -s "$file" ] || "$VEFA_PYTHON" -I -c '
import os, time, uuid
value = (int(time.time() * 1000) << 80) | int.from_bytes(os.urandom(10), "big")
value = value & ~(0xF << 76) | (7 << 76)
print(uuid.UUID(int=value & ~(3 << 62) | (2 << 62)))' >"$file"
  cat "$file"
}

write_credentials() {
  local file="$VEFA_STATE/credentials.json"
  (
    umask 077
    printf '{"url": "http://%s", "tenant": "%s", "email": "%s", "password": "%s"}\n' \
      "$(address gateway)" "$TENANT" "$ADMIN_EMAIL" "$(secret_value admin_password 9)" >"$file.new"
  )
  mv "$file.new" "$file"
}

# common_environment SERVICE: what every service is told.
common_environment() {
  local service="$1" grpc="$1" peer name
  # The gateway's first port speaks HTTP.
  [ "$service" != gateway ] || grpc=gateway-grpc
  cat <<ENV
VEFA_GRPC_ADDRESS='$(address "$grpc")'
VEFA_POSTGRES_PUMP='$(postgres_uri "$service" pump)'
VEFA_OPS_ADDRESS='$(address "$service-ops")'
VEFA_POSTGRES='$(postgres_uri "$service" service)'
VEFA_KAFKA_BROKERS='$(reach "$service" kafka)'
VEFA_PRINCIPAL_KEY_FILE='$(secret principal_key)'
VEFA_INSTANCE='$service-0'
VEFA_WORKERS='${VEFA_WORKERS:-8}'
VEFA_LOG_LEVEL='${VEFA_LOG_LEVEL:-info}'
VEFA_DRAIN_NOTICE_MS='0'
VEFA_PUBLIC_URL='http://$(address gateway)'
VEFA_TLS_DIR='$(tls_folder)'
ENV
  for peer in contact interaction campaign notification; do
    echo "VEFA_${peer^^}_ADDRESS='$(address "$peer")'"
  done
  chaos_environment "$service"
  # OpenTelemetry's own words go through as they are.
  for name in "${!OTEL_@}"; do printf '%s=%q\n' "$name" "${!name}"; done
}

own_environment() {
  case "$1" in
    contact)
      cat <<ENV
VEFA_PII_KEY_FILE='$(secret pii_key)'
VEFA_REDIS_ADDRESS='$(reach contact redis)'
VEFA_IYS_URL='${VEFA_IYS_URL:-}'
ENV
      ;;
    notification)
      cat <<ENV
VEFA_STATE_DIR='$VEFA_STATE/services/notification'
VEFA_SMTP_ADDRESS='$(address mail-sink)'
VEFA_TOKEN_KEY_FILE='$(secret token_key)'
VEFA_MAIL_FROM='Vefa Demo <hello@vefa.example>'
ENV
      ;;
    gateway)
      cat <<ENV
VEFA_HTTP_ADDRESS='$(address gateway)'
VEFA_REDIS_ADDRESS='$(reach gateway redis)'
VEFA_WEB_ROOT='$WEB_DIR/dist'
ENV
      [ "$(kafka_kind)" != mock ] || echo "VEFA_EVENTS_VOLATILE='1'"
      ;;
  esac
}

# write_service NAME: environment file and program; either changing restarts the service.
write_service() {
  local name="$1" file="$VEFA_STATE/env/$1.env" binary="$BUILD_DIR/bin/vefa-$1" stamp
  mkdir -p "$VEFA_STATE/services/$name"
  (umask 077 && { common_environment "$name" && own_environment "$name"; } >"$file")
  stamp="$(stamp_of "$binary")-$(sha256sum <"$file" | cut -c1-12)"
  write_program "$name" 30 TERM "$stamp" "" "/bin/bash \"$VEFA_LOCAL/run.sh\" \"$file\" \"$binary\""
}

write_mail_sink() {
  local binary="$BUILD_DIR/bin/vefa-mail-sink"
  mkdir -p "$VEFA_STATE/mail"
  write_program mail-sink 5 TERM "$(stamp_of "$binary")" "" "\"$binary\" --port $(port mail-sink)\
 --control-port $(port mail-sink-control) --log \"$VEFA_STATE/mail/sink.log\" --refuse-prefix gone."
}

# vefactl_step TITLE ARGUMENT...: the clients find their passwords in PGPASSFILE.
vefactl_step() {
  local title="$1"
  shift
  run_logged "vefactl-$1" "$title" "$VEFACTL" "$@" ||
    die "'vefactl $1' failed: $(tail -n 1 "$VEFA_STATE/logs/setup/vefactl-$1.log" | cut -c1-300)"
}

owner_uri() { echo "postgresql://vefa_$1_owner@$(address postgres)/vefa_$1"; }

set_up_data() {
  local service
  create_databases
  for service in "${SERVICES[@]}"; do
    vefactl_step "migrating vefa_$service" migrate "$service" --postgres "$(owner_uri "$service")"
  done
  vefactl_step "tenant $TENANT" tenants add "$TENANT" --id "$(tenant_id)" --postgres "$(owner_uri '{service}')"
  vefactl_step "user $ADMIN_EMAIL" users add --tenant "$TENANT" --email "$ADMIN_EMAIL" --name "Demo Admin" \
    --role operator --password-file "$(secret admin_password 9)" --postgres "$(owner_uri gateway)"
  vefactl_step "Kafka topics" topics apply --kafka "$(address kafka)"
}

start_services() {
  local service checks=("mail-sink=smtp:$(address mail-sink)")
  write_mail_sink
  for service in "${SERVICES[@]}"; do
    write_service "$service"
    checks+=("$service=http:$(address "$service-ops")")
  done
  supervisor update || die "the services could not be started; see $LOGS/supervisord.log"
  wait_for 60 "${checks[@]}"
}
