"""docs/asyncapi.json is what the build makes of the contract, and a valid AsyncAPI 3 document."""
import os
import subprocess
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DOCUMENT = os.path.join(ROOT, "docs/asyncapi.json")
BUILT = os.path.join(os.environ.get("VEFA_BUILD", os.path.join(ROOT, "build")), "libs/catalog/asyncapi.json")
CLI = os.path.join(os.environ.get("VEFA_DEPS", os.path.join(ROOT, ".vefa/deps")), "asyncapi/node_modules/.bin/asyncapi")


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


class AsyncApiTest(unittest.TestCase):
    def test_the_document_is_current(self):
        self.assertEqual(read(DOCUMENT), read(BUILT), f"copy {BUILT} to docs/")

    def test_the_document_is_valid(self):
        run = subprocess.run([CLI, "validate", DOCUMENT, "--fail-severity=warn"], capture_output=True, text=True, timeout=120,
                             env={**os.environ, "CI": "true", "SUPPRESS_NO_CONFIG_WARNING": "1"})
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)

    def test_an_invalid_one_is_refused(self):
        broken = os.path.join(os.environ.get("TMPDIR", "/tmp"), f"asyncapi-{os.getpid()}.json")
        with open(broken, "w", encoding="utf-8") as file:
            file.write(read(DOCUMENT).replace('"action": "send"', '"action": "shout"'))
        try:
            run = subprocess.run([CLI, "validate", broken], capture_output=True, text=True, timeout=120)
            self.assertNotEqual(run.returncode, 0, run.stdout)
        finally:
            os.remove(broken)


if __name__ == "__main__":
    unittest.main()
