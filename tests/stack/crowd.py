"""Many connections that want nothing, and what a process has open."""
import os
import resource
import select
import socket

GREETING = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\0\4\0\0\0\0\0"


def allow_files(count):
    """Raises our own limit of descriptors; what the system does not allow is a failed test."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < count:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(count, hard) if hard != resource.RLIM_INFINITY else count, hard))


def files_of(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def resident_megabytes(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS")) / 1024


class Crowd:
    """`count` connections to host:port, each of which says `greeting` and nothing more."""

    def __init__(self, address, count, greeting=b""):
        host, port = address.rsplit(":", 1)
        allow_files(count + 200)
        self.sockets = []
        for _ in range(count):
            one = socket.create_connection((host, int(port)), timeout=10)
            if greeting:
                self._say(one, greeting)
            self.sockets.append(one)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    @staticmethod
    def _say(one, words):
        try:
            one.sendall(words)
        except OSError:
            pass  # It was ended already, which is for the test to judge.

    def say(self, words):
        for one in self.sockets:
            self._say(one, words)

    def drop_ended(self):
        """Forgets those that the other side has ended; how many are left."""
        poll = select.poll()
        by_number = {one.fileno(): one for one in self.sockets}
        for number in by_number:
            poll.register(number, select.POLLIN)
        for number, _ in poll.poll(0):
            try:
                ended = by_number[number].recv(65536) == b""
            except OSError:
                ended = True
            if ended:
                by_number.pop(number).close()
        self.sockets = list(by_number.values())
        return len(self.sockets)

    def close(self):
        for one in self.sockets:
            one.close()
        self.sockets = []
