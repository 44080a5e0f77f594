"""What people ask for by their rights, through the REST door and vefactl: received, checked, handed out, stopped, erased, and shown."""
import csv
import json
import os
import unittest
import uuid

from case import OperatorCase
from waiting import wait_until

ERASE = {"reason": "DATA_SUBJECT_REQUEST"}


class RightsTest(OperatorCase):
    def setUp(self):
        self.mark = uuid.uuid4().hex

    def person(self, **more):
        body = {"externalId": f"rights/{uuid.uuid4()}", "displayName": f"Ayşe <{self.mark}>", "email": f"{self.mark}@deniz.example",
                "language": "tr", "country": "TR", **more}
        return self.admin.good("POST", f"/v1/contacts?requestId={uuid.uuid4()}", body)["name"]

    def receive(self, contact, kind, **more):
        body = {"contact": contact, "kind": f"RIGHT_KIND_{kind}", "intake": "INTAKE_EMAIL", "note": f"note {self.mark}", **more}
        return self.admin.good("POST", f"/v1/rightsRequests?requestId={uuid.uuid4()}", body)

    def step(self, request, verb, body=None):
        return self.admin.good("POST", f"/v1/{request['name']}:{verb}", body or {})

    def types(self, told):
        return [each["type"].removeprefix("rights_request.") for each in self.admin.good("GET", told)["events"]]

    def may(self, contact):
        answer = self.admin.good("POST", "/v1/consents:check", {"questions": [
            {"contact": contact, "purpose": "win-back", "channel": "CHANNEL_EMAIL"}]})
        return answer["decisions"][0]["reason"]

    def test_access_by_the_command_line(self):
        contact = self.person()
        self.consent(contact, "STATE_GRANTED", "2026-01-02T10:00:00Z")
        line = self.ctl("rights", "receive", contact, "--kind", "access", "--intake", "letter").split()
        request = line[0]
        self.assertEqual(line[1:3], ["access", "received"])
        self.assertIn(request, self.ctl("rights", "list"))
        path = self.stack.path(f"person-{self.mark}.json")
        refused = self.stack.vefactl("rights", "export", contact, "--output", path)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("IDENTITY_UNCHECKED", refused.stderr)
        self.ctl("rights", "ask", request)
        self.ctl("rights", "confirm", request, "--method", "document")
        wait_until("the timeline knows them", lambda: self.entries(contact) > 0, 60)
        self.ctl("rights", "export", contact, "--output", path)
        self.assertEqual(os.stat(path).st_mode & 0o077, 0, "nobody else reads it")
        with open(path, encoding="utf-8") as file:
            document = json.load(file)
        record = document["records"][0]
        self.assertEqual(record["contact"]["email"], f"{self.mark}@deniz.example")
        self.assertEqual(record["consents"][0]["purpose"], "win-back")
        self.assertEqual(len(record["consentEntries"]) + len(record["unsealedConsents"]), 1)
        self.assertTrue(document["timeline"])
        self.ctl("rights", "export", contact, "--format", "html", "--language", "en", "--output", path)
        with open(path, encoding="utf-8") as file:
            page = file.read()
        self.assertIn(f"Ayşe &lt;{self.mark}&gt;", page)
        self.assertIn("What we hold of you", page)
        self.assertNotIn("<script", page)
        self.assertIn("fulfilled", self.ctl("rights", "fulfill", request))
        shown = self.ctl("rights", "show", request)
        for action in ("RECEIVED", "IDENTITY_ASKED", "IDENTITY_CHECKED", "EXPORTED", "FULFILLED"):
            self.assertIn(action, shown)
        told = f"/v1/events?filter.subjects={request}&last=500"
        wait_until("all its events are in the feed", lambda: len(self.types(told)) == 6, 60)
        self.assertEqual(self.types(told), ["received", "updated", "updated", "updated", "updated", "closed"])

    def test_restriction_and_objection_stop(self):
        contact = self.person()
        self.consent(contact, "STATE_GRANTED", "2026-01-02T10:00:00Z")
        self.assertEqual(self.may(contact), "REASON_GRANTED")
        self.step(self.receive(contact, "OBJECTION", purposes=["win-back"]), "fulfill")
        self.assertEqual(self.may(contact), "REASON_OBJECTED")
        self.assertFalse(self.submit(contact, f"e2e/{uuid.uuid4()}")["accepted"])
        self.step(self.receive(contact, "RESTRICTION"), "fulfill")
        self.assertEqual(self.may(contact), "REASON_RESTRICTED")
        limits = self.admin.good("POST", f"/v1/{contact}/processingLimits:lift", {"restriction": True, "reason": "SETTLED"})
        self.assertEqual(limits["objectedPurposes"], ["win-back"])
        self.ctl("rights", "lift", contact, "--objections", "--reason", "ASKED_BY_PERSON")
        self.assertEqual(self.may(contact), "REASON_GRANTED")

    def test_erasure_waits_for_the_hold_and_is_shown(self):
        contact = self.person()
        request = self.receive(contact, "ERASURE", receiveTime="2026-01-05T10:00:00Z", profile="EU")
        self.assertEqual(request["dueTime"], "2026-02-05T23:00:00Z")
        overdue = self.admin.good("GET", "/v1/rightsRequests?overdue=true&pageSize=1000")["rightsRequests"]
        self.assertIn(request["name"], [each["name"] for each in overdue])
        self.refused(self.admin.post(f"/v1/{request['name']}:fulfill", {}), 400, "FAILED_PRECONDITION", "IDENTITY_UNCHECKED")
        self.step(request, "confirmIdentity", {"method": "IDENTITY_METHOD_SIGNED_IN"})
        self.ctl("rights", "hold", contact, "--reason", "LAWSUIT_2026_17")
        self.refused(self.admin.post(f"/v1/{request['name']}:fulfill", {}), 400, "FAILED_PRECONDITION", "LEGAL_HOLD")
        self.refused(self.admin.post(f"/v1/{contact}:erase", ERASE), 400, "FAILED_PRECONDITION", "LEGAL_HOLD")
        self.ctl("rights", "release", contact, "--reason", "LAWSUIT_ENDED")
        done = self.step(request, "fulfill")
        self.assertEqual((done["state"], done["note"]), ("STATE_FULFILLED", ""))
        report = wait_until("it is on Kafka", lambda: self.published(request), 60)
        self.assertEqual((report["left"], report["parts"][0]["state"]), ({}, "STATE_DONE"))
        wait_until("the timeline heard of it", lambda: "heard" in self.ctl("rights", "report", request["name"]), 60)
        self.assertTrue(self.admin.good("GET", f"/v1/{contact}")["eraseTime"])

    def test_the_register_and_whom_a_breach_is_about(self):
        contact = self.person(externalId=f"=breach/{self.mark}")
        inventory = json.loads(self.ctl("rights", "inventory"))
        fields = {each["privacy"]: each["fields"] for each in inventory["dataClasses"]}
        self.assertIn("Contact.email", fields["PRIVACY_PERSONAL"])
        self.assertIn("notification", [each["name"] for each in inventory["recipients"]])
        path = self.stack.path(f"affected-{self.mark}.csv")
        self.ctl("rights", "affected", "--filter", f'email = "{self.mark}@deniz.example"', "--output", path)
        with open(path, encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        self.assertEqual([(row["contact"], row["address"]) for row in rows], [(contact, f"{self.mark}@deniz.example")])
        self.assertEqual(rows[0]["external_id"], f"'=breach/{self.mark}", "no spreadsheet takes it for a formula")

    def test_retention_looks_and_then_erases(self):
        code = f"e2e-{self.mark}"
        kept, forgotten = self.person(), self.person()
        self.stack.sql("contact", f"UPDATE contact SET update_time = '1900-01-01' WHERE id = '{forgotten.split('/')[1]}'")
        self.ctl("retention", "set", code, "--days", "36500")
        self.assertIn(code, self.ctl("retention", "list"))
        scheduled = json.loads(self.ctl("retention", "set", code, "--days", "36500", "--scheduled"))
        self.assertTrue(scheduled["scheduled"] and scheduled["nextRunTime"])
        self.assertNotIn("lastRunTime", scheduled, "not before a day is over")
        preview = self.ctl("retention", "preview", code)
        self.assertIn("1 would be erased, 0 more are held", preview)
        self.assertIn(forgotten, preview)
        self.ctl("retention", "run", code)
        self.assertTrue(self.admin.good("GET", f"/v1/{forgotten}")["eraseTime"])
        self.assertFalse(self.admin.good("GET", f"/v1/{kept}").get("eraseTime"))
        self.assertIn("0 would be erased", self.ctl("retention", "preview", code))
        self.refused(self.admin.post("/v1/retentionRules", {"code": "No", "days": 0}), 400, "INVALID_ARGUMENT", "CODE_SYNTAX")
        gone = self.admin.call("DELETE", f"/v1/retentionRules/{code}")
        self.assertEqual(gone.status, 200, gone.body)
        self.refused(self.admin.post(f"/v1/retentionRules/{code}:run", {}), 404, "NOT_FOUND", "RETENTION_RULE_NOT_FOUND")

    def published(self, request):
        report = self.admin.good("GET", f"/v1/{request['name']}/erasureReport")
        return report if report["published"] else None


if __name__ == "__main__":
    unittest.main()
