#!/usr/bin/env bash
# memory: resident memory of each service of a running platform that has just done the main job,
# against a bare gRPC server after a load; ratio is ours over the bare one.
set -euo pipefail
root="$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." && pwd)"

bare=$("${VEFA_BIN:-$root/build/bin}/vefa-bench-create" | python3 -c '
import json, sys
lines = [json.loads(line) for line in sys.stdin]
print(next(line["against_value"] for line in lines if line["name"] == "create_contact_memory"))')

export VEFA_STATE="${VEFA_STATE:-$root/.vefa}/stacks/memory" VEFA_PORT_BASE=$((${VEFA_PORT_BASE:-18100} + 100)) VEFA_SKIP_BUILD=1
trap '"$root/vefa" down --wipe >&2' EXIT
"$root/vefa" up >&2
"$root/vefa" status --json | python3 -c '
import json, sys
bare = float(sys.argv[1])
status = json.load(sys.stdin)
for name in ("contact", "interaction", "campaign", "notification", "gateway"):
    part = status["services"][name]
    with open("/proc/%d/status" % part["pid"]) as file:
        kilobytes = next(int(line.split()[1]) for line in file if line.startswith("VmRSS:"))
    value = kilobytes / 1024
    print(json.dumps({"name": "memory_" + name, "value": round(value, 1), "unit": "MB",
                      "against": "bare gRPC server after a load", "against_value": bare,
                      "ratio": round(value / bare, 3)}))
' "$bare"
