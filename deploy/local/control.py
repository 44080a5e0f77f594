"""Talks to a supervisord over its socket. Usage: control.py SOCKET COMMAND [ARGUMENT...].

ping                    exit code 0 when it answers
wait-up SECONDS         wait until it answers
update                  apply changed settings: start what is new, restart what changed
stop-all SECONDS NAME.. stop these programs at the same time
shutdown SECONDS        stop everything and wait for the end
"""
import http.client
import socket
import sys
import time
import xmlrpc.client

STOPPED = ("STOPPED", "EXITED", "FATAL", "UNKNOWN")


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=60)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class UnixTransport(xmlrpc.client.Transport):
    def __init__(self, path):
        super().__init__()
        self.path = path

    def make_connection(self, host):
        return UnixConnection(self.path)


def connect(path):
    return xmlrpc.client.ServerProxy("http://localhost", UnixTransport(path)).supervisor


def answers(path):
    try:
        return connect(path).getState()["statename"] == "RUNNING"
    except (OSError, http.client.HTTPException, xmlrpc.client.Error):
        return False


def until(seconds, condition):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def states(server):
    return {info["name"]: info["statename"] for info in server.getAllProcessInfo()}


def stop_all(server, names, seconds):
    running = [n for n, state in states(server).items() if n in names and state not in STOPPED]
    for name in running:
        try:
            server.stopProcess(name, False)
        except xmlrpc.client.Fault:
            continue  # It ended by itself between the two calls.
    return until(seconds, lambda: all(states(server)[n] in STOPPED for n in running))


def update(server, seconds=60):
    added, changed, removed = server.reloadConfig()[0]
    current = states(server)
    old = [name for name in changed + removed if name in current]
    if not stop_all(server, old, seconds):
        sys.exit(f"vefa: {' '.join(old)} did not stop within {seconds} s")
    for name in old:
        server.removeProcessGroup(name)
    for name in added + changed:
        server.addProcessGroup(name)
    # What an operator stopped, or what gave up, is tried again.
    for name, state in states(server).items():
        if state in STOPPED:
            try:
                server.startProcess(name, False)
            except xmlrpc.client.Fault:
                continue  # It was started by its own settings in between.


def has_ended(pid):
    """Also true for a process that only waits for its parent to take notice."""
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True


def shutdown(path, seconds):
    """The socket answers with faults, or not at all, well before the last program has ended."""
    server = connect(path)
    pid = server.getPID()
    server.shutdown()
    return until(seconds, lambda: has_ended(pid))


def main():
    path, command, arguments = sys.argv[1], sys.argv[2], sys.argv[3:]
    if command == "ping":
        return 0 if answers(path) else 1
    if command == "wait-up":
        return 0 if until(float(arguments[0]), lambda: answers(path)) else 1
    if command == "update":
        update(connect(path))
        return 0
    if command == "stop-all":
        return 0 if stop_all(connect(path), arguments[1:], float(arguments[0])) else 1
    if command == "shutdown":
        return 0 if shutdown(path, float(arguments[0])) else 1
    sys.exit(__doc__)


if __name__ == "__main__":
    sys.exit(main())
