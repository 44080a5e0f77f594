"""An import whose sender and whose service are killed at random. After the clients: what a killed relay sends twice they do not expect."""
import os
import random
import unittest

from case import StackCase
from waiting import wait_until

# More of them for a figure, for example 1,000,000.
ROWS = int(os.environ.get("VEFA_IMPORT_ROWS", "8000"))


class ImportKillTest(StackCase):
    def test_killed_at_random_nothing_is_lost_or_twice(self):
        path = self.stack.path("killed.csv")
        rows = ROWS
        with open(path, "w", encoding="utf-8") as file:
            file.write("external_id,display_name,email\n")
            file.writelines(f"kill/{i},Person {i},kill.{i}@import.example\n" for i in range(rows))
        events = self.stack.count("contact", "SELECT count(*) FROM event_log")
        run = self.stack.start_vefactl("import", "contacts", path)
        name = run.stdout.readline().split(":")[0]
        chance = random.Random(18)
        on_the_way = 0

        def created():
            look = self.admin.get(f"/v1/{name}")
            return int(look.json.get("counts", {}).get("created", 0)) if look.status == 200 else 0

        for kill, at in enumerate(sorted(chance.sample(range(1, rows), 10))):
            wait_until(f"{at} people are in", lambda: created() >= at, 60 + rows / 1000)
            on_the_way += created() < rows
            if kill % 3 == 2:
                self.stack.kill("contact")
            else:
                run.kill()
                run.communicate()
                run = self.stack.start_vefactl("import", "contacts", path, "--resume", name)
        out, err = run.communicate(timeout=120 + rows / 1000)
        self.assertEqual(run.returncode, 0, out + err)
        print(f"{name}: {on_the_way} of 10 kills while it was on its way")
        self.assertGreater(on_the_way, 0)
        ended = self.admin.good("GET", f"/v1/{name}")
        self.assertEqual((ended["state"], int(ended["counts"]["created"])), ("STATE_COMPLETED", rows), ended)
        self.assertEqual(self.stack.sql("contact", "SELECT count(*), max(version) FROM contact WHERE external_id LIKE 'kill/%'"),
                         [[str(rows), "1"]])
        self.assertEqual(self.stack.count("contact", "SELECT count(*) FROM event_log") - events, rows)


if __name__ == "__main__":
    unittest.main()
