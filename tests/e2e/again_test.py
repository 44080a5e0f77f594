"""A second `./vefa up`: within 20 seconds, nothing imported or sent twice, the same summary."""
import time
import unittest

from case import StackCase
from expected import without_seconds
from stack import TOPIC_SERVICES

SECONDS_MAX = 20


class AgainTest(StackCase):
    def facts(self):
        return {service: self.stack.count(service, "SELECT count(*) FROM event_log") for service in TOPIC_SERVICES}

    def test_again_changes_nothing(self):
        summary, facts, mails, pids = self.stack.summary(), self.facts(), len(self.stack.sent()), self.stack.pids()
        started = time.monotonic()
        self.stack.up()
        took = time.monotonic() - started
        print(f"./vefa up again: {took:.1f} s")
        self.assertEqual(without_seconds(self.stack.summary()), without_seconds(summary))
        self.assertEqual(self.facts(), facts)
        self.assertEqual(len(self.stack.sent()), mails)
        self.assertEqual(self.stack.pids(), pids, "nothing was restarted")
        self.assertLessEqual(took, SECONDS_MAX)


if __name__ == "__main__":
    unittest.main()
