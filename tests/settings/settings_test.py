"""The command line of every service, and docs/settings.md, which is made from what they say of themselves."""
import os
import re
import subprocess
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BIN = os.path.join(os.environ["VEFA_BUILD"], "bin")
PAGE = os.path.join(ROOT, "docs/settings.md")
SERVICES = ("contact", "interaction", "campaign", "notification", "gateway")
HEAD = """# Settings

Every setting of every service, as `vefa-<service> --settings` says it. Settings come from the environment, and those it does not name from
the file of `VEFA_CONFIG_FILE`; an empty one counts as unset. `vefa-<service> --check` says whether they are right, every mistake at once,
and starts nothing (0, or 2). This page is written by `VEFA_WRITE_DOCS=1 ./vefa test unit`; without it the same test fails when it is
not what the programs say.

| setting | of | default | takes | what it is for |
|---|---|---|---|---|
"""


def run(service, *arguments, **settings):
    """A service with these settings and no others."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("VEFA_")}
    return subprocess.run([os.path.join(BIN, f"vefa-{service}"), *arguments], capture_output=True, text=True, timeout=60,
                          env={**environment, **settings})


def page():
    services = {}
    for service in SERVICES:
        said = run(service, "--settings")
        if said.returncode != 0:
            raise AssertionError(said.stderr)
        for line in said.stdout.splitlines():
            services.setdefault(tuple(line.split("\t")), []).append(service)
    text = HEAD
    for (name, default, takes, what), of in sorted(services.items()):
        who = "all" if len(of) == len(SERVICES) else ", ".join(of)
        text += f"| `{name}` | {who} | {default or 'none'} | {takes} | {what} |\n"
    return text


class CommandLineTest(unittest.TestCase):
    def test_the_page_is_what_the_programs_say(self):
        if os.environ.get("VEFA_WRITE_DOCS"):
            with open(PAGE, "w", encoding="utf-8") as file:
                file.write(page())
        with open(PAGE, encoding="utf-8") as file:
            self.assertEqual(file.read(), page(), "run `VEFA_WRITE_DOCS=1 ./vefa test unit` and commit docs/settings.md")

    def test_a_check_names_every_mistake_and_starts_nothing(self):
        for service in SERVICES:
            required = [line.split("\t")[0] for line in run(service, "--settings").stdout.splitlines()
                        if line.split("\t")[1] == "required"]
            self.assertGreater(len(required), 5, service)
            checked = run(service, "--check", VEFA_WORKERS="many", VEFA_WROKERS="8", VEFA_LOG_LEVEL="loud")
            self.assertEqual(checked.returncode, 2, service)
            for name in required:
                self.assertIn(f"{name} is not set", checked.stderr, service)
            self.assertIn("VEFA_WORKERS must be a whole number from 1 to 256", checked.stderr)
            self.assertIn("VEFA_LOG_LEVEL must be one of debug, info, warn, error", checked.stderr)
            self.assertIn("VEFA_WROKERS is not a setting of this program", checked.stderr)
            self.assertEqual(checked.stdout, "")

    def test_right_settings_from_a_file_with_secrets_in_files(self):
        with tempfile.TemporaryDirectory() as folder:
            def write(name, text):
                path = os.path.join(folder, name)
                with open(path, "w", encoding="utf-8") as file:
                    file.write(text)
                return path
            settings = {"VEFA_GRPC_ADDRESS": "127.0.0.1:1", "VEFA_OPS_ADDRESS": "127.0.0.1:2",
                        "VEFA_POSTGRES_FILE": write("service", "postgresql://a:b@127.0.0.1:3/c\n"),
                        "VEFA_POSTGRES_PUMP_FILE": write("pump", "postgresql://a:b@127.0.0.1:3/c\n"),
                        "VEFA_KAFKA_BROKERS": "127.0.0.1:4", "VEFA_PRINCIPAL_KEY_FILE": write("key", "ab" * 32)}
            config = write("config", "# Interaction.\n" + "".join(f"{name}={value}\n" for name, value in settings.items()))
            checked = run("interaction", "--check", VEFA_CONFIG_FILE=config)
            self.assertEqual((checked.returncode, checked.stderr), (0, ""))
            # The environment holds over the file; both forms of one secret are a mistake; so is what nobody reads.
            both = run("interaction", "--check", VEFA_CONFIG_FILE=config, VEFA_POSTGRES="postgresql://x@y/z")
            self.assertEqual(both.returncode, 2)
            self.assertIn("VEFA_POSTGRES and VEFA_POSTGRES_FILE are both set", both.stderr)
            write("config", "VEFA_WEB_ROT=x\nnonsense\n")
            wrong = run("interaction", "--check", VEFA_CONFIG_FILE=config, **settings)
            self.assertIn("VEFA_WEB_ROT of", wrong.stderr)
            self.assertRegex(wrong.stderr, re.escape(config) + ":2 must be")

    def test_a_version_and_no_other_argument(self):
        for service in SERVICES:
            self.assertRegex(run(service, "--version").stdout, rf"^vefa-{service} \d+\.\d+\.\d+\n$")
            unknown = run(service, "--serve")
            self.assertEqual(unknown.returncode, 2)
            self.assertIn("the argument --serve is unknown", unknown.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
