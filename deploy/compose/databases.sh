#!/usr/bin/env bash
# Run once by the image of PostgreSQL, on its first start: a database per service, with the three roles of each.
set -euo pipefail
for service in contact interaction campaign notification gateway; do
  database="vefa_$service"
  for role in owner service pump; do
    echo "CREATE ROLE ${database}_$role LOGIN PASSWORD '$POSTGRES_PASSWORD';"
  done
  echo "CREATE DATABASE $database OWNER ${database}_owner;"
  echo "REVOKE ALL ON DATABASE $database FROM PUBLIC;"
  echo "GRANT CONNECT ON DATABASE $database TO ${database}_service, ${database}_pump;"
done | psql -X -q -v ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres
