"""Engines taken away one by one under a running platform, and given back. Services are not restarted."""
import time
import unittest

from case import StackCase
from waiting import wait_until


class EnginesTest(StackCase):
    def setUp(self):
        self.pids = self.stack.pids()

    def tearDown(self):
        for engine in ("postgres", "redis", "kafka"):
            if self.stack.pid(engine) == 0:
                self.stack.start(engine)
        wait_until("the platform answers again", lambda: self.admin.get("/v1/contacts?pageSize=1").status == 200, 60)
        self.assertEqual(self.stack.pids(), self.pids, "no service was restarted")

    def test_redis_is_missed_by_nobody(self):
        self.stack.stop("redis")
        fresh = self.stack.admin()
        started = time.monotonic()
        self.assertEqual(fresh.good("GET", "/v1/contacts?pageSize=1")["totalSize"] > 0, True)
        print(f"a read without Redis: {1000 * (time.monotonic() - started):.0f} ms")
        self.assertEqual(self.admin.get("/v1/session").status, 200, "a session from before is still known")
        self.stack.start("redis")
        self.assertEqual(fresh.get("/v1/session").status, 200)

    def test_without_kafka_imports_go_on_and_events_follow(self):
        self.stack.wait_for_events()
        self.stack.stop("kafka")
        path = self.stack.path("kafka-down.csv")
        with open(path, "w", encoding="utf-8") as file:
            file.write("external_id,display_name\n" + "".join(f"kafka-down/{i},Person {i}\n" for i in range(1200)))
        run = self.stack.vefactl("import", "contacts", path)
        self.assertEqual(run.returncode, 0, run.stderr)
        pending = self.stack.count("contact", "SELECT count(*) FROM outbox_pending")
        self.assertEqual(pending, 1200)
        self.stack.start("kafka")
        started = time.monotonic()
        self.stack.wait_for_events()
        print(f"1,200 events followed {time.monotonic() - started:.1f} s after Kafka's start")

        def known():
            return self.admin.good("POST", "/v1/segments:count", {"predicate": {"all": {}}})["contactsKnown"]

        total = self.stack.count("contact", "SELECT count(*) FROM contact WHERE erase_time IS NULL"
                                             " AND tenant_id = (SELECT id FROM tenant WHERE slug = 'demo')")
        wait_until("campaign heard of everybody", lambda: int(known()) == total, 60)

    def test_postgresql_away_is_said_and_recovered_from(self):
        self.stack.stop("postgres")
        for path in ("/v1/contacts?pageSize=1", "/v1/segments", "/v1/scoringRuns", "/v1/messages"):
            answer = self.admin.get(path)
            self.assertEqual((answer.status, answer.code), (503, "UNAVAILABLE"), (path, answer.body[:300]))
            self.assertGreater(answer.json["retryAfterMs"], 0, path)
            self.assertIn("Retry-After", answer.headers, path)
        self.stack.start("postgres")
        started = time.monotonic()
        for path in ("/v1/contacts?pageSize=1", "/v1/segments", "/v1/scoringRuns", "/v1/messages"):
            wait_until(f"{path} answers again", lambda path=path: self.admin.get(path).status == 200, 60)
        print(f"everything answered {time.monotonic() - started:.1f} s after PostgreSQL's start")


if __name__ == "__main__":
    unittest.main()
