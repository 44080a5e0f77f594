#!/usr/bin/env bash
set -euo pipefail
root="$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." && pwd)"
exec "${VEFA_BIN:-$root/build/bin}/vefa-bench-million"
