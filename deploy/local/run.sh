#!/usr/bin/env bash
# Runs one program with the environment in a file. Usage: run.sh ENV_FILE PROGRAM [ARGUMENT...]
# A developer can start a service by hand, under a debugger too, with exactly its settings.
set -euo pipefail
set -a
# shellcheck source=/dev/null
. "$1"
set +a
shift
exec "$@"
