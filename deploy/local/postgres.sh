# shellcheck shell=bash
# PostgreSQL 15: its folder, its user, the databases and roles of the services.

POSTGRES_BIN=/usr/lib/postgresql/15/bin

# PostgreSQL refuses to run as root; Debian's own user runs it then.
postgres_user() { [ "$(id -u)" -ne 0 ] || echo postgres; }

as_postgres() {
  if [ "$(id -u)" -eq 0 ]; then (cd / && runuser -u postgres -- "$@"); else "$@"; fi
}

# The folder lies in the state, unless that user cannot reach it there (a checkout under
# /root, say): then under /var/lib, and the state remembers where.
postgres_folder() { cat "$VEFA_STATE/postgres.path" 2>/dev/null || true; }

choose_postgres_folder() {
  local folder="$VEFA_STATE/postgres"
  [ -z "$(postgres_folder)" ] || return 0
  if ! as_postgres test -x "$VEFA_STATE"; then
    folder="/var/lib/vefa-$STATE_ID"
    # No state points at it, so it belongs to a state of this path that was deleted by hand.
    rm -rf "$folder"
  fi
  echo "$folder" >"$VEFA_STATE/postgres.path"
}

# prepare_postgres [FSYNC]
prepare_postgres() {
  local folder fsync="${1:-on}" password_file extra=()
  choose_postgres_folder
  folder=$(postgres_folder)
  if [ ! -e "$folder/PG_VERSION" ]; then
    rm -rf "$folder"
    mkdir -p "$folder"
    chmod 700 "$folder"
    password_file="$folder.password"
    (umask 077 && cat "$(secret postgres)" >"$password_file")
    [ -z "$(postgres_user)" ] || chown postgres: "$folder" "$password_file"
    [ "$fsync" = on ] || extra=(--no-sync)
    run_logged initdb "creating the database cluster" as_postgres "$POSTGRES_BIN/initdb" -D "$folder" \
      --username=postgres --pwfile="$password_file" --auth=scram-sha-256 --encoding=UTF8 \
      --locale=C.UTF-8 --data-checksums "${extra[@]}" ||
      die "initdb failed: $(last_error "$VEFA_STATE/logs/setup/initdb.log")"
    rm -f "$password_file"
  fi
  write_program postgres 30 INT 1 "$(postgres_user)" "$POSTGRES_BIN/postgres -D \"$folder\"\
 -c port=$(port postgres) -c listen_addresses=127.0.0.1 -c unix_socket_directories=\
 -c max_connections=200 -c shared_buffers=256MB -c max_wal_size=2GB -c fsync=$fsync\
 -c full_page_writes=$fsync -c timezone=UTC -c log_timezone=UTC -c cluster_name=vefa"
}

# Passwords reach our own clients by this file, so they stand on no command line.
write_pgpass() {
  local service role file="$SECRETS/pgpass"
  (
    umask 077
    exec >"$file.new"
    echo "127.0.0.1:$(port postgres):*:postgres:$(secret_value postgres)"
    for service in "${SERVICES[@]}"; do
      for role in owner service pump; do
        echo "127.0.0.1:$(port postgres):*:vefa_${service}_$role:$(secret_value "vefa_${service}_$role" 24)"
      done
    done
  )
  mv "$file.new" "$file"
  export PGPASSFILE="$file"
}

# role_sql SERVICE: idempotent; read by psql from its standard input.
role_sql() {
  local db="vefa_$1" role name
  for role in owner service pump; do
    name="${db}_$role"
    cat <<SQL
SELECT 'CREATE ROLE $name LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '$name') \gexec
ALTER ROLE $name PASSWORD '$(secret_value "$name" 24)';
SQL
  done
  cat <<SQL
SELECT 'CREATE DATABASE $db OWNER ${db}_owner' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '$db') \gexec
REVOKE ALL ON DATABASE $db FROM PUBLIC;
GRANT CONNECT ON DATABASE $db TO ${db}_service, ${db}_pump;
SQL
}

create_databases() {
  local service
  write_pgpass
  for service in "${SERVICES[@]}"; do role_sql "$service"; done |
    psql -X -q -w -v ON_ERROR_STOP=1 -h 127.0.0.1 -p "$(port postgres)" -U postgres -d postgres ||
    die "the databases could not be created; see $LOGS/postgres.log"
}

# postgres_uri SERVICE ROLE: with the password, for a service's environment file only.
postgres_uri() {
  echo "postgresql://vefa_$1_$2:$(secret_value "vefa_$1_$2" 24)@$(reach "$1" postgres)/vefa_$1"
}

postgres_admin_uri() {
  echo "postgresql://postgres:$(secret_value postgres)@$(address postgres)/postgres"
}
