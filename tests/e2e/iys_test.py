"""Turkey's register of consents: told within its term, heard, compared; a commercial message waits for it."""
import json
import signal
import subprocess
import unittest
import urllib.request
import uuid

from case import OperatorCase
from stack import program
from waiting import wait_until


class IysTest(OperatorCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.start_sandbox()
        cls.addClassCleanup(cls.stop_sandbox)
        cls.purpose = f"iys-{uuid.uuid4().hex[:8]}"
        cls.admin.good("POST", "/v1/purposes", {"code": cls.purpose, "title": "Kampanya", "lawfulBasis": "LAWFUL_BASIS_CONSENT",
                                                "isCommercial": True})

    @classmethod
    def start_sandbox(cls):
        words = [program("vefa-iys-sandbox"), "--port", str(cls.stack.port("iys")), "--lag", "0"]
        cls.sandbox = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
        cls.sandbox.stdout.readline()

    @classmethod
    def stop_sandbox(cls):
        cls.admin.good("PATCH", "/v1/iysAccount", cls.account(enabled=False))
        cls.sandbox.send_signal(signal.SIGTERM)
        cls.sandbox.wait(20)
        cls.sandbox.stdout.close()

    @staticmethod
    def account(enabled=True):
        return {"iysCode": "600", "brandCode": "700", "username": "vefa", "password": "parola", "master": "MASTER_VEFA", "enabled": enabled}

    def say(self, email, status):
        body = {"recipient": email, "recipientType": "BIREYSEL", "type": "EPOSTA", "status": status}
        request = urllib.request.Request(f"http://{self.stack.address('iys')}/sandbox/say", json.dumps(body).encode(), method="POST")
        urllib.request.urlopen(request, timeout=10).read()

    def person(self, email):
        body = {"externalId": f"iys/{uuid.uuid4()}", "displayName": "Ayşe", "email": email, "country": "TR", "language": "tr"}
        contact = self.admin.good("POST", f"/v1/contacts?requestId={uuid.uuid4()}", body)["name"]
        said = {"purpose": self.purpose, "channel": "CHANNEL_EMAIL", "state": "STATE_GRANTED", "source": "e2e", "captureSource": "HS_WEB",
                "occurTime": self.time(-60)}
        self.admin.good("POST", f"/v1/{contact}/consents?requestId={uuid.uuid4()}", said)
        return contact

    @staticmethod
    def time(seconds):
        return subprocess.run(["date", "-u", "-d", f"{seconds} seconds", "+%Y-%m-%dT%H:%M:%SZ"], check=True, text=True,
                              stdout=subprocess.PIPE).stdout.strip()

    def why(self, contact):
        question = {"contact": contact, "purpose": self.purpose, "channel": "CHANNEL_EMAIL"}
        return self.admin.good("POST", "/v1/consents:check", {"questions": [question]})["decisions"][0]["reason"]

    def entry(self, contact):
        entries = self.admin.good("GET", f"/v1/iysEntries?contact={contact}").get("entries", [])
        return entries[0] if entries else {"state": ""}

    def test_the_register_and_the_record_are_kept_the_same(self):
        mark = uuid.uuid4().hex[:8]
        told, left = f"told-{mark}@deniz.example", f"left-{mark}@deniz.example"
        agreed, refuses = self.person(told), self.person(left)
        self.assertEqual(self.why(agreed), "REASON_GRANTED")
        # She agreed here, and has refused at the register since.
        self.say(left, "ONAY")
        self.say(left, "RET")
        kept = self.admin.good("PATCH", "/v1/iysAccount", self.account())
        self.assertNotIn("parola", json.dumps(kept))
        wait_until("who agreed is registered", lambda: self.entry(agreed)["state"] == "STATE_REGISTERED", 60)
        self.assertEqual(self.why(agreed), "REASON_GRANTED")
        wait_until("a refusal at the register is heard", lambda: self.why(refuses) == "REASON_WITHDRAWN", 60)
        log = self.admin.good("GET", f"/v1/{refuses}/consents")["log"]
        self.assertEqual([log[-1]["state"], log[-1]["captureSource"]], ["STATE_WITHDRAWN", "IYS_WEB"])

        # The register is away, and the service is killed meanwhile: what was said then is passed on afterwards.
        self.sandbox.send_signal(signal.SIGSTOP)
        late = self.person(f"late-{mark}@deniz.example")
        self.assertEqual(self.why(late), "REASON_NOT_REGISTERED")
        wait_until("it waits", lambda: self.entry(late)["state"] == "STATE_WAITING", 60)
        self.stack.kill("contact")
        self.sandbox.send_signal(signal.SIGCONT)
        wait_until("it is registered in the end", lambda: self.registered(late), 240)

        self.assertIn("0 refused", self.ctl("iys", "status"))
        self.assertIn(agreed, self.ctl("iys", "list", "--state", "registered"))
        self.assertIn("0 differ", self.stack.vefactl("iys", "compare").stdout)
        self.say(told, "RET")
        compared = self.stack.vefactl("iys", "compare")
        self.assertIn("1 differ", compared.stdout)
        self.assertIn(agreed, compared.stdout)
        self.assertEqual(self.why(agreed), "REASON_WITHDRAWN")

    def registered(self, contact):
        answer = self.admin.call("GET", f"/v1/iysEntries?contact={contact}")
        entries = answer.json.get("entries", []) if answer.status == 200 else []
        return bool(entries) and entries[0]["state"] == "STATE_REGISTERED"


if __name__ == "__main__":
    unittest.main()
