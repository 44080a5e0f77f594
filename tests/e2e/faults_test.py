"""Faults of the ground a service stands on: a clock that jumps, names that are not answered, a disk that is full. Each is
said by its name, and all is well again by itself soon after its cause is gone."""
import glob
import json
import os
import shutil
import signal
import subprocess
import time
import unittest
import uuid

from case import StackCase
from names import NameServer
from replica import READY_SECONDS, Replica
from waiting import wait_until

# "By itself within five seconds after the cause is gone."
BACK_SECONDS = 5
FAKE_CLOCK = "/usr/lib/*/faketime/libfaketime.so.1"


def as_root(*words):
    prefix = [] if os.geteuid() == 0 else ["sudo", "-n"]
    return subprocess.run([*prefix, *words], check=True, text=True, capture_output=True, timeout=30)


class ClockTest(StackCase):
    """One replica's wall clock jumps; everybody else's does not."""

    def setUp(self):
        found = glob.glob(FAKE_CLOCK)
        self.assertTrue(found, f"{FAKE_CLOCK} is missing; install the Debian package libfaketime")
        self.file = self.stack.path("clock")
        self.jump("+0")
        self.replica = Replica(self.stack, "contact", LD_PRELOAD=found[0], FAKETIME_TIMESTAMP_FILE=self.file,
                               FAKETIME_NO_CACHE="1", FAKETIME_DONT_FAKE_MONOTONIC="1", VEFA_DRAIN_NOTICE_MS="0")
        self.addCleanup(lambda: self.replica.process.poll() is None and self.replica.process.kill())
        wait_until("the replica is ready", self.replica.ready, READY_SECONDS)
        self.person = self.contact(1)["name"]

    def jump(self, offset):
        with open(self.file + ".new", "w", encoding="ascii") as file:
            file.write(offset + "\n")
        os.replace(self.file + ".new", self.file)

    def called(self, good=1, seconds=BACK_SECONDS):
        return self.stack.calls(self.person, self.replica.address, good=good, seconds=seconds)

    def test_an_hour_ahead_and_back(self):
        self.assertEqual(self.called().returncode, 0)
        self.jump("+3600")
        # The library that fakes the clock reads its file anew at every look, and a thread that looks just then sees the real
        # time: hundreds of calls are refused, and now and then one is not.
        told = self.called(good=50, seconds=1)
        self.assertEqual(told.returncode, 1, told.stdout)
        reasons = json.loads(told.stdout)["reasons"]
        self.assertTrue(any(reason.startswith("16 ") and "too old" in reason for reason in reasons), reasons)
        # A deadline that one thread read before the jump has passed for another.
        self.assertTrue(all("too old" in reason or reason.startswith("4 ") for reason in reasons), reasons)
        self.assertTrue(self.replica.ready())
        self.jump("+0")
        self.assertEqual(self.called().returncode, 0)
        self.end()

    def test_an_hour_behind_and_back(self):
        self.jump("-3600")
        self.assertEqual(self.called().returncode, 0)
        self.jump("+0")
        self.assertEqual(self.called().returncode, 0)
        self.end()

    def end(self):
        self.replica.end(signal.SIGTERM)
        self.assertEqual(self.replica.process.returncode, 0)


class NamesTest(StackCase):
    SILENT_SECONDS = 8

    def setUp(self):
        self.names = NameServer()
        self.addCleanup(self.names.close)
        self.name = f"dns:///contact.vefa.test:{self.stack.port('contact')}"
        self.person = self.contact(1)["name"]

    def start(self):
        words = self.names.words(*self.stack.caller(self.person, self.name), "1", "120")
        calls = subprocess.Popen(words, env=self.stack.caller_environment(), text=True, stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE)
        self.addCleanup(lambda: calls.poll() is None and calls.kill())
        return calls

    def test_a_silent_name_server_is_said_and_forgotten(self):
        self.names.answering = False
        calls, started = self.start(), time.monotonic()
        wait_until("it asks in vain", lambda: time.monotonic() - started > self.SILENT_SECONDS and self.names.asked > 2, 30)
        self.assertIsNone(calls.poll(), "it goes on")
        self.names.answering = True
        out, err = calls.communicate(timeout=BACK_SECONDS)
        self.assertEqual(calls.returncode, 0, out + err)
        told = json.loads(out)
        self.assertTrue(all(reason.startswith(("14 DNS resolution failed", "4 ")) for reason in told["reasons"]), told)
        self.assertGreater(told["failed"], 0)

    def test_connections_that_are_there_need_no_names(self):
        words = self.names.words(*self.stack.caller(self.person, self.name))
        calls = subprocess.Popen(words, env=self.stack.caller_environment(), text=True, stdout=subprocess.PIPE)
        self.addCleanup(lambda: calls.poll() is None and calls.kill())
        wait_until("it knows the name", lambda: self.names.asked > 0, 10)
        started = time.monotonic()
        self.names.answering = False
        wait_until("a while passes", lambda: time.monotonic() - started > 3, 10)
        calls.send_signal(signal.SIGTERM)
        out, _ = calls.communicate(timeout=30)
        told = json.loads(out)
        self.assertEqual(told["failed"], 0, told)
        self.assertGreater(told["calls"], 100)


class FullDiskTest(StackCase):
    """The table of contacts moves to a small disk, which is then filled up."""

    MEGABYTES = 24

    def setUp(self):
        self.disk = f"/tmp/vefa-small-disk-{os.getpid()}"
        os.makedirs(self.disk)
        as_root("mount", "-t", "tmpfs", "-o", f"size={self.MEGABYTES}m,mode=777", "tmpfs", self.disk)
        self.addCleanup(lambda: (as_root("umount", self.disk), os.rmdir(self.disk)))
        tables = os.path.join(self.disk, "tables")
        os.makedirs(tables)
        owner = os.stat(f"/proc/{self.stack.pid('postgres')}")
        as_root("chown", f"{owner.st_uid}:{owner.st_gid}", tables)
        self.stack.sql("contact", f"CREATE TABLESPACE small LOCATION '{tables}'")
        self.addCleanup(self.stack.sql, "contact", "DROP TABLESPACE small")
        self.stack.sql("contact", "ALTER TABLE contact SET TABLESPACE small")
        self.addCleanup(self.stack.sql, "contact", "ALTER TABLE contact SET TABLESPACE pg_default")

    def fill(self):
        ballast = os.path.join(self.disk, "ballast")
        with open(ballast, "wb") as file:
            try:
                while True:
                    file.write(bytes(1 << 16))
                    file.flush()
            except OSError:
                pass
        self.assertEqual(shutil.disk_usage(self.disk).free, 0)
        return ballast

    def create(self):
        body = {"externalId": f"disk/{uuid.uuid4()}", "displayName": "N" * 200}
        return self.admin.post(f"/v1/contacts?requestId={uuid.uuid4()}", body)

    def test_a_full_disk_is_said_and_nothing_else_is_lost(self):
        pids = self.stack.pids()
        ballast = self.fill()

        def refused():
            answer = self.create()
            return answer if answer.status != 200 else None

        # The pages that are there still have room for some.
        answer = wait_until("there is no room", refused, 30, every=0)
        self.refused(answer, 503, "UNAVAILABLE", "DATABASE_UNAVAILABLE")
        self.assertEqual(self.admin.get("/v1/contacts?pageSize=1").status, 200)
        os.unlink(ballast)
        wait_until("there is room", lambda: self.create().status == 200, BACK_SECONDS)
        self.assertEqual(self.stack.pids(), pids, "no service was restarted")
        with open(self.stack.path("logs/contact.log"), encoding="utf-8") as log:
            self.assertIn("No space left on device", log.read())


if __name__ == "__main__":
    unittest.main(verbosity=2)
