"""Says which of the named ports is taken, and by whom. Usage: ports.py NAME=PORT..."""
import os
import socket
import sys


def is_free(port):
    with socket.socket() as probe:
        # The same option the servers set: a port in TIME_WAIT is not taken.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
            probe.listen(1)
            return True
        except OSError:
            return False


def listening_inodes(port):
    inodes = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            with open(table) as lines:
                for line in list(lines)[1:]:
                    fields = line.split()
                    if fields[3] == "0A" and int(fields[1].split(":")[1], 16) == port:
                        inodes.add(fields[9])
        except OSError:
            continue
    return inodes


def owner(port):
    wanted = {f"socket:[{inode}]" for inode in listening_inodes(port)}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            for fd in os.listdir(f"/proc/{pid}/fd"):
                if os.readlink(f"/proc/{pid}/fd/{fd}") in wanted:
                    with open(f"/proc/{pid}/comm") as comm:
                        return f"{comm.read().strip()} (process {pid})"
        except OSError:
            continue
    return "a process of another user"


def main():
    taken = [pair.split("=") for pair in sys.argv[1:] if not is_free(int(pair.split("=")[1]))]
    for name, port in taken:
        print(f"vefa: port {port}, needed for {name}, is taken by {owner(int(port))}; stop it, "
              "or set VEFA_PORT_BASE to another base", file=sys.stderr)
    return 1 if taken else 0


if __name__ == "__main__":
    sys.exit(main())
