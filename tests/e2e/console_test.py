"""The console on the real stack in a real browser: both languages, themes, widths, keyboard, figures."""
import os
import subprocess
import unittest

from case import StackCase
from stack import ROOT


class ConsoleTest(StackCase):
    def test_the_console_shows_what_the_platform_knows(self):
        out = self.stack.path("screenshots")
        run = subprocess.run(["node", os.path.join(ROOT, "tests/e2e/console.mjs"), self.stack.state, out],
                             capture_output=True, text=True, timeout=240)
        self.assertEqual(run.returncode, 0, (run.stdout[-2000:], run.stderr[-6000:]))
        print(run.stdout.splitlines()[-1])
        self.assertGreater(len(os.listdir(out)), 4)


if __name__ == "__main__":
    unittest.main()
