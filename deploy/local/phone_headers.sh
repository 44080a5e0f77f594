#!/bin/sh
# Takes the headers out of Debian's libphonenumber-dev without installing it: it wants Boost 1.74, which cannot stand beside
# 1.81. The library itself is installed as any other.
# Usage: phone_headers.sh FOLDER
set -eu
folder="$1"
rm -rf "$folder"
mkdir -p "$folder/package"
cd "$folder/package"
apt-get download -q libphonenumber-dev
dpkg-deb --extract ./*.deb .
mv usr/include/phonenumbers "$folder/"
cd "$folder"
rm -r package
