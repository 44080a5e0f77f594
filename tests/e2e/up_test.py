"""`./vefa up` on an empty state: ends well, and the summary holds the expected figures."""
import time
import unittest

from case import STACK, Stack
from expected import SECONDS, differences


class UpTest(unittest.TestCase):
    def test_up_ends_with_the_summary(self):
        stack = Stack(STACK)
        stack.vefa("down", "--wipe")
        started = time.monotonic()
        said = stack.up()
        print(f"./vefa up on an empty state: {time.monotonic() - started:.1f} s")
        summary = stack.summary()
        self.assertEqual(differences(summary), [])
        self.assertEqual(tuple(summary["seconds"]), SECONDS)
        for figure in ("2,357", "6,919", "393", "314"):
            self.assertIn(figure, said)
        self.assertIn(f"http://{stack.address('gateway')}", said)
        self.assertEqual(stack.status()["state"], "up")


if __name__ == "__main__":
    unittest.main()
