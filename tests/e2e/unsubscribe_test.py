"""The unsubscribe link of a message that was really sent: POST only, twice the same, and it counts."""
import http.client
import unittest
from contextlib import closing
from email.header import decode_header, make_header
from urllib.parse import urlsplit

from case import PURPOSE, StackCase
from waiting import wait_until


class UnsubscribeTest(StackCase):
    def fetch(self, method, url, body=None):
        parts = urlsplit(url)
        form = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
        with closing(http.client.HTTPConnection(parts.netloc, timeout=20)) as connection:
            connection.request(method, parts.path, body, form)
            response = connection.getresponse()
            return response.status, dict(response.getheaders()), response.read().decode()

    def consent(self, contact):
        states = self.admin.good("GET", f"/v1/{contact}/consents")["states"]
        return next(one for one in states if one["purpose"] == PURPOSE)

    def test_every_mail_offers_the_way_out(self):
        mails = self.stack.sent()
        self.assertGreater(len(mails), 0)
        for mail in mails:
            self.assertEqual(mail["list_unsubscribe_post"], "List-Unsubscribe=One-Click")
            self.assertIn(f"<http://{self.stack.address('gateway')}/u/", mail["list_unsubscribe"])
        self.assertEqual(len({mail["list_unsubscribe"] for mail in mails}), len(mails), "a token is of one message")

    def test_both_languages_were_written(self):
        for mail in self.stack.sent():
            if not mail["rcpt"].endswith("@cdnow.example"):
                continue
            n = int(mail["rcpt"].split("@")[0].rsplit(".", 1)[1])
            subject = str(make_header(decode_header(mail["subject"])))
            self.assertIn("Sizi özledik" if n % 2 == 0 else "We have missed you", subject, mail["rcpt"])

    def test_unsubscribe(self):
        mail = next(mail for mail in self.stack.sent() if mail["rcpt"].startswith("customer."))
        contact = self.contact(int(mail["rcpt"].split("@")[0].split(".")[1]))["name"]
        url = mail["list_unsubscribe"].split("<", 1)[1].split(">", 1)[0]
        if self.consent(contact)["state"] != "STATE_GRANTED":
            self.fail("this contact was unsubscribed before; run the suite on a fresh stack")

        for _ in range(2):
            status, headers, page = self.fetch("GET", url)
            self.assertEqual(status, 200)
            self.assertIn("<form", page)
            self.assertIn("default-src 'none'", headers["Content-Security-Policy"])
        self.assertEqual(self.consent(contact)["state"], "STATE_GRANTED", "GET changes nothing")

        for _ in range(2):
            status, _, _ = self.fetch("POST", url, "List-Unsubscribe=One-Click")
            self.assertEqual(status, 200)
        consent = wait_until("contact hears of it", lambda: (one := self.consent(contact))["state"] == "STATE_WITHDRAWN" and one, 30)
        self.assertTrue(consent["source"])
        self.assertNotIn("<form", self.fetch("GET", url)[2], "the page says that it is done")

        log = self.admin.good("GET", f"/v1/{contact}/consents")["log"]
        self.assertEqual([one["state"] for one in log if one["purpose"] == PURPOSE], ["STATE_GRANTED", "STATE_WITHDRAWN"])
        decision = self.submit(contact, "e2e/after-unsubscribe")
        self.assertFalse(decision["accepted"])
        self.assertIn(decision["reason"], ("CONSENT_WITHDRAWN", "SUPPRESSED"))

        def kinds():
            entries = self.admin.good("GET", f"/v1/{contact}/timeline?pageSize=1000")["entries"]
            return {entry["kind"] for entry in entries}

        wanted = {"KIND_ORDER", "KIND_CONTACT_CREATED", "KIND_CONSENT_GRANTED", "KIND_MESSAGE_ACCEPTED", "KIND_MESSAGE_DELIVERED",
                  "KIND_UNSUBSCRIBED", "KIND_CONSENT_WITHDRAWN", "KIND_MESSAGE_REFUSED"}
        wait_until("the timeline tells the whole story", lambda: wanted <= kinds(), 30)

    def test_a_link_that_nobody_was_given(self):
        base = f"http://{self.stack.address('gateway')}/u/"
        for token in ("x", "A" * 64, "A" * 2000, "%00", "..%2f.."):
            for method in ("GET", "POST"):
                self.assertEqual(self.fetch(method, base + token)[0], 404, (method, token))


if __name__ == "__main__":
    unittest.main()
