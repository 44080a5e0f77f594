"""Every RPC of every service, as every kind of caller."""
import os
import subprocess
import unittest

from case import StackCase
from stack import TOPIC_SERVICES, program


class PermissionsTest(StackCase):
    def test_each_rpc_lets_in_whom_it_should_and_nobody_else(self):
        with open(self.stack.path("secrets/tenant"), encoding="utf-8") as file:
            tenant = file.read().strip()
        words = [program("vefa-permission-check"), tenant]
        words += [self.stack.address(name) for name in (*TOPIC_SERVICES, "gateway-grpc")]
        environment = dict(os.environ, VEFA_PRINCIPAL_KEY_FILE=self.stack.path("secrets/principal_key"))
        run = subprocess.run(words, env=environment, capture_output=True, text=True, timeout=240)
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
        rpcs, calls = (int(part.split()[0]) for part in run.stdout.splitlines()[-1].split(", ")[:2])
        self.assertGreaterEqual(rpcs, 50)
        self.assertGreaterEqual(calls, 6 * rpcs)


if __name__ == "__main__":
    unittest.main(verbosity=2)
