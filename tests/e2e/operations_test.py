"""What an operator does to events, verb by verb, on a platform that runs."""
import json
import unittest
import uuid

from case import OperatorCase
from stack import TOPIC_SERVICES
from waiting import NotInTime, wait_until

TIMELINE = "interaction.timeline.v1"
PROJECTIONS = (TIMELINE, "campaign.projection.v1", *(f"{service}.state.v1" for service in TOPIC_SERVICES))


class OperationsTest(OperatorCase):
    def test_a_paused_consumer_stands_and_goes_on(self):
        self.addCleanup(self.ctl, "consumer", "resume", TIMELINE)
        self.ctl("consumer", "pause", TIMELINE)
        self.assertIn("paused", self.line_of(TIMELINE))
        # It is noticed within a second or so: what was made before is still applied.
        contact = wait_until("nothing is applied any more", self.unapplied, 30)
        self.ctl("consumer", "resume", TIMELINE)
        self.until_entries(contact, 1)
        wait_until("nothing is paused", lambda: "paused" not in self.line_of(TIMELINE), 30)

    def unapplied(self):
        """A contact that is in the feed and on no timeline, or nothing."""
        contact = self.create()
        wait_until("the feed has it", lambda: self.stack.count(
            "gateway", f"SELECT count(*) FROM feed_event WHERE subject = '{contact}'") == 1, 60)
        try:
            wait_until("it is applied", lambda: self.entries(contact) == 1, 2)
        except NotInTime:
            return contact
        return None

    def line_of(self, consumer):
        return next(line for line in self.ctl("consumer", "list").splitlines() if consumer in line)

    def test_history_shows_a_contact_then_and_now(self):
        contact = self.create()
        self.consent(contact, "STATE_GRANTED", "2026-01-02T10:00:00Z")
        self.consent(contact, "STATE_WITHDRAWN", "2026-01-03T10:00:00Z")
        then = self.ctl("history", contact, "--version", "2")
        now = self.ctl("history", contact)
        self.assertIn("consent.granted", then)
        self.assertNotIn("consent.withdrawn", then)
        self.assertIn("consent.withdrawn", now)
        difference = self.ctl("history", contact, "--diff", "2", "3")
        self.assertIn("WITHDRAWN", difference)
        self.assertIn("GRANTED", difference)
        whole = json.loads(self.ctl("history", contact, "--json", "--open"))
        self.assertIn("operator/", json.dumps(whole))
        self.assertIn("SUBJECT_UNKNOWN", self.stack.vefactl("history", f"contacts/{uuid.uuid4()}").stderr)

    def test_projections_prove_themselves_and_are_built_anew(self):
        self.stack.wait_for_events()
        for consumer in PROJECTIONS:
            self.ctl("projection", "verify", consumer)
        self.ctl("projection", "rebuild", "contact.state.v1", "--from", "ledger")
        self.ctl("projection", "rebuild", TIMELINE, "--from", "kafka")
        # A row that nothing explains is found.
        self.stack.sql("contact", "UPDATE aggregate_state SET state = '\\x' WHERE subject ="
                                  " (SELECT min(subject) FROM aggregate_state WHERE NOT erased)")
        self.assertIn("1", self.ctl("projection", "verify", "contact.state.v1", code=1))
        self.ctl("projection", "rebuild", "contact.state.v1")
        self.ctl("projection", "verify", "contact.state.v1")
        for consumer in (TIMELINE, "contact.state.v1"):
            self.assertIn(consumer, self.ctl("projection", "list"))

    def test_the_doctor_finds_nothing(self):
        self.ctl("outbox", "kick")
        for service in TOPIC_SERVICES:
            self.assertIn(service, self.ctl("outbox", "stats"))
        self.ctl("topics", "diff", "--kafka", self.stack.address("kafka"))
        said = self.ctl("doctor")
        for consumer in PROJECTIONS:
            self.assertIn(f"{consumer} is what the ledgers say", said)


if __name__ == "__main__":
    unittest.main()
