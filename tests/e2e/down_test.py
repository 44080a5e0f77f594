"""`./vefa down` leaves no process and no listening port."""
import os
import socket
import unittest

from case import STACK, Stack


def processes_of(state):
    """Everything that carries supervisord's mark, works in the state's folders, or names it."""
    mark, found = b"VEFA_SUPERVISED=" + os.fsencode(os.path.realpath(state)), []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/environ", "rb") as environ:
                marked = mark in environ.read().split(b"\0")
            with open(f"/proc/{pid}/cmdline", "rb") as line:
                command = line.read().replace(b"\0", b" ").decode(errors="replace")
            if marked or os.readlink(f"/proc/{pid}/cwd").startswith(os.path.realpath(state)):
                found.append((int(pid), command))
        except OSError:
            continue
    return found


class DownTest(unittest.TestCase):
    def test_down_leaves_nothing_running(self):
        stack = Stack(STACK)
        self.assertGreater(len(processes_of(stack.state)), 8)
        run = stack.vefa("down")
        self.assertEqual(run.returncode, 0, run.stdout)
        self.assertEqual(processes_of(stack.state), [])
        for name in stack.OFFSETS:
            with socket.socket() as probe:
                self.assertNotEqual(probe.connect_ex(("127.0.0.1", stack.port(name))), 0, name)


if __name__ == "__main__":
    unittest.main()
