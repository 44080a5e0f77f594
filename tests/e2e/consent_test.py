"""Consent as proof, through the doors that users have: REST and vefactl."""
import json
import unittest
import uuid

from case import PURPOSE, OperatorCase
from waiting import wait_until

UNSEALED = "SELECT count(*) FROM consent_unsealed"
SEALED_OF = "SELECT count(*) FROM consent_chain WHERE contact_id = '{}'"


class ConsentTest(OperatorCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.key = cls.stack.path("consent.key")
        with open(cls.key, "w", encoding="ascii") as file:
            file.write(cls.stack.vefactl("consent", "key").stdout)

    def person(self, word):
        body = {"externalId": f"proof/{uuid.uuid4()}", "displayName": "Person", "email": f"{word}@kanit.example"}
        return self.admin.good("POST", "/v1/contacts", body)["name"]

    def say(self, contact, state, time, source):
        body = {"purpose": PURPOSE, "channel": "CHANNEL_EMAIL", "state": state, "source": source, "occurTime": time,
                "captureSource": "HS_WEB", "recipientType": "RECIPIENT_TYPE_BIREYSEL",
                "origin": {"ip": "192.0.2.77", "userAgent": "Gizli/1.0"}}
        return self.admin.good("POST", f"/v1/{contact}/consents", body)

    def sealed(self, contact, lines):
        uid = contact.split("/")[1]
        wait_until("the lines are sealed", lambda: self.stack.count("contact", SEALED_OF.format(uid)) == lines, 20)

    def export(self, name, *words):
        path = self.stack.path(name)
        self.ctl("consent", "export", path, *words)
        return path

    def verify(self, path, code=0):
        return self.ctl("consent", "verify", path, "--key", self.key, code=code)

    def lines(self, path):
        with open(path, encoding="utf-8") as file:
            return file.read().splitlines()

    def changed(self, path, change):
        lines = self.lines(path)
        change(lines)
        with open(path + ".changed", "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
        return path + ".changed"

    def reason(self, contact):
        question = {"contact": contact, "purpose": PURPOSE, "channel": "CHANNEL_EMAIL"}
        return self.admin.good("POST", "/v1/consents:check", {"questions": [question]})["decisions"][0]

    def test_a_person_agrees_is_proven_and_erased(self):
        word = f"g{uuid.uuid4().hex}"
        contact, other = self.person(word), self.person("kalan")
        self.assertEqual(self.reason(contact)["reason"], "REASON_NEVER_ASKED")
        said = self.say(contact, "STATE_GRANTED", "2026-01-02T10:00:00Z", f"{word} on the phone")
        self.assertNotIn("origin", said)
        self.say(other, "STATE_GRANTED", "2026-01-02T11:00:00Z", "checkout")
        granted = self.reason(contact)
        self.assertEqual((granted["allowed"], granted["reason"], granted["line"]), (True, "REASON_GRANTED", said["line"]))
        self.say(contact, "STATE_WITHDRAWN", "2026-01-03T10:00:00Z", "link")
        self.assertEqual(self.reason(contact)["reason"], "REASON_WITHDRAWN")
        self.sealed(contact, 2)

        hers = self.export("hers.jsonl", "--contact", contact)
        self.assertIn("The proof is good.", self.verify(hers))
        self.assertIn("192.0.2.77", "\n".join(self.lines(hers)))
        whole = self.export("whole.jsonl")
        self.assertIn("The proof is good.", self.verify(whole))

        self.ctl("contacts", "erase", contact, "--reason", "DATA_SUBJECT_REQUEST")
        for path in (self.export("after.jsonl", "--contact", contact), self.export("whole-after.jsonl")):
            self.assertIn("The proof is good.", self.verify(path))
            self.assertNotIn(word, "\n".join(self.lines(path)))
        self.assertNotIn("192.0.2.77", "\n".join(self.lines(self.stack.path("after.jsonl"))))
        self.assertEqual(self.reason(contact)["reason"], "REASON_CONTACT_ERASED")
        self.assertIn("The proof is good.", self.verify(whole), "what was exported before stays good")

    def test_one_address_is_spoken_of_alone(self):
        contact = self.person("ev")
        work = self.admin.good("POST", f"/v1/{contact}/points", {"kind": "KIND_EMAIL", "value": "is@kanit.example"})["name"]
        self.say(contact, "STATE_GRANTED", "2026-01-02T10:00:00Z", "checkout")
        body = {"purpose": PURPOSE, "channel": "CHANNEL_EMAIL", "state": "STATE_WITHDRAWN", "source": "a call", "point": work,
                "occurTime": "2026-01-03T10:00:00Z"}
        self.admin.good("POST", f"/v1/{contact}/consents", body)
        questions = [{"contact": contact, "purpose": PURPOSE, "channel": "CHANNEL_EMAIL", "point": point} for point in ("", work)]
        decisions = self.admin.good("POST", "/v1/consents:check", {"questions": questions})["decisions"]
        self.assertEqual([decision["reason"] for decision in decisions], ["REASON_GRANTED", "REASON_WITHDRAWN"])
        listed = self.admin.good("GET", f"/v1/{contact}/consents")
        self.assertEqual([(one["point"], one["state"]) for one in listed["pointStates"]], [(work, "STATE_WITHDRAWN")])
        # The address becomes the one that is used, and what was said of it holds where messages go.
        self.admin.good("PATCH", f"/v1/{work}", {"primary": True})
        self.assertEqual(self.reason(contact)["reason"], "REASON_WITHDRAWN")
        self.sealed(contact, 2)
        hers = self.export("addresses.jsonl", "--contact", contact)
        self.assertIn("The proof is good.", self.verify(hers))
        self.assertIn("is@kanit.example", "\n".join(self.lines(hers)))

    def test_what_is_changed_is_named(self):
        contact = self.person("degisen")
        for hour in range(4):
            self.say(contact, "STATE_GRANTED" if hour % 2 == 0 else "STATE_WITHDRAWN", f"2026-02-02T1{hour}:00:00Z", "checkout")
        self.sealed(contact, 4)
        wait_until("everything is sealed", lambda: self.stack.count("contact", UNSEALED) == 0, 60)
        path = self.export("tampered.jsonl")
        entries = [n for n, line in enumerate(self.lines(path)) if contact in line]
        at = entries[1]
        sequence = json.loads(self.lines(path)[at])["entry"]["sequence"]

        def flip(lines):
            lines[at] = lines[at].replace("STATE_WITHDRAWN", "STATE_GRANTED")
        self.assertIn(f":{at + 1}: Entry {sequence} was changed", self.verify(self.changed(path, flip), code=1))
        self.assertIn(f":{at + 1}: Entry {int(sequence) + 1} where {sequence} was expected",
                      self.verify(self.changed(path, lambda lines: lines.pop(at)), code=1))
        self.assertIn("its tail was cut off", self.verify(self.changed(path, lambda lines: lines.pop()), code=1))
        # Whoever owns the database changes it, and puts it back.
        uid = contact.split("/")[1]
        change = "UPDATE consent_log SET state = {} WHERE contact_id = '" + uid + "' AND occur_time = '2026-02-02T11:00:00Z'"
        self.stack.sql("contact", change.format(3))
        try:
            self.assertIn(f"Entry {sequence} was changed", self.verify(self.export("changed.jsonl"), code=1))
            self.verify(self.export("changed-hers.jsonl", "--contact", contact), code=1)
        finally:
            self.stack.sql("contact", change.format(2))
        self.verify(self.export("again.jsonl"))

    def test_purposes_are_declared(self):
        code = f"e2e-{uuid.uuid4().hex[:12]}"
        purpose = {"code": code, "title": "Anket", "lawfulBasis": "LAWFUL_BASIS_LEGITIMATE_INTEREST"}
        made = self.admin.good("POST", "/v1/purposes", purpose)
        text = self.admin.good("POST", f"/v1/purposes/{code}/texts", {"language": "tr", "text": "Kabul ediyorum."})
        self.assertEqual((text["purpose"], text["textVersion"]), (made["name"], 1))
        self.refused(self.admin.call("POST", "/v1/purposes", purpose), 409, "ALREADY_EXISTS", "PURPOSE_CODE_TAKEN")
        listed = self.admin.good("GET", "/v1/purposes?pageSize=1000")
        self.assertIn(code, [one["code"] for one in listed["purposes"]])
        self.assertIn(PURPOSE, [one["code"] for one in listed["undeclared"]])


if __name__ == "__main__":
    unittest.main()

    def test_the_law_of_the_country_asks_for_an_agreement_but_of_merchants(self):
        code = f"haber-{uuid.uuid4().hex[:8]}"
        self.admin.good("POST", "/v1/purposes", {"code": code, "title": "Haberler", "isCommercial": True,
                                                 "lawfulBasis": "LAWFUL_BASIS_LEGITIMATE_INTEREST"})
        contact = self.admin.good("POST", "/v1/contacts", {
            "externalId": f"law/{uuid.uuid4()}", "displayName": "Person", "email": f"{code}@kanit.example", "country": "TR"})["name"]

        def decision():
            question = {"contact": contact, "purpose": code, "channel": "CHANNEL_EMAIL"}
            answer = self.admin.good("POST", "/v1/consents:check", {"questions": [question]})["decisions"][0]
            return answer["allowed"], answer["reason"], answer["profile"], answer["profileVersion"]
        self.assertEqual(decision(), (False, "REASON_LAW_NEEDS_CONSENT", "TR", 1))
        point = self.admin.good("GET", f"/v1/{contact}/points")["points"][0]["name"]
        changed = self.admin.call("PATCH", f"/v1/{point}", {"recipientType": "RECIPIENT_TYPE_TACIR"})
        self.assertEqual((changed.status, changed.json["recipientType"]), (200, "RECIPIENT_TYPE_TACIR"), changed.body)
        self.assertEqual(decision(), (True, "REASON_LAWFUL_BASIS", "TR", 1))
        profiles = self.ctl("consent", "profiles")
        self.assertIn("TR 1  from 2015-05-01  ETK (6563) md. 6\n  email  unasked: merchants; quiet 21:00-09:00; registered in IYS\n", profiles)
        self.assertIn("not confirmed: ", profiles)
