#!/usr/bin/env bash
# Makes what compose.yaml reads and nobody else may have: secrets/ and .env beside it. Once; again changes nothing.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")"
# The containers' user must read the files, other users of this machine must not reach them.
mkdir -p secrets
chmod 700 secrets
for name in principal-key pii-key token-key; do
  [ -s "secrets/$name" ] || openssl rand -hex 32 >"secrets/$name"
done
[ -s secrets/admin-password ] || openssl rand -hex 9 >secrets/admin-password
chmod 644 secrets/*
if [ ! -s .env ]; then
  (umask 077 && printf 'VEFA_DATABASE_PASSWORD=%s\nVEFA_TENANT_ID=%s\n' "$(openssl rand -hex 24)" \
    "$(python3 -c 'import uuid; print(uuid.uuid4())')" >.env)
fi
echo "sign in at http://127.0.0.1:8000 to the tenant demo as admin@demo.example with $(cat secrets/admin-password)"
