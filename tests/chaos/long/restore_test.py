"""PostgreSQL is put back to an earlier point: readers see another life of the ledger, not a silent fork."""
import os
import shutil
import subprocess
import unittest
import uuid

from world import World

from rest import Rest

SECONDS = 120
CONSUMER = "interaction.timeline.v1"


class RestoreTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World("restore", 0, 0)
        cls.world.begin()
        cls.stack = cls.world.stack

    @classmethod
    def tearDownClass(cls):
        cls.stack.vefa("down", "--wipe")

    def setUp(self):
        self.rest = Rest(self.stack.address("gateway"))

    def call(self, method, path, body=None):
        """An answer, however often services and their database have to come back first."""
        def answer():
            if self.rest.token is None:
                tenant = self.world.tenants[0]
                self.rest.sign_in(tenant["slug"], tenant["email"], tenant["password"])
            got = self.rest.call(method, path, body)
            if got.status == 401:
                self.rest.token = None
            return got.json if got.status == 200 else None
        return self.world.until(path, answer, SECONDS, 0.1)

    def create(self, external_id):
        return self.call("POST", f"/v1/contacts?requestId={uuid.uuid4()}", {"externalId": external_id, "displayName": "Person"})["name"]

    def consent(self, contact, state, moment):
        self.call("POST", f"/v1/{contact}/consents?requestId={uuid.uuid4()}", {
            "purpose": "news", "channel": "CHANNEL_EMAIL", "state": state, "source": "test", "occurTime": moment})

    def timeline(self, contact):
        return self.call("GET", f"/v1/{contact}/timeline")["entries"]

    def until_entries(self, contact, count):
        self.world.until(f"{count} entries of {contact}", lambda: len(self.timeline(contact)) == count, SECONDS)

    def incarnation(self):
        return self.world.rows("contact", "SELECT incarnation FROM db_identity")[0][0]

    def folder(self):
        with open(self.stack.path("postgres.path"), encoding="utf-8") as file:
            return file.read().strip()

    def copy(self, source, target):
        """With owners and rights, which PostgreSQL insists on."""
        shutil.rmtree(target, ignore_errors=True)
        subprocess.run(["cp", "-a", source, target], check=True)

    def restore(self, backup):
        """The folder as it was, and a recovery that ends in a history of its own."""
        self.copy(backup, self.folder())
        owner = os.stat(self.folder())
        with open(os.path.join(self.folder(), "postgresql.auto.conf"), "a", encoding="utf-8") as file:
            file.write("restore_command = 'false'\n")
        signal = os.path.join(self.folder(), "recovery.signal")
        with open(signal, "w", encoding="utf-8"):
            os.chown(signal, owner.st_uid, owner.st_gid)

    def test_readers_are_told_of_another_life(self):
        before = self.incarnation()
        known = self.create("known")
        self.until_entries(known, 1)
        backup = self.folder() + ".backup"
        self.addCleanup(shutil.rmtree, backup, True)
        self.stack.stop("postgres")
        self.copy(self.folder(), backup)
        self.stack.start("postgres")
        # What the restore will lose, and Kafka will keep.
        self.consent(known, "STATE_GRANTED", "2026-01-01T00:00:00Z")
        self.until_entries(known, 2)
        self.stack.stop("postgres")
        self.restore(backup)
        self.stack.start("postgres")
        # The other life says something else of the same version.
        self.consent(known, "STATE_WITHDRAWN", "2026-01-02T00:00:00Z")
        fresh = self.create("fresh")
        self.until_entries(fresh, 1)
        after = self.incarnation()
        self.assertGreater(after, before)
        events = self.call("GET", f"/v1/events?pageSize=100&filter.subjects={fresh}")["events"]
        self.assertEqual([event["source"] for event in events], ["/vefa/contact/" + after])
        # The reader applied what is lost now: the subject stands still and says why, and the others go on.
        parked = self.world.until("the subject is parked", lambda: self.world.rows(
            "interaction", f"SELECT kind FROM parked_subject WHERE consumer = '{CONSUMER}' AND subject = '{known}'"), SECONDS)
        self.assertEqual(parked, [["RESTORED"]])
        self.assertEqual(self.world.rows("interaction", "SELECT count(*) FROM parked_subject"), [["1"]])


if __name__ == "__main__":
    unittest.main()
