#!/usr/bin/env bash
# What every image must be: small, nobody's shell, no setuid, not root, complete, with a list of its parts.
# Usage: check.sh IMAGE BUILDAH [OPTION...]
set -euo pipefail
image="$1"
shift
readonly LARGEST_MB=80

die() {
  echo "$image: $*" >&2
  exit 1
}
container=$("$@" from --pull-never "$image")
trap '"$@" rm "$container" >/dev/null' EXIT
root=$("$@" mount "$container")

user=$("$@" inspect --type image --format '{{.OCIv1.Config.User}}' "$image")
[ "$user" = 65532:65532 ] || die "runs as '$user', not as 65532:65532"
megabytes=$(du -sm "$root" | cut -f1)
[ "$megabytes" -le "$LARGEST_MB" ] || die "takes $megabytes MB, more than $LARGEST_MB"
found=$(find "$root" -xdev -perm /6000 -print)
[ -z "$found" ] || die "holds files with setuid or setgid: $found"
found=$(find "$root" -xdev \( -name sh -o -name bash -o -name dash -o -name busybox -o -name apt -o -name dpkg \) -print)
[ -z "$found" ] || die "holds a shell or a package manager: $found"
found=$(find "$root" -xdev -type f -writable -user 65532 -print)
[ -z "$found" ] || die "holds files that its own user may change: $found"
# The loader of the image itself says what it would load.
loader=$(cd "$root" && find lib64 lib -maxdepth 1 -name "ld-linux-*.so.*" 2>/dev/null | head -n 1)
missing=$(chroot "$root" "/$loader" --list /usr/bin/vefa | grep 'not found' || true)
[ -z "$missing" ] || die "lacks libraries: $missing"
sbom=$(ls "$root"/usr/share/sbom/*.spdx.json) || die "has no list of its parts"
python3 - "$root" "$sbom" <<'PY' || die "the list of parts is not complete"
import json, os, sys
root, path = sys.argv[1:]
listed = {one["fileName"] for one in json.load(open(path, encoding="utf-8"))["files"]}
there = {"/" + os.path.relpath(os.path.join(folder, name), root) for folder, _, names in os.walk(root) for name in names}
missing = there - listed - {"/" + os.path.relpath(path, root)}
sys.exit(f"not listed: {sorted(missing)}" if missing else 0)
PY
libraries=$(find "$root" -xdev -name '*.so*' -type f | wc -l)
echo "$image: $megabytes MB, $libraries shared libraries, user $user, complete, no setuid, no shell"
