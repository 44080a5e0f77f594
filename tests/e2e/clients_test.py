"""Programs that are not ours read the events: four clients of other makers, and the quick starts of docs/events."""
import json
import os
import queue
import shutil
import subprocess
import tempfile
import threading
import time
import unittest

from case import StackCase
from stack import ROOT, TOPIC_SERVICES
from waiting import wait_until

CLIENTS = os.path.join(ROOT, "tests/clients")
CLIENT_SECONDS = 120
EVENTS_OF_A_QUICK_START = 10
QUICK_START_SECONDS = 30
COMPILE_SECONDS = 200


class ClientsTest(StackCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stack.wait_for_events()
        cls.kafka = cls.stack.address("kafka")
        cls.deps = cls.stack.environment["VEFA_DEPS"]
        cls.newer = json.loads(cls.run_client("node", "newer.mjs", "--brokers", cls.kafka))
        cls.ids = ",".join(event["id"] for event in cls.newer)
        for event in cls.newer:
            wait_until(f"the feed has {event['id']}",
                       lambda id=event["id"]: cls.admin.call("GET", f"/v1/events/{id}").status == 200, 60)
        # Earlier runs on this stack may have written such events too: the feed says how many it holds.
        recorded = sum(cls.stack.count(service, "SELECT count(*) FROM event_log") for service in TOPIC_SERVICES)
        of_tenant = f"WHERE tenant_id = '{cls.newer[0]['tenant']}'"
        cls.total = cls.stack.count("gateway", f"SELECT count(*) FROM feed_event {of_tenant}")
        assert cls.total >= recorded + len(cls.newer), f"the feed holds {cls.total} events, the ledgers {recorded}"

    @classmethod
    def run_client(cls, program, *words):
        run = subprocess.run([program, *words], cwd=CLIENTS, capture_output=True, text=True, timeout=CLIENT_SECONDS)
        assert run.stdout.strip(), f"{program} {words} ended with {run.returncode}: {run.stderr[-3000:]}"
        return run.stdout.strip().splitlines()[-1]

    def reads_everything(self, program, *words):
        """Every event once, in order per subject, the newer ones too; from the middle exactly the rest."""
        said = self.run_client(program, *words)
        print(said)
        report = json.loads(said)
        self.assertEqual(report["problems"], [])
        self.assertEqual(report["events"], self.total)
        self.assertEqual(report["resumed"], self.total - self.total // 2)
        return report["newer"]

    def feed(self):
        return ["--url", f"http://{self.stack.address('gateway')}",
                "--credentials", self.stack.path("credentials.json"), "--total", str(self.total), "--newer", self.ids]

    def test_kafkajs(self):
        found = self.reads_everything("node", "kafka.mjs", "--brokers", self.kafka, "--newer", self.ids)
        for event in self.newer:
            self.assertRegex(found[event["id"]], event["type"] + r", [1-9]\d* bytes")

    def test_the_java_client(self):
        jars = os.path.join(self.deps, "kafka/*")
        quiet = "-Dorg.slf4j.simpleLogger.defaultLogLevel=error"
        found = self.reads_everything("java", quiet, "-cp", jars, "Reader.java", self.kafka, self.ids)
        self.assertEqual(found, len(self.newer))

    def test_server_sent_events(self):
        found = self.reads_everything("node", "sse.mjs", *self.feed())
        kind, value = (json.loads(found[event["id"]]) for event in self.newer)
        # A kind that the gateway does not know comes as its bytes, an enum value as its number.
        self.assertEqual(sorted(kind), ["@type", "value"])
        self.assertTrue(kind["value"])
        self.assertIn("999", json.dumps(value))

    def test_grpc_from_the_published_protos(self):
        address = f"127.0.0.1:{self.stack.port('gateway') + 2}"
        found = self.reads_everything("node", "grpc.mjs", *self.feed(), "--grpc", address,
                                      "--googleapis", os.path.join(self.deps, "googleapis"))
        kind, value = (json.loads(found[event["id"]]) for event in self.newer)
        # Every byte arrives, also of what neither the gateway nor this reader has a name for.
        self.assertEqual((kind["kind"], kind["bytes"]), ("", self.newer[0]["bytes"]))
        self.assertEqual((value["kind"], value["bytes"]), ("consentGranted", self.newer[1]["bytes"]))
        self.assertEqual(value["known"]["consentGranted"]["terms"]["channel"], 999)

    def test_our_own_consumers_take_newer_events(self):
        for service in ("interaction", "campaign"):
            for event in self.newer:
                with self.subTest(service, type=event["type"]):
                    where = f"tenant_id = '{event['tenant']}' AND subject = '{event['subject']}'"
                    version = f"SELECT count(*) FROM applied_version WHERE {where} AND version = 1"
                    wait_until("it is applied", lambda s=service, q=version: self.stack.count(s, q) > 0, 60)
                    self.assertEqual(self.stack.count(service, f"SELECT count(*) FROM parked_subject WHERE {where}"), 0)


class QuickStartTest(StackCase):
    """Each prints ten events within 30 seconds of its start, with nothing but its language."""

    def prints_events(self, name, command):
        environment = {**os.environ, "VEFA_URL": f"http://{self.stack.address('gateway')}",
                       "VEFA_CREDENTIALS": self.stack.path("credentials.json")}
        lines = queue.Queue()
        with tempfile.TemporaryFile("w+") as complaints:
            started = time.monotonic()
            run = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=complaints,
                                   text=True)
            reader = threading.Thread(target=lambda: [lines.put(line) for line in run.stdout], daemon=True)
            reader.start()
            try:
                said = []
                while len(said) < EVENTS_OF_A_QUICK_START:
                    said.append(lines.get(timeout=max(0.01, started + QUICK_START_SECONDS - time.monotonic())))
            except queue.Empty:
                complaints.seek(0)
                self.fail(f"{name}: {len(said)} events in {QUICK_START_SECONDS} s: {complaints.read()[-2000:]}")
            finally:
                seconds = time.monotonic() - started
                run.kill()
                run.wait()
                reader.join()
                run.stdout.close()
        for line in said:
            self.assertRegex(line, r"^[a-z]+\.[a-z]+ [a-zA-Z]+/\S+ [1-9]\d*$")
        up = self.stack.summary()["seconds"]["total"]
        print(f"quick start in {name}: {len(said)} events {seconds:.1f} s after its start; "
              f"with ./vefa up {up + seconds:.1f} s")

    def needs(self, program):
        path = shutil.which(program)
        if path is None:
            print(f"quick start skipped: {program} is not on this machine")
            self.skipTest(f"{program} is not on this machine")
        return path

    def test_python(self):
        self.prints_events("Python", [self.needs("python3"), "docs/events/read.py"])

    def test_node(self):
        self.prints_events("Node", [self.needs("node"), "docs/events/read.mjs"])

    def test_java(self):
        self.prints_events("Java", [self.needs("java"), "docs/events/Read.java"])

    def test_go(self):
        go = self.needs("go")
        # The first compilation on a machine takes Go's own library along; what is timed is the reader.
        with tempfile.TemporaryDirectory() as folder:
            reader = os.path.join(folder, "read")
            started = time.monotonic()
            run = subprocess.run([go, "build", "-o", reader, "docs/events/read.go"], cwd=ROOT, capture_output=True,
                                 text=True, timeout=COMPILE_SECONDS)
            self.assertEqual(run.returncode, 0, run.stderr)
            print(f"quick start in Go: compiled in {time.monotonic() - started:.1f} s")
            self.prints_events("Go", [reader])


if __name__ == "__main__":
    unittest.main()
