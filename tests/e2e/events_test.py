"""A foreign Kafka client reads all topics from zero: complete, in order, as recorded."""
import json
import os
import subprocess
import unittest

from case import StackCase
from expected import TOPICS
from stack import ROOT, TOPIC_SERVICES


class EventsTest(StackCase):
    def test_a_foreign_reader_sees_each_fact_as_recorded(self):
        self.stack.wait_for_events()
        names = sorted({contact["displayName"] for contact in self.admin.all_pages("/v1/contacts", "contacts")
                        if contact["source"] == "cdnow"})
        self.assertGreater(len(names), 1000)
        forbidden = self.stack.path("forbidden.json")
        with open(forbidden, "w", encoding="utf-8") as file:
            json.dump([*names, "cdnow.example"], file)
        run = subprocess.run(["node", os.path.join(ROOT, "tests/stack/topics.mjs"), self.stack.address("kafka"), forbidden],
                             capture_output=True, text=True, timeout=120)
        self.assertTrue(run.stdout, run.stderr)
        report = json.loads(run.stdout)
        self.assertEqual(report["problems"], [])
        print(json.dumps(report["topics"]))
        for service, topic in zip(TOPIC_SERVICES, TOPICS):
            with self.subTest(topic):
                seen = report["topics"][topic]
                recorded = dict(self.stack.sql(service, "SELECT event_type, count(*) FROM event_log GROUP BY 1"))
                self.assertEqual(seen["distinct"], sum(map(int, recorded.values())))
                self.assertEqual(seen["repeats"], 0, "nothing was restarted, so nothing was published twice")
                self.assertEqual(seen["types"], {kind: int(count) for kind, count in recorded.items()})
                subjects = self.stack.count(service, "SELECT count(DISTINCT (tenant_id, subject)) FROM event_log")
                self.assertEqual(seen["subjects"], subjects)


if __name__ == "__main__":
    unittest.main()
