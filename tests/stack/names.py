"""A name server of a test's own, which can fall silent, and programs that ask it and nobody else."""
import os
import random
import socket
import struct
import tempfile
import threading

QUERY_A = 1
SECONDS_TO_LIVE = 1


class NameServer:
    """Says 127.0.0.1 to every question for an address, as long as `answering`. On a loopback address of its own: a
    resolver's configuration has no place for a port."""

    def __init__(self):
        self.answering = True
        self.asked = 0
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.address = f"127.{random.randrange(64, 128)}.{random.randrange(256)}.{random.randrange(1, 255)}"
        self._socket.bind((self.address, 53))
        self._file = tempfile.NamedTemporaryFile("w", prefix="vefa-resolv-", suffix=".conf", delete=False)
        self._file.write(f"nameserver {self.address}\noptions timeout:1 attempts:2\n")
        self._file.close()
        os.chmod(self._file.name, 0o644)
        threading.Thread(target=self._answer, daemon=True).start()

    def _answer(self):
        while True:
            try:
                question, asker = self._socket.recvfrom(512)
            except OSError:
                return
            self.asked += 1
            if self.answering:
                self._socket.sendto(self._reply(question), asker)

    @staticmethod
    def _reply(question):
        end = question.index(b"\0", 12) + 5
        kind = struct.unpack(">H", question[end - 4:end - 2])[0]
        record = b"\xc0\x0c" + struct.pack(">HHIH", QUERY_A, 1, SECONDS_TO_LIVE, 4) + socket.inet_aton("127.0.0.1")
        found = record if kind == QUERY_A else b""
        return question[:2] + struct.pack(">HHHHH", 0x8580, 1, 1 if found else 0, 0, 0) + question[12:end] + found

    def words(self, *program):
        """The words that run a program in a mount namespace where this is the only name server."""
        script = 'mount --bind "$0" /etc/resolv.conf && exec "$@"'
        return ["unshare", "--mount", "sh", "-c", script, self._file.name, *program]

    def close(self):
        self._socket.close()
        os.unlink(self._file.name)
