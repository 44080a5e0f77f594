#!/usr/bin/env bash
# processes: what a process of each service costs, on a running platform that has just done the main job: its resident memory,
# idle and after the job, and how long a second one takes from its start until it is ready.
set -euo pipefail
root="$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." && pwd)"

bare=$("${VEFA_BIN:-$root/build/bin}/vefa-bench-create" | python3 -c '
import json, sys
lines = [json.loads(line) for line in sys.stdin]
print(next(line["against_value"] for line in lines if line["name"] == "create_contact_memory"))')

export VEFA_TEST_STATE="${VEFA_STATE:-$root/.vefa}/stacks" VEFA_TEST_PORT_BASE=$((${VEFA_PORT_BASE:-18100} + 100))
python3 -B "$root/tests/bench/processes.py" "$bare"
