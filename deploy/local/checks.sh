# shellcheck shell=bash
# What must hold before work starts: disk, memory, free ports. Each failure is one line that
# names the cause and the way out.

readonly NEEDED_DISK_MB=6144 NEEDED_MEMORY_MB=3072
# A tree that is already installed and built needs room for logs and data only.
readonly NEEDED_DISK_AGAIN_MB=1024

check_disk() {
  local needed=$NEEDED_DISK_MB free
  [ -e "$VEFA_DEPS/.installed" ] && needed=$NEEDED_DISK_AGAIN_MB
  free=$(df -Pm "$VEFA_STATE" | awk 'NR == 2 { print $4 }')
  [ "$free" -ge "$needed" ] ||
    die "too little disk: $free MB free at $VEFA_STATE, $needed MB needed; free some, or set VEFA_STATE to a folder on another disk"
}

check_memory() {
  local free limit used
  free=$(awk '/^MemAvailable:/ { print int($2 / 1024) }' /proc/meminfo)
  # Inside a container the cgroup may allow less than the machine has.
  limit=$(cat /sys/fs/cgroup/memory.max 2>/dev/null || echo max)
  if [ "$limit" != max ]; then
    used=$(cat /sys/fs/cgroup/memory.current 2>/dev/null || echo 0)
    limit=$(((limit - used) / 1048576))
    [ "$limit" -ge "$free" ] || free=$limit
  fi
  [ "$free" -ge "$NEEDED_MEMORY_MB" ] ||
    die "too little memory: $free MB available, $NEEDED_MEMORY_MB MB needed; stop other programs or give the machine more"
}

# check_ports NAME...: only called while none of ours is running.
check_ports() {
  local name pairs=()
  for name in "$@"; do pairs+=("$name=$(port "$name")"); done
  python ports.py "${pairs[@]}" || exit 1
}

# check_resources: memory matters only when the engines are still to be started.
check_resources() {
  check_disk
  supervisor_running || check_memory
}
