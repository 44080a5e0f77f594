#!/usr/bin/env bash
# Runs one program with the environment in a file. Usage: run.sh ENV_FILE PROGRAM [ARGUMENT...]
# A developer can start a service by hand, under a debugger too, with exactly its settings.
set -euo pipefail
# Nothing of whoever started the stack: a service refuses what it does not know.
for name in "${!VEFA_@}"; do [ "$name" = VEFA_SUPERVISED ] || unset "$name"; done
set -a
# shellcheck source=/dev/null
. "$1"
set +a
shift
exec "$@"
