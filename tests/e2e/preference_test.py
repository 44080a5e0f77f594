"""What people prefer, and addresses that are not to be written to, through the REST door."""
import http.client
import unittest
import uuid
from contextlib import closing
from datetime import datetime, timezone
from email.header import decode_header, make_header
from zoneinfo import ZoneInfo

from case import PURPOSE, StackCase
from waiting import wait_until


def now():
    return datetime.now(timezone.utc).isoformat()


class PreferenceTest(StackCase):
    def setUp(self):
        # What nobody else's test has.
        self.mark = uuid.uuid4().hex[:12]
        self.email = f"{self.mark}@tercih.example"

    def create(self, **more):
        body = {"externalId": f"preference/{uuid.uuid4()}", "displayName": "Ayşe", "email": self.email, **more}
        return self.admin.good("POST", "/v1/contacts", body)["name"]

    def agree(self, contact):
        self.admin.good("POST", f"/v1/{contact}/consents",
                        {"purpose": PURPOSE, "channel": "CHANNEL_EMAIL", "state": "STATE_GRANTED", "source": "form",
                         "occurTime": "2026-01-02T10:00:00Z"})

    def reason(self, contact):
        question = {"contact": contact, "purpose": PURPOSE, "channel": "CHANNEL_EMAIL"}
        return self.admin.good("POST", "/v1/consents:check", {"questions": [question]})["decisions"][0]["reason"]

    def recipient(self, contact):
        body = {"contacts": [contact], "purpose": PURPOSE, "channel": "CHANNEL_EMAIL"}
        return self.admin.good("POST", "/v1/contacts:batchGetRecipients", body)["recipients"][0]

    def found(self):
        body = {"questions": [{"kind": "KIND_EMAIL", "address": self.email.upper()}]}
        return self.admin.good("POST", "/v1/addressSuppressions:check", body)["answers"][0]

    def suits(self, contact, **more):
        body = {"questions": [{"contact": contact, "channel": "CHANNEL_EMAIL", **more}]}
        return self.admin.good("POST", "/v1/preferences:evaluate", body)["decisions"][0]

    def test_a_suppressed_address_is_not_written_to_until_it_is_lifted(self):
        contact = self.create()
        self.agree(contact)
        self.assertEqual(self.reason(contact), "REASON_GRANTED")
        body = {"kind": "KIND_EMAIL", "address": self.email, "reason": "REASON_COMPLAINT", "source": "test"}
        made = self.admin.good("POST", "/v1/addressSuppressions", body)
        self.assertNotIn(self.mark, str(made))
        self.assertEqual(self.reason(contact), "REASON_SUPPRESSED")
        self.assertEqual(self.recipient(contact)["consent"], "STATE_UNSPECIFIED")
        newest = self.admin.good("GET", "/v1/addressSuppressions?pageSize=1")["suppressions"][0]
        self.assertEqual(newest["name"], made["name"])
        self.assertEqual(self.found()["reasons"], ["REASON_COMPLAINT"])
        self.admin.good("POST", f"/v1/{made['name']}:lift", {"reason": "ASKED_BY_PERSON"})
        self.assertEqual(self.reason(contact), "REASON_GRANTED")
        self.assertFalse(self.found()["suppressed"])
        answer = self.admin.post("/v1/addressSuppressions", {**body, "reason": "REASON_ERASED", "address": "nobody"})
        self.assertEqual({violation["field"] for violation in answer.json["violations"]}, {"address", "reason"})
        self.refused(self.admin.post(f"/v1/addressSuppressions/{uuid.uuid4()}:lift", {"reason": "TEST"}), 404, "NOT_FOUND",
                     "SUPPRESSION_NOT_FOUND")

    def test_who_was_erased_and_comes_back_is_written_down_and_not_written_to(self):
        self.admin.good("POST", f"/v1/{self.create()}:erase", {"reason": "TEST"})
        self.assertEqual(self.found()["reasons"], ["REASON_ERASED"])
        again = self.create()
        self.agree(again)
        self.assertEqual(self.reason(again), "REASON_SUPPRESSED")
        self.assertTrue(self.recipient(again)["suppressed"])
        told = self.stack.count("contact", f"SELECT count(*) FROM suppression s WHERE s::text LIKE '%{self.mark}%'")
        self.assertEqual(told, 0)

    def test_how_often_and_about_what_a_person_wants_to_hear(self):
        topic = f"t-{self.mark}"
        body = {"code": topic, "titles": {"tr": "Fırsatlar", "en": "Offers"}, "defaultSubscribed": True}
        made = self.admin.good("POST", "/v1/preferenceTopics", body)
        self.refused(self.admin.post("/v1/preferenceTopics", body), 409, "ALREADY_EXISTS", "PREFERENCE_TOPIC_TAKEN")
        contact = self.create(timeZone="Europe/Istanbul", language="tr")
        path = f"/v1/{contact}/preferences"
        before = self.admin.good("GET", path)
        self.assertEqual((before["topics"], before["language"]), ({}, "tr"))
        self.assertEqual(self.suits(contact, topic=topic, moment="2026-03-02T20:30:00Z")["reason"], "REASON_ALLOWED")
        said = {"topics": {topic: False}, "messagesPerWeek": 2, "quietHours": {"startMinute": 1320, "endMinute": 480},
                "etag": before["etag"]}
        answer = self.admin.call("PATCH", path, said)
        self.assertEqual(answer.status, 200, answer.body)
        self.refused(self.admin.call("PATCH", path, said), 409, "ABORTED", "ETAG_MISMATCH")
        self.assertEqual(self.suits(contact, topic=topic)["reason"], "REASON_TOPIC_OFF")
        night = self.suits(contact, moment="2026-03-02T20:30:00Z")
        self.assertEqual((night["reason"], night["nextTime"], night["messagesPerWeek"]),
                         ("REASON_QUIET_HOURS", "2026-03-03T05:00:00Z", 2))
        # What is named and not given is emptied.
        answer = self.admin.call("PATCH", path + "?updateMask=topics,quietHours", {})
        self.assertEqual((answer.json["topics"], answer.json["messagesPerWeek"]), ({}, 2))
        answer = self.admin.call("PATCH", path, {"pauseUntil": "2999-01-01T00:00:00Z"})
        self.assertEqual(self.suits(contact)["reason"], "REASON_PAUSED")
        self.admin.good("POST", f"/v1/{made['name']}:archive", {})
        self.assertEqual(self.suits(contact, topic=topic)["reason"], "REASON_NO_SUCH_TOPIC")
        listed = self.admin.good("GET", "/v1/preferenceTopics")["preferenceTopics"]
        self.assertTrue(next(one for one in listed if one["code"] == topic)["archiveTime"])
        events = self.admin.good("GET", f"/v1/ledgers/contact/events?subject={contact}")["events"]
        self.assertEqual([event["type"] for event in events], ["contact.created"] + ["preferences.changed"] * 3)
        state = wait_until("the state is folded", lambda: self.state(contact), 30)
        self.assertEqual(state["preferences"]["messagesPerWeek"], 2)

    def fetch(self, method, path, form=None):
        host = self.stack.address("gateway")
        with closing(http.client.HTTPConnection(host, timeout=20)) as connection:
            headers = {"Content-Type": "application/x-www-form-urlencoded"} if form else {}
            connection.request(method, path, form, headers)
            response = connection.getresponse()
            return response.status, response.read().decode()

    def test_a_person_chooses_on_their_own_page(self):
        topic = f"p-{self.mark}"
        self.admin.good("POST", "/v1/preferenceTopics", {"code": topic, "titles": {"tr": f"Konu {self.mark}"}, "defaultSubscribed": True})
        contact = self.create(language="tr")
        path = self.admin.good("GET", f"/v1/{contact}/preferenceLink")["path"]
        status, page = self.fetch("GET", path)
        self.assertEqual(status, 200)
        self.assertIn(f"Konu {self.mark}", page)
        self.assertNotIn(self.email, page)
        self.assertFalse(self.admin.good("GET", f"/v1/{contact}/preferences").get("updateTime"), "GET changes nothing")
        status, page = self.fetch("POST", path, f"shown={topic}&week=1&pause=7")
        self.assertEqual(status, 200)
        self.assertIn("kaydedildi", page)
        said = self.admin.good("GET", f"/v1/{contact}/preferences")
        self.assertEqual((said["topics"], said["messagesPerWeek"]), ({topic: False}, 1))
        self.assertEqual(self.suits(contact)["reason"], "REASON_PAUSED")
        self.admin.good("POST", f"/v1/{contact}:erase", {"reason": "TEST"})
        self.assertEqual(self.fetch("GET", path)[0], 404)
        self.assertEqual(self.fetch("GET", path[:-1])[0], 404)

    def test_a_consent_that_is_to_be_confirmed_is_asked_for_by_mail_and_holds_once_it_is(self):
        contact = self.create(language="tr")
        # A consent is of its purpose: this one has a title that the person reads.
        code = f"haber-{self.mark}"
        self.admin.good("POST", "/v1/purposes", {"code": code, "title": f"Haberler {self.mark}", "lawfulBasis": "LAWFUL_BASIS_CONSENT"})
        question = {"contact": contact, "purpose": code, "channel": "CHANNEL_EMAIL"}

        def reason():
            return self.admin.good("POST", "/v1/consents:check", {"questions": [question]})["decisions"][0]["reason"]

        self.admin.good("POST", f"/v1/{contact}/consents",
                        {"purpose": code, "channel": "CHANNEL_EMAIL", "state": "STATE_PENDING", "source": "form",
                         "occurTime": now()})
        self.assertEqual(reason(), "REASON_PENDING")
        mail = wait_until("the question is sent", lambda: next((one for one in self.stack.sent() if one["rcpt"] == self.email), None), 60)
        self.assertIn(f"onaylayın: Haberler {self.mark}", str(make_header(decode_header(mail["subject"]))))
        body = {"contacts": [contact], "purpose": code, "channel": "CHANNEL_EMAIL"}
        path = self.admin.good("POST", "/v1/contacts:batchGetRecipients", body)["recipients"][0]["confirmationPath"]
        status, page = self.fetch("GET", path)
        self.assertEqual(status, 200)
        self.assertIn(f"Haberler {self.mark}", page)
        self.assertEqual(reason(), "REASON_PENDING", "GET changes nothing")
        for _ in range(2):
            status, page = self.fetch("POST", path)
            self.assertEqual(status, 200)
            self.assertIn("Onayınız kaydedildi", page)
        self.assertEqual(reason(), "REASON_GRANTED")
        log = self.admin.good("GET", f"/v1/{contact}/consents")["log"]
        self.assertEqual([line["state"] for line in log], ["STATE_PENDING", "STATE_GRANTED"])
        self.assertEqual(log[1]["actor"], contact)
        self.assertEqual(len([one for one in self.stack.sent() if one["rcpt"] == self.email]), 1, "asked once")
        messages = self.admin.good("GET", f"/v1/messages?contact={contact}")["messages"]
        self.assertEqual([(one["originator"], one["state"]) for one in messages], [(f"purposes/{code}", "STATE_DELIVERED")])
        self.admin.good("POST", f"/v1/{contact}/consents",
                        {"purpose": code, "channel": "CHANNEL_EMAIL", "state": "STATE_WITHDRAWN", "source": "form",
                         "occurTime": now()})
        self.assertEqual(self.fetch("POST", path)[0], 410, "an old link does not bring back what was taken back")
        self.assertEqual(reason(), "REASON_WITHDRAWN")

    def prefer(self, contact, **wanted):
        self.admin.good("PATCH", f"/v1/{contact}/preferences?updateMask={','.join(wanted)}", wanted)

    def test_no_more_messages_than_the_person_wants(self):
        contact = self.create(timeZone="Europe/Istanbul")
        self.agree(contact)
        self.prefer(contact, messagesPerWeek=1)
        self.assertTrue(self.submit(contact, f"e2e/{uuid.uuid4()}")["accepted"])
        again = self.submit(contact, f"e2e/{uuid.uuid4()}")
        self.assertEqual((again["accepted"], again["reason"]), (False, "FREQUENCY_CAP"))

    def test_a_message_waits_for_the_end_of_quiet_hours(self):
        contact = self.create(timeZone="Europe/Istanbul")
        self.agree(contact)
        clock = datetime.now(ZoneInfo("Europe/Istanbul"))
        minute = clock.hour * 60 + clock.minute
        self.prefer(contact, quietHours={"startMinute": (minute - 60) % 1440, "endMinute": (minute + 60) % 1440})
        decision = self.submit(contact, f"e2e/{uuid.uuid4()}")
        self.assertTrue(decision["accepted"])
        until = datetime.fromisoformat(decision["holdUntil"].replace("Z", "+00:00"))
        self.assertAlmostEqual((until - clock).total_seconds(), 3600, delta=90)
        message = self.admin.good("GET", f"/v1/{decision['message']}")
        self.assertEqual((message["state"], message["reason"], message["holdUntil"]), ("STATE_ACCEPTED", "QUIET_HOURS", decision["holdUntil"]))
        held = self.admin.good("GET", f"/v1/messages?contact={contact}&reason=QUIET_HOURS")["messages"]
        self.assertEqual([each["name"] for each in held], [decision["message"]])
        # They end before their time: what is due then is decided anew, and leaves.
        self.admin.good("PATCH", f"/v1/{contact}/preferences?updateMask=quietHours", {})
        self.stack.sql("notification", f"UPDATE send_chunk SET due_time = now() WHERE NOT done AND '{contact.split('/')[1]}' = ANY(contacts)")
        wait_until("it is delivered", lambda: self.admin.good("GET", f"/v1/{decision['message']}")["state"] == "STATE_DELIVERED", 60)
        self.assertEqual(len([one for one in self.stack.sent() if one["rcpt"] == self.email]), 1)

    def state(self, contact):
        answer = self.admin.call("GET", f"/v1/ledgers/contact/state?subject={contact}")
        return answer.json.get("state") if answer.status == 200 else None


if __name__ == "__main__":
    unittest.main()
