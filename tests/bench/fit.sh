#!/usr/bin/env bash
# fit: our BG/NBD fit of the CDNOW sample against that of lifetimes, in pairs; ratio is our time
# over theirs. The peer is fetched from PyPI once, into a folder of its own.
set -euo pipefail

root="$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." && pwd)"
downloads="${VEFA_DEPS:-${VEFA_STATE:-$root/.vefa}/deps}"
binary="${VEFA_BIN:-$root/build/bin}/vefa-bench-fit"
data="${VEFA_CDNOW:-$downloads/cdnow/CDNOW_sample.txt}"
pins="$root/tests/bench/fit/requirements.txt"
peer="$downloads/bench-fit"

for file in "$binary" "$data"; do
  [ -e "$file" ] || {
    echo "fit: there is no $file; run ./vefa bench fit, which makes it" >&2
    exit 1
  }
done

# Debian's interpreter first, as its pip is the one that set-up installs.
python=/usr/bin/python3
"$python" -m pip --version >/dev/null 2>&1 || python=python3

if ! cmp -s "$pins" "$peer/installed.txt"; then
  rm -rf "$peer"
  mkdir -p "$peer"
  echo "fit: fetching lifetimes 0.11.3 and what it needs" >&2
  "$python" -m pip --disable-pip-version-check install -q --root-user-action ignore --no-compile --only-binary :all: \
    --target "$peer" -r "$pins" >&2
  cp "$pins" "$peer/installed.txt"
fi

# One thread each: ours has one.
exec env PYTHONPATH="$peer" PYTHONDONTWRITEBYTECODE=1 OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 \
  "$python" "$root/tests/bench/fit/compare.py" "$binary" "$data"
