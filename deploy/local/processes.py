"""Ends every process of a state. Usage: processes.py STATE_FOLDER POSTGRES_FOLDER.

A process is ours when supervisord's mark is in its environment. PostgreSQL and Redis overwrite
their environment with their title, so these are known by the folder they work in.
First SIGTERM, after five seconds SIGKILL. Exit code 1 when something is still there.
"""
import os
import signal
import sys
import time


def is_ours(pid, mark, folders):
    try:
        with open(f"/proc/{pid}/comm") as comm:
            folder = folders.get(comm.read().strip())
        if folder and os.readlink(f"/proc/{pid}/cwd") == folder:
            return True
        with open(f"/proc/{pid}/environ", "rb") as environ:
            return mark in environ.read().split(b"\0")
    except OSError:
        return False


def ours(state, postgres):
    folders = {"postgres": postgres, "redis-server": os.path.join(state, "redis")}
    mark = b"VEFA_SUPERVISED=" + os.fsencode(state)
    return [int(pid) for pid in os.listdir("/proc")
            if pid.isdigit() and int(pid) != os.getpid() and is_ours(pid, mark, folders)]


def end(state, postgres):
    for number, seconds in ((signal.SIGTERM, 5), (signal.SIGKILL, 5)):
        deadline = time.monotonic() + seconds
        pids = ours(state, postgres)
        for pid in pids:
            try:
                os.kill(pid, number)
            except OSError:
                continue
        while pids and time.monotonic() < deadline:
            time.sleep(0.05)
            pids = ours(state, postgres)
        if not pids:
            return True
    return False


if __name__ == "__main__":
    sys.exit(0 if end(sys.argv[1], sys.argv[2]) else 1)
