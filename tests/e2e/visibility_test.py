"""Three users of one company over REST: one sees everybody's contacts, one his team's, one his own."""
import os
import tempfile
import unittest
import uuid

from case import StackCase
from waiting import wait_until

PASSWORD = "correct horse battery staple"
ABSENT = "contacts/0191e5f0-0000-7000-8000-0123456789ab"
# What hangs from a contact, of every service that keeps some of it.
READS = ["", "/points", "/consents", "/identities", "/interests", "/lifecycleChanges", "/tenure", "/merges", "/personas", "/preferences",
         "/processingLimits", "/scores", "/timeline", "/score", "/suppressions"]
LISTS = ["/v1/notes?about={}", "/v1/affiliations?contact={}", "/v1/boundaries?about={}", "/v1/relationships?party={}",
         "/v1/rightsRequests?contact={}", "/v1/messages?contact={}"]
# What is about everybody is for who sees everybody.
CLOSED = ["/v1/events", "/v1/scores", "/v1/messages", "/v1/imports", "/v1/rightsRequests",
          "/v1/relationships", "/v1/affiliations", "/v1/boundaries", "/v1/addressSuppressions", "/v1/apiKeys", "/v1/users",
          "/v1/ledgers/contact/log", "/v1/retentionRules"]


class VisibilityTest(StackCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mark = uuid.uuid4().hex[:12]
        with tempfile.TemporaryDirectory() as folder:
            file = os.path.join(folder, "password")
            with open(file, "w", encoding="utf-8") as out:
                out.write(PASSWORD)
            for user in ("ada", "can"):
                run = cls.stack.vefactl("users", "add", "--tenant", "demo", "--email", f"{user}-{cls.mark}@example.com", "--name", user,
                                        "--role", "admin", "--password-file", file, "--postgres",
                                        f"postgresql://vefa_gateway_owner@{cls.stack.address('postgres')}/vefa_gateway")
                assert run.returncode == 0, run.stderr
        users = {user["email"]: user["name"] for user in cls.admin.good("GET", "/v1/users")["users"]}
        cls.ada, cls.can = (users[f"{user}-{cls.mark}@example.com"] for user in ("ada", "can"))
        team = cls.admin.good("POST", "/v1/teams", {"displayName": f"Marmara {cls.mark}"})["name"]
        for user in (cls.ada, cls.can):
            cls.admin.good("POST", f"/v1/{team}/members:add", {"user": user})
        cls.admin.good("POST", f"/v1/{cls.ada}:setVisibility", {"visibility": "VISIBILITY_OWN"})
        cls.admin.good("POST", f"/v1/{cls.can}:setVisibility", {"visibility": "VISIBILITY_TEAM"})
        cls.own, cls.team = cls.signed_in("ada"), cls.signed_in("can")
        cls.adas, cls.cans, cls.nobodys = (cls.make(cls.admin, owner) for owner in (cls.ada, cls.can, None))

    @classmethod
    def signed_in(cls, user):
        rest = type(cls.admin)(cls.stack.address("gateway"))
        answer = rest.sign_in("demo", f"{user}-{cls.mark}@example.com", PASSWORD)
        assert answer.status == 200, answer.body
        return rest

    @classmethod
    def make(cls, rest, owner=None):
        body = {"externalId": f"visibility/{uuid.uuid4()}", "displayName": f"Görünür {cls.mark}", "email": f"{uuid.uuid4()}@example.com"}
        return rest.good("POST", "/v1/contacts", {**body, "owner": owner} if owner else body)["name"]

    def test_what_hangs_from_a_contact_is_seen_with_it_and_otherwise_not_there(self):
        paths = [f"/v1/{{}}{read}" for read in READS] + LISTS
        for path in paths:
            for contact in (self.cans, self.nobodys, ABSENT):
                answer = self.own.get(path.format(contact))
                self.assertEqual((answer.status, answer.reason), (404, "CONTACT_NOT_FOUND"), path)
            for rest, contact in ((self.own, self.adas), (self.team, self.cans), (self.team, self.adas)):
                # A score, for one, is not there yet; that is said by whoever would have it.
                answer = rest.get(path.format(contact))
                self.assertNotEqual(answer.status, 403, (path, answer.body))
                self.assertNotEqual(answer.reason, "CONTACT_NOT_FOUND", path)
            self.assertNotEqual(self.admin.get(path.format(self.nobodys)).reason, "CONTACT_NOT_FOUND", path)

    def test_lists_counts_and_searches_hold_what_is_seen(self):
        def names(rest, path):
            page = rest.good("GET", path)
            self.assertEqual(page["totalSize"], len(page["contacts"]))
            return {contact["name"] for contact in page["contacts"]}
        wait_until("they are found by their names",
                   lambda: len(self.admin.good("GET", f"/v1/contacts?query={self.mark}")["contacts"]) >= 3, 30)
        for path in ("/v1/contacts", f"/v1/contacts?query={self.mark}", f"/v1/contacts?query={self.mark}&orderBy=display_name",
                     "/v1/contacts?filter=language%20!%3D%20tr%20OR%20language%20%3D%20tr"):
            self.assertEqual(names(self.own, path) - {self.adas}, set(), path)
        self.assertEqual(names(self.own, f"/v1/contacts?query={self.mark}"), {self.adas})
        # Another test makes one more of theirs.
        seen = names(self.team, f"/v1/contacts?query={self.mark}")
        self.assertLessEqual({self.adas, self.cans}, seen)
        self.assertNotIn(self.nobodys, seen)
        batch = {"names": [self.adas, self.cans, self.nobodys]}
        self.assertEqual([each["name"] for each in self.own.good("POST", "/v1/contacts:batchGet", batch)["contacts"]], [self.adas])
        for contact, count in ((self.adas, 1), (self.cans, 0)):
            point = {"kind": "KIND_EMAIL", "value": self.admin.good("GET", f"/v1/{contact}")["email"]}
            self.assertEqual(len(self.own.good("POST", "/v1/contacts:findPoints", point)["points"]), count)
        for path, key in (("/v1/duplicates", "duplicates"), ("/v1/anniversaries?days=366", "anniversaries")):
            self.assertEqual(self.own.good("GET", path)[key], [], path)
        self.assertEqual(self.own.good("POST", "/v1/personas:preview", {"filter": "language:*"})["count"], 1)

    def test_what_is_about_everybody_is_closed(self):
        for path in CLOSED:
            answer = self.own.get(path)
            self.assertEqual((answer.status, answer.reason), (403, "VISIBILITY_TOO_NARROW"), path)
        for path in ("/v1/organizations", "/v1/purposes", "/v1/campaigns", "/v1/segments", "/v1/teams", "/v1/savedViews", "/v1/status"):
            self.assertEqual(self.own.get(path).status, 200, path)

    def test_writes_obey_too(self):
        for path, body in ((f"/v1/{self.cans}:erase", {"reason": "TEST"}), (f"/v1/{self.cans}/points", {"kind": "KIND_EMAIL", "value": "x@example.com"}),
                           (f"/v1/{self.cans}:setLifecycleStage", {"stage": "LIFECYCLE_STAGE_LEAD"}),
                           ("/v1/notes", {"about": self.cans, "text": "x"}),
                           (f"/v1/{self.adas}:merge", {"merged": self.cans, "validateOnly": True})):
            self.refused(self.own.post(path, body), 404, "NOT_FOUND", "CONTACT_NOT_FOUND")
        self.refused(self.own.call("PATCH", f"/v1/{self.cans}", {"displayName": "x"}), 404, "NOT_FOUND", "CONTACT_NOT_FOUND")
        # What somebody makes who sees his own alone is his own, and nobody else's until somebody else says so.
        made = self.own.good("GET", f"/v1/{self.make(self.own)}")
        self.assertEqual(made["owner"], self.ada)
        answer = self.own.call("PATCH", f"/v1/{made['name']}", {"owner": self.can})
        self.refused(answer, 400, "INVALID_ARGUMENT", "OWNER_NOT_SEEN")
        note = self.own.good("POST", "/v1/notes", {"about": made["name"], "text": "Aradı."})
        given = self.team.call("PATCH", f"/v1/{made['name']}", {"owner": self.can})
        self.assertEqual((given.status, given.json["owner"]), (200, self.can))
        self.refused(self.own.get(f"/v1/{made['name']}"), 404, "NOT_FOUND", "CONTACT_NOT_FOUND")
        self.refused(self.own.call("PATCH", f"/v1/{note['name']}", {"text": "x"}), 404, "NOT_FOUND", "CONTACT_NOT_FOUND")
        self.assertEqual(self.team.call("PATCH", f"/v1/{note['name']}", {"text": "Yazdı."}).status, 200)

    def test_another_visibility_is_known_within_a_second(self):
        contact = self.make(self.admin, self.can)
        self.assertEqual(self.team.get(f"/v1/{contact}").status, 200)
        self.admin.good("POST", f"/v1/{self.can}:setVisibility", {"visibility": "VISIBILITY_OWN"})
        wait_until("he sees his own alone", lambda: self.team.get(f"/v1/{self.adas}").status == 404, 5)
        self.assertEqual(self.team.get(f"/v1/{contact}").status, 200)
        self.admin.good("POST", f"/v1/{self.can}:setVisibility", {"visibility": "VISIBILITY_TEAM"})
        wait_until("he sees his team's again", lambda: self.team.get(f"/v1/{self.adas}").status == 200, 5)


if __name__ == "__main__":
    unittest.main(verbosity=2)
