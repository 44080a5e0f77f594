"""Every RPC of every service, as every kind of caller."""
import os
import subprocess
import unittest
import uuid

from case import StackCase
from stack import TOPIC_SERVICES, program

ELSEWHERE = "0198f2a4-0000-7000-8000-000000000002"


class PermissionsTest(StackCase):
    def records(self, word):
        """One of each kind, by name, with a word in it that stands nowhere else: not in a name, which an answer may repeat."""
        def made(path, body):
            return self.admin.good("POST", f"/v1/{path}", body)["name"]

        person = made("contacts", {"externalId": f"{word}/1", "displayName": f"Ada {word}", "email": f"{word}@deniz.example"})
        company = made("organizations", {"legalName": f"{word} Ltd"})
        columns = [{"column": name, "field": name} for name in ("external_id", "display_name")]
        return [person, company,
                made(f"{person}/points", {"kind": "KIND_SOCIAL", "value": f"instagram:{word}"}),
                made("affiliations", {"contact": person, "organization": company, "role": "employee", "title": word}),
                made("notes", {"about": person, "text": f"She said {word}."}),
                made("imports", {"title": word, "columns": columns, "match": "MATCH_EXTERNAL_ID", "policy": "POLICY_FILL"})]

    def elsewhere(self):
        template = f"postgresql://vefa_{{service}}_owner@{self.stack.address('postgres')}/vefa_{{service}}"
        run = self.stack.vefactl("tenants", "add", "strangers", "--id", ELSEWHERE, "--postgres", template)
        self.assertEqual(run.returncode, 0, run.stderr)

    def test_each_rpc_lets_in_whom_it_should_and_nobody_else(self):
        with open(self.stack.path("secrets/tenant"), encoding="utf-8") as file:
            tenant = file.read().strip()
        self.elsewhere()
        word = f"kanarya{uuid.uuid4().hex}"
        records = self.records(word)
        before = [self.admin.good("GET", f"/v1/{name}") for name in records[:2]]
        words = [program("vefa-permission-check"), tenant]
        words += [self.stack.address(name) for name in (*TOPIC_SERVICES, "gateway-grpc")]
        words += ["--stranger", ELSEWHERE, word, *records]
        environment = dict(os.environ, VEFA_PRINCIPAL_KEY_FILE=self.stack.path("secrets/principal_key"))
        run = subprocess.run(words, env=environment, capture_output=True, text=True, timeout=280)
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
        rpcs, calls = (int(part.split()[0]) for part in run.stdout.splitlines()[-1].split(", ")[:2])
        self.assertGreaterEqual(rpcs, 50)
        self.assertGreaterEqual(calls, (6 + len(records)) * rpcs)
        # Nor was anything done to what they named.
        self.assertEqual([self.admin.good("GET", f"/v1/{name}") for name in records[:2]], before)


if __name__ == "__main__":
    unittest.main(verbosity=2)
