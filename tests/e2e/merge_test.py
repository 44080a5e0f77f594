"""Two records that are one person's, through the REST door: suspected, looked at, merged, asked about, and set free again."""
import unittest
import uuid

from case import StackCase
from waiting import wait_until


class MergeTest(StackCase):
    def setUp(self):
        self.mark = uuid.uuid4().hex

    def create(self, name, **more):
        body = {"externalId": f"merge/{uuid.uuid4()}", "displayName": name, **more}
        return self.admin.good("POST", f"/v1/contacts?requestId={uuid.uuid4()}", body)["name"]

    def get(self, contact):
        return self.admin.good("GET", f"/v1/{contact}")

    def say(self, contact, state):
        self.admin.good("POST", f"/v1/{contact}/consents", {"purpose": "win-back", "channel": "CHANNEL_EMAIL", "state": state,
                                                             "source": "merge test", "occurTime": "2026-01-02T10:00:00Z"})

    def may(self, contact):
        answer = self.admin.good("POST", "/v1/consents:check", {"questions": [
            {"contact": contact, "purpose": "win-back", "channel": "CHANNEL_EMAIL"}]})
        return answer["decisions"][0]["reason"]

    def found(self, words):
        answer = self.admin.good("GET", f"/v1/contacts?query={words}")
        return [each["name"] for each in answer["contacts"]]

    def test_merged_and_set_free(self):
        address = f"{self.mark}@deniz.example"
        first = self.create(f"Ayşe {self.mark}", email=address)
        second = self.create(f"Ayşe {self.mark}", email=address, givenName="Ayşe", tags=["vip"])
        pairs = wait_until("a suspicion", lambda: self.admin.good("GET", f"/v1/duplicates?contact={first}")["duplicates"], 60)
        self.assertEqual({pairs[0]["first"], pairs[0]["second"]}, {first, second})
        self.say(first, "STATE_GRANTED")
        self.say(second, "STATE_WITHDRAWN")
        before = self.get(first), self.get(second)

        look = self.admin.good("POST", f"/v1/{first}:merge", {"merged": second, "validateOnly": True})
        self.assertEqual((look["contact"]["givenName"], look["contact"]["tags"]), ("Ayşe", ["vip"]))
        self.assertEqual(self.get(first)["etag"], before[0]["etag"])
        merge = self.admin.good("POST", f"/v1/{first}:merge", {"merged": second})
        self.assertEqual(sorted(merge["taken"]), ["given_name", "tags.vip"])
        self.assertEqual(self.get(second)["mergedInto"], first)
        self.assertEqual(self.admin.good("GET", f"/v1/duplicates?contact={first}")["duplicates"], [])
        wait_until("only the survivor is found", lambda: self.found(self.mark) == [first], 60)
        self.assertEqual((self.may(first), self.may(second)), ("REASON_WITHDRAWN", "REASON_CONTACT_MERGED"))
        self.refused(self.admin.call("PATCH", f"/v1/{second}", {"givenName": "X"}), 400, "FAILED_PRECONDITION", "CONTACT_MERGED")
        self.refused(self.admin.post(f"/v1/{second}:erase", {"reason": "DATA_SUBJECT_REQUEST"}), 400, "FAILED_PRECONDITION",
                     "CONTACT_MERGED")
        changed = self.admin.call("PATCH", f"/v1/{first}", {"familyName": "Işık"})
        self.assertEqual(changed.status, 200, changed.body)

        free = self.admin.good("POST", f"/v1/{merge['name']}:undo", {})
        self.assertTrue(free["undoTime"])
        after = self.get(first), self.get(second)
        own = dict(before[0], familyName="Işık")
        for was, now in ((own, after[0]), (before[1], after[1])):
            for fresh in ("version", "etag", "updateTime"):
                was.pop(fresh), now.pop(fresh)
            self.assertEqual(was, now)
        self.assertEqual((self.may(first), self.may(second)), ("REASON_GRANTED", "REASON_WITHDRAWN"))
        self.assertEqual(len(self.admin.good("GET", f"/v1/{second}/merges")["merges"]), 1)
        told = f"/v1/events?filter.subjects={second}&filter.types=contact.merged&filter.types=contact.unmerged&last=500"
        events = wait_until("both events are in the feed", lambda: self.admin.good("GET", told)["events"][1:], 60)
        self.assertEqual(events[0]["type"], "contact.unmerged")
        kinds = [each["kind"] for each in self.admin.good("GET", f"/v1/{second}/timeline")["entries"]]
        self.assertEqual([kind for kind in kinds if "MERGED" in kind], ["KIND_CONTACT_UNMERGED", "KIND_CONTACT_MERGED"])

    def test_erased_with_all_parts(self):
        first, second = self.create("Ada", email=f"{self.mark}@a.example"), self.create("Ada", email=f"{self.mark}@b.example")
        self.admin.good("POST", f"/v1/{first}:merge", {"merged": second})
        self.admin.good("POST", f"/v1/{first}:erase", {"reason": "DATA_SUBJECT_REQUEST"})
        for contact in (first, second):
            self.assertTrue(self.get(contact)["eraseTime"])
            self.assertEqual(self.get(contact)["email"], "")


if __name__ == "__main__":
    unittest.main()
