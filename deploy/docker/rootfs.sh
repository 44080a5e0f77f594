#!/bin/sh
# Inside the build: lays out the root of an image. Usage: rootfs.sh PROGRAM ROOT
# The program, every library that the loader gives it, the loader, users, names, certificates: nothing else.
set -eu
program=$1
root=$2

mkdir -p "$root/usr/bin" "$root/etc/ssl/certs" "$root/var/lib/vefa" "$root/run/secrets" "$root/tmp"
# One name for all programs, so that a manifest or a debugger need not know which it is.
strip --strip-unneeded -o "$root/usr/bin/vefa" "$program"
chmod 755 "$root/usr/bin/vefa"

if ldd "$program" | grep 'not found'; then
  echo "rootfs.sh: $program needs the libraries above, which the build has not" >&2
  exit 1
fi
# The path of each library and of the loader, as the program will look for it.
for library in $(ldd "$program" | grep -o '/[^ ]*'); do
  mkdir -p "$root$(dirname "$library")"
  cp -L "$library" "$root$library"
done

printf 'root:x:0:0:root:/:/none\nvefa:x:65532:65532:vefa:/var/lib/vefa:/none\n' >"$root/etc/passwd"
printf 'root:x:0:\nvefa:x:65532:\n' >"$root/etc/group"
# glibc 2.36 resolves names by itself; it only wants to be told in which order.
printf 'hosts: files dns\n' >"$root/etc/nsswitch.conf"
# For `sslrootcert=/etc/ssl/certs/ca-certificates.crt` in a connection string.
cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
chown 65532:65532 "$root/var/lib/vefa"
chmod 1777 "$root/tmp"
# Who knows time zones reads their rules from the system's files; `right` counts leap seconds, `posix` is the same again.
if ldd "$program" | grep -q libdate-tz; then
  mkdir -p "$root/usr/share"
  cp -r /usr/share/zoneinfo "$root/usr/share/"
  rm -rf "$root/usr/share/zoneinfo/right" "$root/usr/share/zoneinfo/posix" "$root/usr/share/zoneinfo/localtime"
fi
if [ "$(basename "$program")" = vefa-gateway ]; then
  mkdir -p "$root/usr/share/vefa"
  cp -r /web "$root/usr/share/vefa/web"
fi
