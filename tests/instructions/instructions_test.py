"""Instructions of each inner loop, counted by callgrind, against instructions.json: a ratchet. Counts do not depend on how busy
the machine is. More than a tenth above fails; what became cheaper is to be kept with VEFA_WRITE_DOCS=1."""
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest

KEPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "instructions.json")
TIMES = 1000
# Addresses, and with them hashes, differ from run to run, and libraries choose by what the processor can.
WORSE = 1.10
BETTER = 0.90


def count(name):
    """Instructions of one turn of a loop."""
    with tempfile.TemporaryDirectory() as folder:
        run = subprocess.run(["valgrind", "--tool=callgrind", "--collect-atstart=no", "--toggle-collect=vefa::instructions::Loop*",
                              f"--callgrind-out-file={folder}/out", PROGRAM, name], capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stderr
    collected = int(re.search(r"Collected : (\d+)", run.stderr).group(1))
    assert collected > TIMES, f"nothing was counted of {name}"
    return collected // TIMES


class InstructionsTest(unittest.TestCase):
    def test_no_loop_became_dearer(self):
        names = subprocess.run([PROGRAM], capture_output=True, text=True, check=True, timeout=60).stdout.split()
        counts = {name: count(name) for name in names}
        if os.environ.get("VEFA_WRITE_DOCS"):
            with open(KEPT, "w", encoding="utf-8") as file:
                file.write(json.dumps(counts, indent=2) + "\n")
        with open(KEPT, encoding="utf-8") as file:
            kept = json.load(file)
        for name, now in counts.items():
            print(f"{name:<18} {now:>8} instructions, kept {kept.get(name)}")
        self.assertEqual(set(counts), set(kept), "write instructions.json anew: VEFA_WRITE_DOCS=1 ./vefa test unit")
        for name, now in counts.items():
            with self.subTest(name):
                self.assertLessEqual(now, kept[name] * WORSE, "dearer than it was; make it cheaper, or say in the commit why it must be so")
                self.assertGreaterEqual(now, kept[name] * BETTER, "cheaper than it was: keep that, VEFA_WRITE_DOCS=1 ./vefa test unit")


if __name__ == "__main__":
    PROGRAM = sys.argv.pop(1)
    unittest.main(verbosity=2)
