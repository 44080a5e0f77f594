"""No name and no address in a log, and none of the demo's text in what readers may keep."""
import glob
import os
import re
import unittest

from case import StackCase

# The sign-in address of an installation stands in no service's log either.
ADDRESS = re.compile(rb"[\w.+-]+@[\w-]+\.[\w.-]+")


class PrivacyTest(StackCase):
    def test_no_personal_data_in_the_logs(self):
        names = sorted({contact["displayName"].encode() for contact in self.admin.all_pages("/v1/contacts", "contacts")
                        if contact["source"] == "cdnow"})
        anyone = re.compile(b"|".join(re.escape(name) for name in names))
        logs = [path for path in glob.glob(self.stack.path("logs", "*.log*")) if os.path.getsize(path) > 0]
        self.assertGreaterEqual(len(logs), 6)
        for path in logs:
            with open(path, "rb") as file:
                for number, line in enumerate(file, 1):
                    place = f"{os.path.basename(path)}:{number}"
                    self.assertIsNone(ADDRESS.search(line), f"{place} holds an address")
                    self.assertIsNone(anyone.search(line), f"{place} holds a name")

    def test_events_over_sse_hold_none_either(self):
        run = self.stack.vefactl("events", "tail", "--count", "50", seconds=60)
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual(len(run.stdout.splitlines()), 50)
        self.assertIsNone(ADDRESS.search(run.stdout.encode()))


if __name__ == "__main__":
    unittest.main()
