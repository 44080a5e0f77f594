#!/usr/bin/env bash
# Builds the images on Debian without a container engine's daemon, by buildah, and looks at each.
# Usage: build-local.sh [PROGRAM...]   default: all six. As root.
#   VEFA_IMAGES    where layers and the base are kept (default .vefa/images)
#   JOBS           compilers at once (default: all cores)
# The base is made by debootstrap from the sources that this machine uses, under the public image's name: the Dockerfile
# is the same as elsewhere.
set -euo pipefail

here="$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)"
source="$(cd "$here/../.." && pwd)"
images="${VEFA_IMAGES:-$source/.vefa/images}"
base=docker.io/library/debian:bookworm-slim
programs=("$@")
[ $# -gt 0 ] || programs=(vefa-contact vefa-interaction vefa-campaign vefa-notification vefa-gateway vefactl)

die() {
  echo "build-local.sh: $*" >&2
  exit 1
}
[ "$(id -u)" -eq 0 ] || die "run it as root: without a daemon only root can lay out an image"
for tool in buildah debootstrap; do
  command -v "$tool" >/dev/null || die "$tool is missing: apt-get install --no-install-recommends buildah debootstrap"
done

driver=overlay
mkdir -p "$images"
# Where buildah keeps what `RUN --mount=type=cache` leaves: the compiler's cache.
export TMPDIR="$images"
# On an overlay or a file system without d_type there is no overlay; vfs copies every layer.
case "$(stat -f -c %T "$images")" in overlayfs | nfs) driver=vfs ;; esac
builder=(buildah --root "$images/storage" --runroot "$images/run" --storage-driver "$driver")

make_base() {
  local root="$images/debian" container
  "${builder[@]}" inspect --type image "$base" >/dev/null 2>&1 && return 0
  rm -rf "$root"
  debootstrap --variant=minbase --include=ca-certificates bookworm "$root" >"$images/debootstrap.log" 2>&1 ||
    die "debootstrap failed; see $images/debootstrap.log"
  # debootstrap writes one suite; security updates come from this machine's own sources.
  rm -f "$root"/etc/apt/sources.list
  cp -rL /etc/apt/sources.list* "$root/etc/apt/"
  mkdir -p "$root/usr/share/keyrings" && cp -rL /usr/share/keyrings/. "$root/usr/share/keyrings/"
  container=$("${builder[@]}" from scratch)
  "${builder[@]}" copy -q "$container" "$root" / >/dev/null
  "${builder[@]}" run --isolation chroot "$container" -- sh -c 'apt-get update -q && apt-get upgrade -qy && apt-get clean' \
    >"$images/base.log" 2>&1 || die "the base could not be upgraded; see $images/base.log"
  "${builder[@]}" config --cmd '["bash"]' --env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$container"
  "${builder[@]}" commit -q "$container" "$base" >/dev/null
  "${builder[@]}" rm "$container" >/dev/null
  rm -rf "$root"
}

build() {
  local program="$1" name="${1/vefactl/vefa-tools}" version
  version=$(sed -n 's/^project(vefa VERSION \([0-9.]*\).*/\1/p' "$source/CMakeLists.txt")
  "${builder[@]}" bud --isolation chroot --layers --pull-never --timestamp 0 -f "$here/Dockerfile" --ignorefile "$here/Dockerfile.dockerignore" \
    --volume /etc/ssl/certs/ca-certificates.crt:/run/ca.crt:ro --build-arg CA=/run/ca.crt \
    --build-arg "PROGRAM=$program" --build-arg "PROGRAMS=${programs[*]}" \
    --build-arg "VERSION=$version" --build-arg "JOBS=${JOBS:-$(nproc)}" \
    --build-arg "REVISION=$(git -C "$source" rev-parse HEAD 2>/dev/null || echo unknown)" \
    -t "localhost/vefa/$name:$version" "$source" >"$images/$program.log" 2>&1 ||
    die "$program could not be built; see $images/$program.log"
  "$here/check.sh" "localhost/vefa/$name:$version" "${builder[@]}"
}

make_base
for program in "${programs[@]}"; do build "$program"; done
