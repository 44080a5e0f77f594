"""The compose file: valid, as restricted as a cluster, and with the settings that the chart gives."""
import json
import os
import subprocess
import tempfile
import unittest

import jsonschema
import objects
import policies
import yaml
from schema_test import SCHEMAS

FOLDER = os.path.join(objects.ROOT, "deploy/compose")


class ComposeTest(unittest.TestCase):
    def setUp(self):
        with open(os.path.join(FOLDER, "compose.yaml"), encoding="utf-8") as file:
            # Merge keys (<<) are for the plain loader.
            self.file = yaml.safe_load(file)
        self.services = self.file["services"]
        self.ours = {name: one for name, one in self.services.items() if "/vefa-" in one["image"]}

    def test_the_file_is_valid(self):
        with open(os.path.join(SCHEMAS, "compose_spec.json"), encoding="utf-8") as file:
            schema = jsonschema.Draft7Validator(json.load(file))
        self.assertEqual([error.message for error in schema.iter_errors(self.file)], [])
        self.file["services"]["contact"]["readonly"] = True
        self.assertFalse(schema.is_valid(self.file))

    def test_every_service_has_the_settings_of_the_chart(self):
        pods = dict(objects.pods(objects.renders()["helm/rendered/plain.yaml"]))
        for name in objects.SERVICES:
            given = {one["name"] for one in pods[f"Deployment/vefa-{name}"]["spec"]["containers"][0]["env"]}
            self.assertEqual(set(self.services[name]["environment"]), given, name)

    def test_jobs_are_those_of_the_chart(self):
        for name in objects.SERVICES:
            self.assertEqual(self.services[f"migrate-{name}"]["command"], ["migrate", name])
            waits = self.services[name]["depends_on"]
            self.assertEqual(set(waits), {"topics", *(f"migrate-{each}" for each in objects.SERVICES)}, name)
            self.assertEqual({one["condition"] for one in waits.values()}, {"service_completed_successfully"})

    def test_ours_are_restricted_and_may_leave_in_peace(self):
        self.assertEqual(len(self.ours), 5 + 5 + 3)
        for name, one in self.ours.items():
            self.assertEqual((one["read_only"], one["cap_drop"], one["security_opt"]), (True, ["ALL"], ["no-new-privileges:true"]), name)
            self.assertNotIn("privileged", one)
            self.assertNotIn("user", one)  # The image's own is not root.
            if name in objects.SERVICES:
                notice = int(one["environment"]["VEFA_DRAIN_NOTICE_MS"]) / 1000
                self.assertGreaterEqual(int(one["stop_grace_period"].rstrip("s")), notice + policies.STOP_SECONDS)

    def test_every_image_is_pinned_and_every_door_is_this_machines(self):
        for name, one in self.services.items():
            tag = one["image"].replace("${VEFA_VERSION:-0.2.0}", "0.2.0").rsplit("/", 1)[1]
            self.assertRegex(tag, r"^[a-z-]+:v?[0-9.]+$", name)
            for port in one.get("ports", []):
                self.assertTrue(port.startswith("127.0.0.1:"), name)

    def test_secrets_are_files_that_are_made(self):
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(FOLDER, "secrets.sh"), "rb") as script, open(os.path.join(folder, "secrets.sh"), "wb") as copy:
                copy.write(script.read())
            said = [subprocess.run(["bash", os.path.join(folder, "secrets.sh")], check=True, capture_output=True, text=True).stdout
                    for _ in range(2)]
            self.assertEqual(said[0], said[1])
            for name, secret in self.file["secrets"].items():
                self.assertTrue(os.path.getsize(os.path.join(folder, secret["file"])) > 0, name)
            with open(os.path.join(folder, ".env"), encoding="utf-8") as file:
                made = {line.split("=")[0] for line in file}
        text = json.dumps(self.file)
        for variable in ("VEFA_DATABASE_PASSWORD", "VEFA_TENANT_ID"):
            self.assertIn(variable, made)
            self.assertIn("${" + variable + "}", text)
        for name, one in self.ours.items():
            files = {value for key, value in one.get("environment", {}).items() if key.endswith("_KEY_FILE")}
            self.assertTrue(files <= {f"/run/secrets/{secret}" for secret in one.get("secrets", [])}, name)
            self.assertTrue(set(one.get("secrets", [])) <= set(self.file["secrets"]), name)


if __name__ == "__main__":
    unittest.main(verbosity=2)
