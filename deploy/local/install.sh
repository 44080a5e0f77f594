# shellcheck shell=bash
# Debian packages: what is missing is installed, what is there is left alone.

# missing_packages: one name a line.
missing_packages() {
  local wanted=() line installed
  while read -r line; do
    case "$line" in
      "" | "#"*) ;;
      *" if "*) eval "${line#* if }" >/dev/null 2>&1 || wanted+=("${line%% if *}") ;;
      *) wanted+=("$line") ;;
    esac
  done <"$VEFA_LOCAL/packages.txt"
  # dpkg-query fails when a name is unknown to it, which only means "not installed".
  installed=$(dpkg-query -W -f='${db:Status-Abbrev} ${Package}\n' "${wanted[@]}" 2>/dev/null || true)
  installed=$(awk '$1 == "ii" { print $2 }' <<<"$installed" | sort -u)
  comm -23 <(printf '%s\n' "${wanted[@]}" | sort -u) <(echo "$installed")
}

# as_root_prefix: "", "sudo", or failure when we cannot become root.
as_root_prefix() {
  [ "$(id -u)" -eq 0 ] && return 0
  command -v sudo >/dev/null || return 1
  if sudo -n true 2>/dev/null || { [ -t 0 ] && sudo -v; }; then echo sudo; else return 1; fi
}

# The packages bring daemons that Debian starts at once; we run our own under supervisor, so
# their start is refused during the installation, the way policy-rc.d is meant to be used.
apt_install() {
  local prefix="$1" policy=/usr/sbin/policy-rc.d made="" code=0
  shift
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' | $prefix tee "$policy" >/dev/null
    $prefix chmod 755 "$policy"
    made=yes
  fi
  $prefix env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
    -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "$@" || code=$?
  [ -z "$made" ] || $prefix rm -f "$policy"
  return "$code"
}

install_packages() {
  local missing=() prefix log="$VEFA_STATE/logs/setup"
  command -v dpkg-query >/dev/null ||
    die "this machine has no dpkg; ./vefa installs on Debian 12, elsewhere install the packages of deploy/local/packages.txt by hand"
  mapfile -t missing < <(missing_packages)
  [ "${#missing[@]}" -gt 0 ] || return 0
  if ! prefix=$(as_root_prefix); then
    warn "Debian packages are missing and this user may not install them. As root, run:"
    say "apt-get update && apt-get install -y --no-install-recommends ${missing[*]}"
    exit 2
  fi
  # shellcheck disable=SC2086 # The prefix may be nothing at all.
  run_logged apt-update "refreshing the package lists" \
    $prefix apt-get -o DPkg::Lock::Timeout=300 update ||
    die "apt-get update failed: $(last_error "$log/apt-update.log"); check the network and /etc/apt, then run ./vefa again"
  run_logged apt-install "installing ${#missing[@]} Debian packages (log: $log/apt-install.log)" \
    apt_install "$prefix" "${missing[@]}" ||
    die "a package cannot be had: $(last_error "$log/apt-install.log"); ./vefa needs Debian 12 (bookworm) sources in /etc/apt"
}
