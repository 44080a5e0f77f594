#!/bin/sh
# Inside the build: installs what compiles the services, and nothing that tests or runs engines.
# Usage: build-packages.sh packages.txt phone_headers.sh FOLDER-OF-HEADERS
set -eu
wanted=$(sed -n '/^# Tools$/,/^# Engines$/p; /^# Libraries/,/^# Fuzzing$/p' "$1" | grep -v '^#' | sed 's/ if .*//' |
  grep -vxE 'git|shellcheck|supervisor')
apt-get update -q
# shellcheck disable=SC2086 # One word a package.
DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends $wanted
sh "$2" "$3"
rm -rf /var/lib/apt/lists/*
