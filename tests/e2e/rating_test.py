"""Interests, scores, personas, lifecycle rules and anniversaries, through the REST door."""
import json
import os
import tempfile
import unittest
import uuid

from case import OperatorCase
from waiting import wait_until


class RatingTest(OperatorCase):
    def setUp(self):
        # What nobody else's test has.
        self.mark = uuid.uuid4().hex[:12]

    def create(self, **more):
        body = {"externalId": f"rating/{uuid.uuid4()}", "displayName": "Ayşe", "tags": [self.mark], **more}
        return self.admin.good("POST", "/v1/contacts", body)["name"]

    def put(self, path, body):
        answer = self.admin.call("PATCH", path, body)
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json

    def signal(self, contact, topic, **more):
        signal = {"contact": contact, "topic": topic, "kind": "INTEREST_KIND_OBSERVED", **more}
        return self.admin.good("POST", "/v1/interestSignals:record", {"signals": [signal]})

    def events(self, contact):
        return [event["type"] for event in self.admin.good("GET", f"/v1/ledgers/contact/events?subject={contact}")["events"]]

    def test_what_a_person_is_interested_in(self):
        contact = self.create()
        one = str(uuid.uuid4())
        self.assertEqual(self.signal(contact, "coffee", weight=3, id=one)["recorded"], 1)
        self.assertEqual(self.signal(contact, "coffee", weight=3, id=one)["repeatedSignals"], 1)
        self.signal(contact, "tea", kind="INTEREST_KIND_DECLARED", notInterested=True)
        self.signal(contact, "tea", weight=50)
        interests = self.admin.good("GET", f"/v1/{contact}/interests")["interests"]
        self.assertEqual([one["topic"] for one in interests], ["coffee", "tea"])
        self.assertAlmostEqual(interests[0]["sum"], 3, places=2)
        self.assertTrue(interests[1]["notInterested"])
        half = self.admin.good("POST", "/v1/interestHalfLives:set", {"topic": self.mark, "kind": "INTEREST_KIND_OBSERVED", "days": 5})
        self.assertEqual(half["days"], 5)
        answer = self.admin.post("/v1/interestSignals:record", {"signals": [{"contact": "x", "topic": "!"}]})
        self.assertEqual({violation["field"] for violation in answer.json["violations"]},
                         {"signals[0].contact", "signals[0].topic", "signals[0].kind"})
        self.assertEqual(self.events(contact), ["contact.created"] + ["interests.changed"] * 3)

    def test_rules_rate_everybody_and_whoever_changes(self):
        contact = self.create(country="TR")
        score = f"scoreDefinitions/s-{self.mark}"
        persona = f"personas/p-{self.mark}"
        rule = f"lifecycleRules/r-{self.mark}"
        self.put(f"/v1/{score}", {"rules": [{"code": "ours", "points": 40, "filter": f"tags:{self.mark}"},
                                            {"code": "coffee", "points": 10, "signals": {"topic": self.mark, "cap": 50}}],
                                  "grades": [{"grade": "A", "atLeast": 60}, {"grade": "B", "atLeast": 40}]})
        self.put(f"/v1/{rule}", {"scoreDefinition": score, "scoreAtLeast": 60, "stage": "LIFECYCLE_STAGE_PROSPECT", "priority": 1})
        preview = self.admin.good("POST", "/v1/personas:preview", {"filter": f"tags:{self.mark}"})
        self.assertEqual((preview["count"], preview["contacts"]), (1, [contact]))
        self.put(f"/v1/{persona}", {"titles": {"tr": "Bizimki", "en": "Ours"}, "priority": 1, "filter": f"tags:{self.mark}"})

        def scored(grade):
            mine = [one for one in self.admin.good("GET", f"/v1/{contact}/scores")["scores"] if one["definition"] == score]
            return mine and mine[0]["grade"] == grade and mine[0]

        # Everybody is rated when a rule changes, and whoever changes is rated again.
        self.assertEqual(wait_until("the score is counted", lambda: scored("B"), 60)["score"], 40)
        match = wait_until("the persona is known", lambda: self.admin.good("GET", f"/v1/{contact}/personas")["matches"], 60)[0]
        self.assertEqual((match["persona"], match["primary"]), (persona, True))
        self.signal(contact, self.mark, weight=3)
        shares = wait_until("the score is counted again", lambda: scored("A"), 60)["shares"]
        self.assertEqual([share["rule"] for share in shares], ["ours", "coffee"])
        listed = self.admin.good("GET", f"/v1/{score}/contacts?grade=A")["scores"]
        self.assertEqual([one["contact"] for one in listed], [contact])
        change = self.admin.good("GET", f"/v1/{contact}/lifecycleChanges")["changes"][0]
        self.assertEqual((change["rule"], change["toStage"]), (rule, "LIFECYCLE_STAGE_PROSPECT"))
        events = self.events(contact)
        self.assertEqual((events.count("lead_score.crossed"), events.count("persona.changed"), events.count("lifecycle.changed")), (2, 1, 1))
        self.refused(self.admin.call("DELETE", f"/v1/{score}"), 400, "FAILED_PRECONDITION", "SCORE_DEFINITION_IN_USE")
        for name in (rule, score, persona):
            self.assertEqual(self.admin.call("DELETE", f"/v1/{name}").status, 200)

    def test_definitions_travel_as_a_file(self):
        persona = f"personas/f-{self.mark}"
        self.put(f"/v1/{persona}", {"titles": {"tr": "Dosyadan"}, "priority": 9, "filter": f"tags:{self.mark}"})
        exported = json.loads(self.ctl("ratings", "export"))
        mine = [one for one in exported["personas"] if one["name"] == persona]
        self.assertEqual(len(mine), 1)
        mine[0]["priority"] = 8
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "ratings.json")
            with open(path, "w", encoding="utf-8") as file:
                json.dump({"personas": mine}, file)
            self.assertIn(f"{persona} is version 2", self.ctl("ratings", "apply", path))
            # Again it is the same.
            self.assertIn(f"{persona} is version 2", self.ctl("ratings", "apply", path))
        self.assertEqual(self.admin.call("DELETE", f"/v1/{persona}").status, 200)

    def test_since_when_somebody_is_a_customer(self):
        contact = self.create(timeZone="Europe/Istanbul")
        self.assertEqual(self.admin.good("GET", f"/v1/{contact}/tenure").get("customerSince"), None)
        self.admin.good("POST", f"/v1/{contact}:setLifecycleStage", {"stage": "LIFECYCLE_STAGE_NEW_CUSTOMER", "reason": "FIRST_ORDER"})
        tenure = self.admin.good("GET", f"/v1/{contact}/tenure")
        self.assertEqual((tenure["days"], tenure["years"]), (0, 0))
        self.assertTrue(tenure["customerSince"])
        answer = self.admin.good("GET", "/v1/anniversaries?days=366&pageSize=1000")
        self.assertIn(contact, [one["contact"] for one in answer["anniversaries"]])


if __name__ == "__main__":
    unittest.main()
