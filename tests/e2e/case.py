"""The base of every e2e test: the one stack that e2e_up brought up."""
import os
import sys
import unittest
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "stack"))
from stack import Stack  # noqa: E402
from waiting import wait_until  # noqa: E402

STACK = "e2e"
PURPOSE = "win-back"


class StackCase(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.stack = Stack(STACK)
        cls.admin = cls.stack.admin()

    def contact(self, n):
        """Customer n of the sample."""
        found = self.admin.good("POST", "/v1/contacts:batchGet", {"externalIds": [f"cdnow/{n}"]})["contacts"]
        self.assertEqual(len(found), 1, f"cdnow/{n}")
        return found[0]

    def refused(self, answer, status, code, reason):
        """The right status, the canonical code, a reason for machines and a sentence for people."""
        self.assertEqual((answer.status, answer.code, answer.reason), (status, code, reason), answer.body[:500])
        self.assertGreater(len(answer.json["detail"]), 10)
        return answer

    def submit(self, contact, key):
        """Asks for one message to a contact; the gate's decision."""
        texts = {"en": {"subject": "Hello", "text": "Hello {{contact.display_name}} {{unsubscribe_url}}"}}
        body = {"originator": "campaigns/e2e", "purpose": PURPOSE, "channel": "CHANNEL_EMAIL",
                "content": {"texts": texts, "title": "e2e"}, "messages": [{"sendKey": key, "contact": contact}]}
        return self.admin.good("POST", "/v1/messages:submit", body)["decisions"][0]


class OperatorCase(StackCase):
    """Somebody with `vefactl` and the platform's first user."""

    def ctl(self, *words, code=0):
        run = self.stack.vefactl(*words)
        self.assertEqual(run.returncode, code, f"{words}: {run.stdout}{run.stderr}")
        return run.stdout

    def create(self):
        body = {"externalId": f"operator/{uuid.uuid4()}", "displayName": "Person"}
        return self.admin.good("POST", f"/v1/contacts?requestId={uuid.uuid4()}", body)["name"]

    def consent(self, contact, state, time):
        body = {"purpose": PURPOSE, "channel": "CHANNEL_EMAIL", "state": state, "source": "e2e", "occurTime": time}
        self.admin.good("POST", f"/v1/{contact}/consents?requestId={uuid.uuid4()}", body)

    def entries(self, contact):
        return len(self.admin.good("GET", f"/v1/{contact}/timeline?pageSize=100")["entries"])

    def until_entries(self, contact, count):
        wait_until(f"{count} entries of {contact}", lambda: self.entries(contact) == count, 60)
