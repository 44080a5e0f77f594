"""A person is erased: nothing names them anywhere, nothing opens their old boxes, and no history is lost."""
import base64
import glob
import json
import os
import re
import subprocess
import unittest
import uuid

from case import PURPOSE, StackCase
from stack import ROOT, TOPIC_SERVICES
from traces import Search, canary, forms
from waiting import wait_until

# All that the projections of contact's events hold, one digest a table, without what says that the person was erased.
DIGEST = "SELECT md5(string_agg(t::text, '|' ORDER BY t::text)), count(*) FROM ({}) t"
PROJECTIONS = (("interaction", "SELECT tenant_id, contact_id, id, kind, occur_time, subject, facts FROM timeline_entry"
                " WHERE NOT (contact_id = '{}' AND kind = 12)"),
               ("campaign", "SELECT * FROM contact_state WHERE contact_id <> '{}'"),
               ("campaign", "SELECT * FROM contact_consent"))
# Logs of every program, and the files that services keep beside their databases. What is not searched, and why: the sink's
# log is the world outside, where the person's mail is; PostgreSQL's own files hold dead rows until they are vacuumed
# (docs/adr/0020); Kafka's files hold what its readers are given, which is searched.
FILES = ("logs/*.log*", "logs/setup/*.log*", "services/*/*")

# Tables of contact's that may hold somebody in clear; the words come a moment later.
IN_CLEAR = {"contact." + table for table in ("contact", "contact_point", "idempotency", "search_contact", "search_typo",
                                             "search_vocabulary", "search_word")}


# Those that hold what else is known of a person, until they are erased.
ELSEWHERE = {"contact." + table for table in ("affiliation", "boundary", "contact_identity", "contact_import_change", "interest_signal", "note",
                                              "rights_request")}


class ErasedPerson(StackCase):
    """What every erasure is judged by."""

    def consent(self, contact, state, time):
        body = {"purpose": PURPOSE, "channel": "CHANNEL_EMAIL", "state": state, "source": "checkout", "occurTime": time}
        return self.admin.call("POST", f"/v1/{contact}/consents", body)

    def timeline(self, contact):
        return [entry["kind"] for entry in self.admin.good("GET", f"/v1/{contact}/timeline?pageSize=100")["entries"]]

    def events(self):
        return {service: self.stack.count(service, "SELECT count(*) FROM event_log") for service in TOPIC_SERVICES}

    def projections(self, contact):
        person = contact.split("/")[1]
        return [self.stack.sql(service, DIGEST.format(query.format(person))) for service, query in PROJECTIONS]

    def settle(self):
        """Until every event is out, and every reader of ours has applied all that is out."""
        self.stack.wait_for_events()

        def caught_up():
            lines = self.stack.vefactl("consumer", "list").stdout.splitlines()[1:]
            lags = [line.split()[2] for line in lines if line.strip()]
            return len(lags) > 3 and set(lags) == {"0"}

        wait_until("every consumer has caught up", caught_up, 60)

    def searched(self, contact, tenant):
        """Traces in databases, Kafka, Redis and logs."""
        found, tables = self.search.databases(self.stack)
        for table in ("contact.contact", "contact.idempotency", "contact.event_log_0", "contact.aggregate_state",
                      "interaction.timeline_entry", "campaign.contact_state", "notification.message"):
            self.assertIn(table, tables, "the search is where things are")
        self.assertTrue(any(table.startswith("gateway.feed_event") for table in tables), tables)
        on_kafka, records, tombstones = self.search.kafka(self.stack, [f"{tenant}/{contact}"])
        self.assertGreater(records["vefa.contact.v1"], 2357)
        self.assertGreater(records["vefa.contact.state.v1"], 2357)
        files = [path for pattern in FILES for path in glob.glob(self.stack.path(pattern)) if os.path.getsize(path)]
        self.assertGreater(len(files), 8)
        return found | on_kafka | self.search.redis(self.stack)[0] | self.search.files(files), tombstones


class EraseTest(ErasedPerson):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.names = [canary() for _ in range(5)]
        cls.xid, cls.first, cls.last, cls.address, cls.married = cls.names
        cls.search = Search(cls.names)

    def recipe(self, contact):
        """What a stranger reads with Node alone: the script of contact's README, word for word."""
        with open(os.path.join(ROOT, "services/contact/README.md"), encoding="utf-8") as file:
            script = re.search(r"```js\n(.*?)```", file.read(), re.DOTALL)[1]
        path = self.stack.path("open-boxes.mjs")
        with open(path, "w", encoding="utf-8") as file:
            file.write(script)
        run = subprocess.run(["node", path, f"http://{self.stack.address('gateway')}", self.admin.token, contact],
                             capture_output=True, text=True, timeout=60)
        self.assertEqual(run.returncode, 0, run.stderr)
        return [json.loads(line) for line in run.stdout.splitlines()]

    def live(self):
        """A person's life: created, changed, agreed, written to, and asked for once more."""
        person = {"externalId": f"crm/{self.xid}", "displayName": f"{self.first} {self.last}",
                  "email": f"{self.address}@gizli.example", "language": "en", "source": "e2e"}
        created = f"/v1/contacts?requestId={self.request_id}"
        contact = self.admin.good("POST", created, person)["name"]
        changed = {**person, "displayName": f"{self.first} {self.married}"}
        chunk = json.dumps({"rows": [{"line": 1, "contact": changed}]}).encode()
        status, answers = self.admin.stream("/v1/contacts:import", [chunk])
        self.assertEqual((status, answers[0]["contactsUpdated"]), (200, 1), answers)
        self.consent(contact, "STATE_GRANTED", "2026-01-02T10:00:00Z")
        self.assertTrue(self.submit(contact, f"e2e/{uuid.uuid4()}")["accepted"])
        wait_until("the mail is out", lambda: any(self.address in mail["rcpt"] for mail in self.stack.sent()), 60)
        wait_until("the timeline knows of it", lambda: "KIND_MESSAGE_DELIVERED" in self.timeline(contact), 60)
        return contact, created, person

    def test_the_search_finds_what_is_hidden(self):
        word = canary()
        text = word.encode()
        hidden = [b"x" + text, text.upper(), text.hex().encode(), text.hex().upper().encode()]
        for before in (b"", b"a", b"ab", b"abc"):
            hidden.append(base64.b64encode(before + text + b"!"))
        for data in hidden:
            self.assertTrue(Search([word]).traces("here", data), data)
        self.assertFalse(Search([word]).traces("here", b"nothing of the kind"))
        self.assertGreaterEqual(len(list(forms(word))), 5)

    def test_erase(self):
        self.request_id = str(uuid.uuid4())
        contact, created, person = self.live()
        self.settle()
        tenant = self.stack.sql("contact", "SELECT id FROM tenant WHERE slug = 'demo'")[0][0]
        seen = self.recipe(contact)
        self.assertEqual([one["type"] for one in seen], ["contact.created", "contact.updated", "consent.granted"])
        self.assertEqual(seen[0]["person"], {key: person[key] for key in ("externalId", "displayName", "email")})
        self.assertEqual(seen[1]["person"]["displayName"], f"{self.first} {self.married}")

        # In clear the person is in contact's own record, what it is found by and answers, and nowhere else even now.
        before, tombstones = self.searched(contact, tenant)
        places = {trace.place for trace in before}
        self.assertLessEqual({"contact.contact", "contact.contact_point", "contact.idempotency"}, places, before)
        self.assertLessEqual(places, IN_CLEAR, before)
        self.assertEqual({trace.word for trace in before}, set(self.names))
        self.assertEqual(tombstones["vefa.contact.state.v1"], {f"{tenant}/{contact}": False})
        counts, projections = self.events(), self.projections(contact)

        run = self.stack.vefactl("contacts", "erase", contact, "--reason", "DATA_SUBJECT_REQUEST")
        self.assertEqual(run.returncode, 0, run.stderr)
        again = self.admin.good("POST", f"/v1/{contact}:erase", {"reason": "DATA_SUBJECT_REQUEST"})
        self.assertEqual(again, {"version": "4", "keysDestroyed": 2})
        self.settle()

        self.nothing_is_lost(contact, counts, projections)
        self.nothing_opens(contact)
        self.nothing_is_left(contact, tenant)
        self.nobody_comes_back(contact, created, person)

    def nothing_is_left(self, contact, tenant):
        after, tombstones = self.searched(contact, tenant)
        self.assertEqual(after, set())
        self.assertEqual(tombstones["vefa.contact.state.v1"], {f"{tenant}/{contact}": True})
        self.assertEqual(tombstones["vefa.contact.v1"], {f"{tenant}/{contact}": False}, "the log keeps its events")

    def nothing_opens(self, contact):
        seen = self.recipe(contact)
        self.assertEqual([one["type"] for one in seen],
                         ["contact.created", "contact.updated", "consent.granted", "contact.erased"])
        self.assertEqual([one["person"] for one in seen[:2]], [None, None], "the box is there and its key is not")
        was = self.admin.good("GET", f"/v1/ledgers/contact/state?subject={contact}&version=2&open=true")
        self.assertTrue(was["state"]["state"]["personal"]["ciphertext"])
        self.assertEqual(was["opened"], {})
        person = contact.split("/")[1]
        self.assertEqual(self.stack.count("contact", f"SELECT count(*) FROM pii_key WHERE contact_id = '{person}'"), 0)

    def nobody_comes_back(self, contact, created, person):
        empty = self.admin.good("GET", f"/v1/{contact}")
        self.assertEqual((empty["displayName"], empty["email"]), ("", ""))
        self.assertEqual(empty["externalId"], contact.replace("contacts/", "erased-"))
        self.refused(self.admin.post(created, person), 400, "FAILED_PRECONDITION", "ANSWER_ERASED")
        consent = self.consent(contact, "STATE_GRANTED", "2026-02-02T10:00:00Z")
        self.refused(consent, 400, "FAILED_PRECONDITION", "CONTACT_ERASED")
        decision = self.submit(contact, f"e2e/{uuid.uuid4()}")
        self.assertEqual((decision["accepted"], decision["reason"]), (False, "CONTACT_UNKNOWN"))

    def nothing_is_lost(self, contact, counts, projections):
        self.assertEqual(self.events(), {**counts, "contact": counts["contact"] + 1})
        self.assertEqual(self.projections(contact), projections)
        person = contact.split("/")[1]
        state = self.stack.sql("campaign", f"SELECT known, erased FROM contact_state WHERE contact_id = '{person}'")
        self.assertEqual(state, [["f", "t"]], "no campaign counts on them")
        self.assertEqual(self.timeline(contact).count("KIND_CONTACT_ERASED"), 1)
        for consumer in ("interaction.timeline.v1", "campaign.projection.v1"):
            run = self.stack.vefactl("projection", "verify", consumer)
            self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
            self.assertRegex(run.stdout, r"[1-9][\d,]* rows compared, 0 missing, 0 unexpected")
            # Built anew from Kafka's first record, with no key left, it is what it was.
            run = self.stack.vefactl("projection", "rebuild", consumer, "--from", "kafka")
            self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
        self.assertEqual(self.projections(contact), projections)


class EraseElsewhereTest(ErasedPerson):
    """What others than the record hold of a person: notes, identities, imports, interests, requests, lines, memberships, suppressions."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.words = {what: canary() for what in (
            "xid", "name", "imported", "unreadable", "note", "identity", "right", "interest", "boundary", "title", "department", "point", "label",
            "attribute", "agent", "suppressed")}
        cls.search = Search(cls.words.values())

    def add(self, path, body):
        """Once, with an answer that is kept for whoever asks again."""
        return self.admin.good("POST", f"{path}?requestId={uuid.uuid4()}", body)

    def write_down(self, contact):
        word = self.words
        self.add("/v1/notes", {"about": contact, "text": f"Met {word['note']} at the fair."})
        self.admin.good("POST", "/v1/contacts:identify", {"identity": {"source": "web", "value": word["identity"]},
                                                          "contact": {"externalId": word["xid"], "displayName": word["name"]}})
        self.add("/v1/rightsRequests", {"contact": contact, "kind": "RIGHT_KIND_ACCESS", "intake": "INTAKE_LETTER", "note": f"from {word['right']}"})
        signal = {"contact": contact, "topic": "coffee", "kind": "INTEREST_KIND_DECLARED", "source": f"form:{word['interest']}"}
        self.admin.good("POST", "/v1/interestSignals:record", {"signals": [signal]})
        self.add("/v1/boundaries", {"about": contact, "rule": {"dataUse": {"purposes": ["surveys"]}}, "reason": f"{word['boundary']} asked for it"})
        company = self.add("/v1/organizations", {"legalName": f"Kahve {uuid.uuid4().hex[:12]}"})["name"]
        self.add("/v1/affiliations", {"contact": contact, "organization": company, "role": "employee", "title": word["title"],
                                      "department": word["department"]})
        self.admin.good("PATCH", f"/v1/{contact}/preferences?updateMask=quietHours,messagesPerWeek",
                        {"quietHours": {"startMinute": 1320, "endMinute": 480}, "messagesPerWeek": 3})
        self.admin.good("POST", "/v1/addressSuppressions", {"kind": "KIND_EMAIL", "address": f"{word['suppressed']}@gizli.example",
                                                            "reason": "REASON_COMPLAINT", "source": "e2e"})

    def bring_in(self):
        """A file that changes the person, with a line about them that cannot be read: what is wrong with it is kept."""
        path = self.stack.path("gizli.csv")
        with open(path, "w", encoding="utf-8") as file:
            file.write("external_id,given_name,email\n"
                       f"{self.words['xid']},{self.words['imported']},\n"
                       f"{self.words['xid']},,{self.words['unreadable']}\n")
        run = self.stack.vefactl("import", "contacts", path, "--rejects", path + ".rejects")
        self.assertEqual(run.returncode, 3, run.stdout + run.stderr)
        self.assertIn("1 changed", run.stdout)

    def live(self):
        # No tag: those are the tenant's own words, which events carry for everybody.
        word = self.words
        key = f"gizli_{uuid.uuid4().hex[:8]}"
        self.admin.good("POST", "/v1/attributeDefinitions", {"key": key, "title": "Gizli", "type": "TYPE_TEXT", "privacy": "PRIVACY_PERSONAL"})
        contact = self.add("/v1/contacts", {"externalId": word["xid"], "displayName": word["name"],
                                            "attributes": {key: {"text": word["attribute"]}}})["name"]
        self.admin.good("POST", f"/v1/{contact}/points", {"kind": "KIND_EMAIL", "value": f"{word['point']}@gizli.example", "label": word["label"]})
        self.add(f"/v1/{contact}/consents", {"purpose": PURPOSE, "channel": "CHANNEL_EMAIL", "state": "STATE_GRANTED", "source": "form",
                                             "occurTime": "2026-01-02T10:00:00Z", "origin": {"ip": "192.0.2.7", "userAgent": word["agent"]}})
        self.write_down(contact)
        self.bring_in()
        return contact

    def test_erase(self):
        contact = self.live()
        self.settle()
        tenant = self.stack.sql("contact", "SELECT id FROM tenant WHERE slug = 'demo'")[0][0]
        before, _ = self.searched(contact, tenant)
        places = {trace.place for trace in before}
        self.assertLessEqual(ELSEWHERE, places, before)
        self.assertLessEqual(places, IN_CLEAR | ELSEWHERE, before)
        # Of a suppressed address only a hash is kept, of a line that cannot be read what is wrong with it, of a device a box.
        kept = {word for what, word in self.words.items() if what not in ("suppressed", "unreadable", "agent")}
        self.assertEqual({trace.word for trace in before}, kept)
        counts = self.events()

        self.admin.good("POST", f"/v1/{contact}:erase", {"reason": "DATA_SUBJECT_REQUEST"})
        self.settle()
        self.assertEqual(self.events(), {**counts, "contact": counts["contact"] + 1})
        after, _ = self.searched(contact, tenant)
        self.assertEqual(after, set())
        self.exports_name_nobody(contact)

    def exports_name_nobody(self, contact):
        proof, people = self.stack.path("gizli-proof.jsonl"), self.stack.path("gizli-people.csv")
        run = self.stack.vefactl("consent", "export", proof, "--contact", contact)
        self.assertEqual(run.returncode, 0, run.stderr)
        run = self.stack.vefactl("rights", "affected", "--filter", 'create_time > "2026-01-01T00:00:00Z"', "--output", people)
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual(self.search.files([proof, people]), set())


if __name__ == "__main__":
    unittest.main()
