"""Whether all is well, as a user sees it: a new contact is stored, published, applied and fed."""
import time
import uuid

from rest import Rest
from waiting import NotInTime, wait_until

CALL_SECONDS = 2
PATIENCE_SECONDS = 180
# How soon a contact that was created is looked for again.
EVERY = 0.03


class Probe:
    """One signed-in user of the first tenant. One thread."""

    def __init__(self, world, name):
        self.rest = Rest(world.stack.address("gateway"), CALL_SECONDS)
        self.tenant, self.name, self.made = world.tenants[0], name, 0
        self.cursor = self.request = None

    def _call(self, method, path, body=None):
        """The answer's JSON, or nothing when it is to be tried again."""
        try:
            if self.rest.token is None and self.rest.sign_in(self.tenant["slug"], self.tenant["email"],
                                                             self.tenant["password"]).status != 200:
                return None
            answer = self.rest.call(method, path, body)
        except (OSError, ValueError):
            return None
        if answer.status == 401:
            self.rest.token = None
        return answer.json if answer.status == 200 else None

    def _create(self):
        """The name of a new contact. Tried again it is the same one."""
        answer = self._call("POST", f"/v1/contacts?requestId={self.request}", {"externalId": f"probe-{self.request}",
                                                                               "displayName": "Probe"})
        return answer and answer["name"]

    def _on_timeline(self, contact):
        answer = self._call("GET", f"/v1/{contact}/timeline")
        return answer is not None and len(answer["entries"]) == 1

    def _feed_end(self):
        """The cursor behind the newest event."""
        answer = self._call("GET", "/v1/events?last=1")
        return answer and answer["nextCursor"]

    def _in_feed(self, contact):
        answer = self._call("GET", f"/v1/events?pageSize=500&filter.subjects={contact}&after={self.cursor}")
        if answer is None:
            return False
        self.cursor = answer["nextCursor"]
        return len(answer["events"]) == 1

    def until_well(self, quick=False):
        """Waits until a contact made from now on has come all the way, or is acknowledged. Returns the moment and
        what took longest."""
        steps, contact = [], None
        self.made, self.request = self.made + 1, uuid.uuid4()
        way = (("feed's end", self._feed_end), ("create", self._create), ("timeline", lambda: self._on_timeline(contact)),
               ("feed", lambda: self._in_feed(contact)))
        for what, step in way[1:2] if quick else way:
            try:
                begin = time.monotonic()
                answer = wait_until(f"{contact}: {what}", step, PATIENCE_SECONDS, EVERY)
                steps.append((time.monotonic() - begin, what))
            except NotInTime as late:
                raise NotInTime(f"{late}, probe {self.name}-{self.made}") from late
            if what == "feed's end":
                self.cursor = answer
            elif what == "create":
                contact = answer
        longest = max(steps)
        return time.monotonic(), f"{longest[1]} {longest[0]:.1f} s"
