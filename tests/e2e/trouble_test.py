"""Records that are read again, published again, or no events at all: what an operator sees and does."""
import base64
import json
import os
import subprocess
import unittest
import uuid

from case import OperatorCase
from stack import ROOT
from waiting import wait_until

TIMELINE = "interaction.timeline.v1"
STRANGER = os.path.join(ROOT, "tests/chaos/long/topics.mjs")
NO_PROTOBUF = base64.b64encode(b"\xff" * 40).decode()


class TroubleTest(OperatorCase):
    def parked(self, consumer, subject):
        return self.stack.sql(consumer.split(".")[0], "SELECT kind, tenant_id FROM parked_subject"
                                                      f" WHERE consumer = '{consumer}' AND subject = '{subject}'")

    def fed(self):
        return self.stack.count("gateway", "SELECT count(*) FROM feed_event")

    def test_going_back_and_publishing_again_change_nothing(self):
        contact = self.create()
        self.consent(contact, "STATE_GRANTED", "2026-01-02T10:00:00Z")
        self.until_entries(contact, 2)
        self.stack.wait_for_events()
        lines, fed = self.stack.count("interaction", "SELECT count(*) FROM timeline_entry"), self.fed()
        self.ctl("consumer", "seek", TIMELINE, "--to", "earliest")
        self.assertIn("2 events", self.ctl("relay", "replay", "contact", "--subject", contact))
        self.stack.wait_for_events()
        fresh = self.create()
        self.until_entries(fresh, 1)
        self.assertEqual(self.stack.count("interaction", "SELECT count(*) FROM timeline_entry"), lines + 1)
        wait_until("the feed has what is new", lambda: self.fed() > fed, 60)
        self.assertEqual(self.fed(), fed + 1)

    def test_what_cannot_be_applied_is_shown_tried_again_and_given_up(self):
        subject, tenant = f"contacts/{uuid.uuid4()}", self.stack.sql("contact", "SELECT id FROM tenant WHERE slug = 'demo'")[0][0]
        life = self.stack.sql("contact", "SELECT incarnation FROM db_identity")[0][0]
        moment = "2026-11-01T00:00:00.000000Z"
        headers = {"ce_specversion": "1.0", "ce_id": str(uuid.uuid4()), "ce_source": f"/vefa/contact/{life}",
                   "ce_type": "contact.created", "ce_subject": subject, "ce_time": moment, "ce_recordedtime": moment,
                   "ce_aggversion": "1", "ce_tenantid": tenant, "ce_dataclassification": "pseudonymous",
                   "content-type": "application/protobuf", "ce_dataschema": "vefa.contact.v1.ContactEvent", "x-chaos": "1"}
        record = {"topic": "vefa.contact.v1", "key": f"{tenant}/{subject}", "value": NO_PROTOBUF, "headers": headers}
        subprocess.run(["node", STRANGER, self.stack.address("kafka"), "inject"], input=json.dumps([record]), text=True,
                       check=True, timeout=60)
        wait_until("it is parked", lambda: self.parked(TIMELINE, subject), 60)
        self.assertEqual(self.parked(TIMELINE, subject), [["POISON", tenant]])
        self.assertIn(subject, self.ctl("parked", "list"))
        shown = self.ctl("parked", "show", TIMELINE, subject)
        self.assertIn("contact.created", shown)
        self.assertIn("EVENT_MALFORMED", shown)
        # Others go on meanwhile, and trying again does not help it.
        self.until_entries(self.create(), 1)
        self.ctl("parked", "replay", TIMELINE, subject)
        attempts = f"SELECT attempts FROM parked_subject WHERE consumer = '{TIMELINE}' AND subject = '{subject}'"
        wait_until("it was tried", lambda: self.stack.sql("interaction", attempts) == [["1"]], 60)
        for consumer in (TIMELINE, "campaign.projection.v1", "contact.state.v1"):
            if wait_until(f"{consumer} came to it", lambda: self.parked(consumer, subject), 60):
                self.ctl("parked", "skip", consumer, subject, "--tenant", tenant, "--version", "1")
            wait_until(f"{consumer} gave it up", lambda: not self.parked(consumer, subject), 60)
        # What was given up stays to be seen among the records that are no events.
        self.assertIn("nothing is parked", self.ctl("parked", "list"))


if __name__ == "__main__":
    unittest.main()
