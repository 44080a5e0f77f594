"""A hard bounce: recorded with its reply, and nobody is written to there again."""
import unittest

from case import PURPOSE, StackCase
from waiting import wait_until


class BounceTest(StackCase):
    def test_a_hard_bounce_suppresses(self):
        bounced = self.admin.good("GET", "/v1/messages?originator=campaigns/win-back&state=STATE_BOUNCED&pageSize=100")["messages"]
        self.assertEqual(len(bounced), 14)
        for message in bounced:
            self.assertTrue(message["reply"].startswith("550 5.1.1"), message["reply"])
        contact = bounced[0]["contact"]
        suppressions = self.admin.good("GET", f"/v1/{contact}/suppressions")["suppressions"]
        self.assertEqual([(one["reason"], one["purpose"]) for one in suppressions], [("HARD_BOUNCE", "")])

        sent = len(self.stack.sent())
        decision = self.submit(contact, "e2e/after-bounce")
        self.assertEqual((decision["accepted"], decision["reason"]), (False, "SUPPRESSED"))
        again = self.submit(contact, "e2e/after-bounce")
        self.assertEqual(again, decision, "the same key gets the first decision")
        self.assertEqual(len(self.stack.sent()), sent)

        def bounce_on_timeline():
            entries = self.admin.good("GET", f"/v1/{contact}/timeline?pageSize=1000")["entries"]
            return [entry for entry in entries if entry["kind"] == "KIND_MESSAGE_BOUNCED"]

        def suppressed_in_contact():
            body = {"contacts": [contact], "purpose": PURPOSE, "channel": "CHANNEL_EMAIL"}
            return self.admin.good("POST", "/v1/contacts:batchGetRecipients", body)["recipients"][0]["suppressed"]

        wait_until("contact suppresses the address for every sender", suppressed_in_contact, 30)

        entry = wait_until("the bounce is on the timeline", bounce_on_timeline, 30)[0]
        self.assertIn("550", entry["facts"]["reply"])

    def test_the_sink_took_each_message_once(self):
        mails = self.stack.sent()
        self.assertEqual(len({mail["message_id"] for mail in mails}), len(mails))
        self.assertEqual([mail for mail in mails if mail.get("again")], [])
        self.assertEqual([mail for mail in mails if mail["rcpt"].startswith("gone.")], [])
        states = dict(self.stack.sql("notification", "SELECT originator, count(*) FROM message GROUP BY 1"))
        self.assertEqual(states["campaigns/win-back"], "393")


if __name__ == "__main__":
    unittest.main()
