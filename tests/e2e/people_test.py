"""A person's record through the REST door: changed, reached, found, suspected to be there twice, erased."""
import unittest
import uuid

from case import StackCase
from waiting import wait_until

NUMBER, DIALLED = "0532 {} {} {}", "+90532{}{}{}"


class PeopleTest(StackCase):
    def setUp(self):
        # What nobody else's test has.
        self.mark = uuid.uuid4().hex
        digits = f"{int(self.mark[:8], 16) % 10_000_000:07d}"
        self.parts = (digits[:3], digits[3:5], digits[5:])

    def create(self, name, **more):
        body = {"externalId": f"people/{uuid.uuid4()}", "displayName": name, **more}
        return self.admin.good("POST", f"/v1/contacts?requestId={uuid.uuid4()}", body)

    def patch(self, path, body):
        return self.admin.call("PATCH", f"/v1/{path}", body)

    def test_a_record_is_changed_by_what_is_said(self):
        made = self.create("Ayşe Işık")
        answer = self.patch(made["name"], {"givenName": "Ayşe", "phone": NUMBER.format(*self.parts), "country": "TR",
                                           "timeZone": "Europe/Istanbul", "tags": ["vip", "bülten"]})
        self.assertEqual(answer.status, 200, answer.body)
        self.assertEqual((answer.json["phone"], answer.json["displayName"]), (DIALLED.format(*self.parts), "Ayşe Işık"))
        # What is named and not given is emptied.
        answer = self.patch(made["name"] + "?updateMask=tags,givenName", {})
        self.assertEqual((answer.json["tags"], answer.json["givenName"], answer.json["country"]), ([], "", "TR"))
        # Somebody else was quicker.
        self.refused(self.patch(made["name"], {"displayName": "Ayşe", "etag": made["etag"]}), 409, "ABORTED", "ETAG_MISMATCH")
        answer = self.patch(made["name"], {"phone": "12", "country": "Turkey", "timeZone": "x", "owner": "me"})
        fields = {violation["field"] for violation in answer.json["violations"]}
        self.assertEqual(fields, {"contact.owner", "contact.phone", "contact.country", "contact.time_zone"})

    def test_the_tenants_own_fields(self):
        key = "size_" + self.mark[:8]
        definition = {"key": key, "title": "Beden", "type": "TYPE_CHOICE", "privacy": "PRIVACY_NONE",
                      "options": [{"code": "small", "title": "Küçük"}, {"code": "large", "title": "Büyük"}]}
        made = self.admin.good("POST", "/v1/attributeDefinitions", definition)
        self.refused(self.admin.post("/v1/attributeDefinitions", definition), 409, "ALREADY_EXISTS", "ATTRIBUTE_KEY_TAKEN")
        person = self.create("Ada", attributes={key: {"text": "large"}})
        self.assertEqual(person["attributes"], {key: {"text": "large"}})
        answer = self.patch(person["name"], {"attributes": {key: {"text": "huge"}}})
        self.assertEqual(answer.json["violations"][0]["reason"], "CHOICE_UNKNOWN")
        listed = self.admin.good("GET", f"/v1/contacts?filter=attributes.{key}%3Dlarge")["contacts"]
        self.assertEqual([each["name"] for each in listed], [person["name"]])
        self.admin.good("POST", f"/v1/{made['name']}:archive", {})
        answer = self.patch(person["name"], {"attributes": {key: {"text": "small"}}})
        self.assertEqual(answer.json["violations"][0]["reason"], "ATTRIBUTE_ARCHIVED")

    def test_ways_to_reach_somebody(self):
        first = f"{self.mark}@deniz.example"
        person = self.create("Ayşe Işık", email=first)
        second = f"{self.mark}@iş.example"
        point = self.admin.good("POST", f"/v1/{person['name']}/points", {"kind": "KIND_EMAIL", "value": second, "primary": True})
        self.assertTrue(point["value"].endswith("@xn--i-1ma.example"), point["value"])
        self.assertEqual(self.admin.good("GET", f"/v1/{person['name']}")["email"], point["value"])
        answer = self.patch(point["name"], {"state": "STATE_INVALID", "label": "iş"})
        self.assertEqual((answer.status, answer.json["state"]), (200, "STATE_INVALID"))
        found = self.admin.good("POST", "/v1/contacts:findPoints", {"kind": "KIND_EMAIL", "value": first.upper()})["points"]
        self.assertEqual([each["name"].split("/points/")[0] for each in found], [person["name"]])
        self.assertEqual(self.admin.call("DELETE", f"/v1/{point['name']}").status, 200)
        self.assertEqual(self.admin.good("GET", f"/v1/{person['name']}")["email"], first)
        self.refused(self.patch(point["name"], {"label": "x"}), 404, "NOT_FOUND", "POINT_NOT_FOUND")
        events = self.admin.good("GET", f"/v1/ledgers/contact/events?subject={person['name']}")["events"]
        self.assertEqual([event["type"] for event in events],
                         ["contact.created", "contact_point.added", "contact_point.changed", "contact_point.removed"])

    def test_one_person_written_twice_is_suspected_until_somebody_decides(self):
        email = f"{self.mark}@deniz.example"
        one = self.create("Ayşe Işık", email=email)
        other = self.create("IŞIK AYŞE", email=email.upper())
        path = f"/v1/duplicates?contact={other['name']}"
        found = wait_until("a pair is suggested", lambda: self.admin.good("GET", path)["duplicates"], 60)
        self.assertEqual((found[0]["first"], found[0]["second"]), (one["name"], other["name"]))
        self.assertEqual([reason["kind"] for reason in found[0]["reasons"]], ["KIND_EMAIL_SAME", "KIND_NAME_SAME"])
        self.admin.good("POST", f"/v1/{found[0]['name']}:dismiss", {})
        self.assertEqual(self.admin.good("GET", path)["duplicates"], [])
        self.assertEqual(len(self.admin.good("GET", path + "&state=STATE_DISMISSED")["duplicates"]), 1)

    def test_a_visitor_becomes_somebody_with_what_they_did(self):
        def identify(value, **more):
            return self.admin.good("POST", "/v1/contacts:identify", {"identity": {"source": "web", "value": value}, **more})

        visitor = identify(f"{self.mark}-1", language="tr")
        self.assertEqual((visitor["outcome"], visitor["anonymous"]), ("OUTCOME_VISITOR_CREATED", True))
        self.assertEqual(self.admin.good("GET", f"/v1/{visitor['contact']}")["tags"], ["visitor"])
        person = {"externalId": f"people/{self.mark}", "displayName": "Ayşe Işık", "email": f"{self.mark}@ziyaret.example"}
        known = identify(f"{self.mark}-1", contact=person)
        self.assertEqual((known["outcome"], known["contact"]), ("OUTCOME_COMPLETED", visitor["contact"]))
        # Another device, on which they were a visitor again: what was done there stands on the same timeline.
        other = identify(f"{self.mark}-2")["contact"]
        merged = identify(f"{self.mark}-2", contact=person)
        self.assertEqual((merged["outcome"], merged["contact"]), ("OUTCOME_MERGED", known["contact"]))

        def of_the_visitor():
            entries = self.admin.good("GET", f"/v1/{known['contact']}/timeline?pageSize=100")["entries"]
            return [entry for entry in entries if entry["kind"] == "KIND_CONTACT_MERGED"]

        wait_until("the visitor's history is the person's", of_the_visitor, 60)
        listed = self.admin.good("GET", f"/v1/{known['contact']}/identities")["identities"]
        self.assertEqual([one["value"] for one in listed], [f"{self.mark}-1", f"{self.mark}-2"])
        stranger = {"externalId": f"people/{self.mark}/other", "displayName": "Başkası"}
        answer = self.admin.post("/v1/contacts:identify", {"identity": {"source": "web", "value": f"{self.mark}-1"}, "contact": stranger})
        self.refused(answer, 400, "FAILED_PRECONDITION", "IDENTITY_OF_ANOTHER")
        self.admin.good("POST", f"/v1/{merged['merge']}:undo", {})
        answers = self.admin.good("POST", "/v1/contacts:findIdentities", {"identities": [{"source": "web", "value": f"{self.mark}-2"}]})
        self.assertEqual((answers["answers"][0]["contact"], answers["answers"][0]["anonymous"]), (other, True))

    def test_an_erased_person_has_nothing_left_to_be_found_by(self):
        email = f"{self.mark}@deniz.example"
        person = self.create("Ayşe Işık", email=email, phone=DIALLED.format(*self.parts), tags=["vip"])
        self.admin.good("POST", f"/v1/{person['name']}:erase", {"reason": "TEST"})
        record = self.admin.good("GET", f"/v1/{person['name']}")
        self.assertEqual((record["email"], record["phone"], record["tags"]), ("", "", []))
        self.assertEqual(self.admin.good("GET", f"/v1/{person['name']}/points")["points"], [])
        found = self.admin.good("POST", "/v1/contacts:findPoints", {"kind": "KIND_EMAIL", "value": email})["points"]
        self.assertEqual(found, [])
        self.refused(self.patch(person["name"], {"displayName": "x"}), 400, "FAILED_PRECONDITION", "CONTACT_ERASED")


if __name__ == "__main__":
    unittest.main()
