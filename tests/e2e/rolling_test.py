"""Replicas of a service come and go under load: each gets its share, and no call is lost."""
import json
import signal
import subprocess
import unittest

from case import StackCase
from replica import READY_SECONDS, Replica
from waiting import wait_until

RESTARTS = 10
# Of each replica between its start and its end.
CALLS_EACH = 10_000
STARTED = 'grpc_server_call_started_total{grpc_method="vefa.contact.v1.ContactService/GetContact"}'


class RollingTest(StackCase):
    def test_ten_rolling_restarts_lose_no_call(self):
        replicas = {number: self.replica(number) for number in (2, 3)}
        self.addCleanup(lambda: [each.process.poll() is None and each.process.kill() for each in replicas.values()])
        calls = self.calls(replicas.values())
        self.addCleanup(lambda: calls.poll() is None and calls.kill())
        for restart in range(RESTARTS):
            number = 2 + restart % 2
            # As a rollout does that waits until what is new has proven itself (minReadySeconds).
            for replica in replicas.values():
                self.has_its_share(replica)
            replicas[number].end(signal.SIGTERM)
            self.assertEqual(replicas[number].process.returncode, 0)
            replicas[number] = self.replica(number)
        for replica in replicas.values():
            self.has_its_share(replica)
        calls.terminate()
        out, err = calls.communicate(timeout=60)
        told = json.loads(out)
        self.assertEqual(told["failed"], 0, out + err)
        self.assertGreaterEqual(told["calls"], RESTARTS * CALLS_EACH)

    def replica(self, number):
        replica = Replica(self.stack, "contact", number, VEFA_DRAIN_NOTICE_MS="500")
        wait_until("the replica is ready", replica.ready, READY_SECONDS)
        return replica

    def has_its_share(self, replica):
        wait_until("the replica has its share", lambda: replica.metric(STARTED) >= CALLS_EACH, 60)

    def calls(self, replicas):
        """A process that calls them all the time."""
        words = self.stack.caller(self.contact(1)["name"], "ipv4:" + ",".join(each.address for each in replicas))
        return subprocess.Popen(words, env=self.stack.caller_environment(), text=True, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE)


if __name__ == "__main__":
    unittest.main(verbosity=2)
