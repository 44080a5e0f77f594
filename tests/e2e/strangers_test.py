"""Connections that want nothing, or want it very slowly, by the thousand. Others are served meanwhile, and nothing is left
of it afterwards."""
import subprocess
import time
import unittest

from case import StackCase
from crowd import GREETING, Crowd, files_of, resident_megabytes
from waiting import wait_until

MANY = 10_000
# "By itself within five seconds after the cause is gone."
BACK_SECONDS = 5
SERVED_SECONDS = 2


class StrangersTest(StackCase):
    def setUp(self):
        self.pids = self.stack.pids()

    def tearDown(self):
        self.assertEqual(self.stack.pids(), self.pids, "no service was restarted")

    def served(self):
        """A person who signed in is answered, soon and over a connection of their own."""
        started = time.monotonic()
        self.assertEqual(self.admin.get("/v1/contacts?pageSize=1").status, 200)
        self.assertLess(time.monotonic() - started, SERVED_SECONDS)

    def test_ten_thousand_idle_connections_to_the_gateway(self):
        pid = self.pids["gateway"]
        files, memory = files_of(pid), resident_megabytes(pid)
        with Crowd(self.stack.address("gateway"), MANY):
            for _ in range(20):
                self.served()
            grown = resident_megabytes(pid) - memory
            print(f"gateway: {files_of(pid)} descriptors, {grown:.0f} MB more")
            self.assertLess(grown, 100)
        wait_until("they are gone", lambda: files_of(pid) < files + 100, BACK_SECONDS)
        self.served()

    def test_ten_thousand_idle_connections_to_a_service(self):
        pid = self.pids["contact"]
        files, memory = files_of(pid), resident_megabytes(pid)
        with Crowd(self.stack.address("contact"), MANY // 2), Crowd(self.stack.address("contact"), MANY // 2, GREETING):
            wait_until("they are taken in", lambda: files_of(pid) > MANY, 30)
            for _ in range(20):
                self.served()
            grown = resident_megabytes(pid) - memory
            print(f"contact: {files_of(pid)} descriptors, {grown:.0f} MB more")
            self.assertLess(grown, 500)
        wait_until("they are gone", lambda: files_of(pid) < files + 100, BACK_SECONDS)
        self.served()

    def test_heads_that_drip_are_cut_and_others_served(self):
        with Crowd(self.stack.address("gateway"), 500, b"GET /v1/session HTTP/1.1\r\nHost: a\r\nX-Slow: ") as crowd:
            def all_cut():
                self.served()
                crowd.say(b"x")
                return crowd.drop_ended() == 0

            wait_until("slow heads are cut", all_cut, 20, every=0.5)

    def test_greetings_that_do_not_come_are_cut(self):
        with Crowd(self.stack.address("contact"), 500, GREETING[:7]) as crowd:
            wait_until("who does not greet is cut", lambda: crowd.drop_ended() == 0, 20, every=0.5)
        self.served()

    def limit(self, name, files):
        subprocess.run(["prlimit", f"--pid={self.pids[name]}", f"--nofile={files}:"], check=True)

    def test_without_descriptors_connections_are_shed_and_come_back(self):
        for name in ("gateway", "contact"):
            with self.subTest(name):
                pid, before = self.pids[name], files_of(self.pids[name])
                allowed = subprocess.run(["prlimit", f"--pid={pid}", "--nofile", "--noheadings", "--output=SOFT"],
                                         text=True, capture_output=True, check=True).stdout.strip()
                # A service keeps a quarter of a low limit for what it needs itself: that leaves room for twenty.
                self.limit(name, (before + 20) * 4 // 3)
                self.addCleanup(self.limit, name, allowed)
                with Crowd(self.stack.address(name), 400, GREETING if name == "contact" else b""):
                    wait_until("there are too many", lambda: files_of(pid) >= before + 5, 10)
                    if name == "gateway":
                        # Those that only wait make room.
                        wait_until("others are served", lambda: self.admin.get("/v1/session").status == 200, BACK_SECONDS)
                wait_until("there is room again", lambda: files_of(pid) <= before + 5, BACK_SECONDS)
                # The limit is still as low.
                self.served()
                self.called(name)

    def called(self, name):
        """A service takes new callers: one who was connected before proves nothing."""
        if name == "gateway":
            return
        started = time.monotonic()
        run = self.stack.calls(self.contact(1)["name"], self.stack.address(name), good=1, seconds=BACK_SECONDS)
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
        print(f"{name} took a new caller after {time.monotonic() - started:.1f} s")


if __name__ == "__main__":
    unittest.main(verbosity=2)
