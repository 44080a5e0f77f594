"""One request as one trace from the gateway to a consumer, and what becomes of it while no collector takes it."""
import os
import re
import time
import unittest
import urllib.request
import uuid

from case import StackCase, wait_until
from collector import Collector

NAME, HOST = "Zeynep Kaptan", "trace.example"
SECONDS = 60
# Nobody is slowed down; a call alone takes a few milliseconds, and the machine is busy with other tests.
SLOWEST_SECONDS = 5


class TracesTest(StackCase):
    def setUp(self):
        self.collector = Collector(self.stack.port("collector"))

    def create(self, sampled=True):
        """Creates a contact in a trace of its own; (trace, the caller's span, contact)."""
        trace, span = os.urandom(16).hex(), os.urandom(8).hex()
        body = {"externalId": f"trace/{uuid.uuid4()}", "displayName": NAME, "email": f"{uuid.uuid4().hex}@{HOST}"}
        answer = self.admin.call("POST", "/v1/contacts", body,
                                 headers={"traceparent": f"00-{trace}-{span}-{'01' if sampled else '00'}"})
        self.assertEqual(answer.status, 200, answer.body)
        return trace, span, answer.json["name"]

    def only(self, spans, what, **wanted):
        found = [span for span in spans if all(getattr(span, key) == value for key, value in wanted.items())]
        self.assertEqual(len(found), 1, f"{what}: {found} of {spans}")
        return found[0]

    def until_processed(self, collector, trace):
        """The spans, once the last of them is there."""
        consumer = lambda span: span.attributes.get("messaging.consumer.group.name") == "interaction.timeline.v1"  # noqa: E731
        done = lambda: (any(map(consumer, collector.of(trace))) and  # noqa: E731
                        any(span.kind == "producer" for span in collector.of(trace)) and
                        any(span.kind == "server" and span.service == "vefa-gateway" for span in collector.of(trace)))
        wait_until("the trace is whole", done, SECONDS)
        return collector.of(trace)

    def test_one_trace_from_the_request_to_the_consumer(self):
        with self.collector as collector:
            trace, caller, contact = self.create()
            spans = self.until_processed(collector, trace)
            request = self.only(spans, "the request", service="vefa-gateway", kind="server")
            self.assertEqual((request.parent, request.name), (caller, "/v1/contacts"))
            self.assertEqual(request.attributes["http.response.status_code"], 200)
            call = self.only(spans, "the call", service="vefa-gateway", kind="client",
                             name="vefa.contact.v1.ContactService/CreateContact")
            self.assertEqual(call.parent, request.id)
            served = self.only(spans, "the call served", service="vefa-contact", kind="server")
            self.assertEqual((served.parent, served.name), (call.id, call.name))
            self.assertEqual(served.attributes["rpc.grpc.status_code"], 0)
            batch = self.only(spans, "the batch", service="vefa-contact", kind="internal")
            self.assertEqual(batch.parent, served.id)
            statement = self.only(spans, "the statement", service="vefa-contact", kind="client", name="contact_insert")
            self.assertEqual((statement.parent, statement.attributes["db.system.name"]), (batch.id, "postgresql"))
            sent = self.only(spans, "what was sent", service="vefa-contact", kind="producer")
            self.assertEqual((sent.parent, sent.name), (served.id, "send vefa.contact.v1"))
            self.check_consumer(spans, served, sent)
            for inner, outer in ((call, request), (statement, batch), (batch, served)):
                self.assertLessEqual(outer.start, inner.start, inner)
                self.assertLessEqual(inner.end, outer.end, inner)
            self.check_nothing_personal(collector, contact)

    def check_consumer(self, spans, served, sent):
        """The event in interaction: below the call that recorded it, linked to its sending, with its statements below."""
        processed = [span for span in spans if span.kind == "consumer" and span.service == "vefa-interaction" and
                     span.attributes["messaging.consumer.group.name"] == "interaction.timeline.v1"]
        self.assertEqual(len(processed), 1, processed)
        self.assertEqual((processed[0].parent, processed[0].name), (served.id, "process vefa.contact.v1"))
        self.assertIn((sent.trace, sent.id), processed[0].links)
        self.assertEqual(processed[0].attributes["messaging.message.id"], sent.attributes["messaging.message.id"])
        below = [span for span in spans if span.service == "vefa-interaction" and span.parent == processed[0].id]
        self.assertIn("commit", {span.name for span in below})
        self.assertTrue(any("timeline" in span.name for span in below), below)

    def check_nothing_personal(self, collector, contact):
        every = b"".join(collector.bodies)
        for word in (NAME.encode(), b"Zeynep", HOST.encode(), contact.removeprefix("contacts/").encode()):
            self.assertNotIn(word, every)

    def test_what_is_not_sampled_is_not_sent(self):
        with self.collector as collector:
            quiet, _, _ = self.create(sampled=False)
            loud, _, _ = self.create()
            self.until_processed(collector, loud)
            self.assertEqual(collector.of(quiet), [])

    def test_a_log_line_carries_trace_and_tenant(self):
        trace = os.urandom(16).hex()
        # Stopped for a moment, so that there is a line about a request at all.
        self.stack.stop("contact")
        try:
            answer = self.admin.call("GET", f"/v1/contacts/{uuid.uuid4()}",
                                     headers={"traceparent": f"00-{trace}-{os.urandom(8).hex()}-00", "X-Request-Timeout": "500"})
            self.assertGreaterEqual(answer.status, 500)
            self.assertEqual(answer.json["traceId"], trace)
        finally:
            self.stack.start("contact")
            wait_until("contact answers", lambda: self.admin.get("/v1/contacts?pageSize=1").status == 200, SECONDS)
        with open(self.stack.path("logs", "gateway.log"), encoding="utf-8") as log:
            lines = [line for line in log if trace in line]
        self.assertTrue(lines)
        self.assertRegex(lines[0], r'"msg":"a request failed".*"span_id":"[0-9a-f]{16}","tenant":"[0-9a-f-]{36}"')

    def test_a_collector_that_takes_nothing_slows_nobody_and_is_met_again(self):
        before = self.dropped()
        # Away: spans are tried for a while, and dropped.
        for _ in range(20):
            begun = time.monotonic()
            self.create()
            self.assertLess(time.monotonic() - begun, SLOWEST_SECONDS)
        wait_until("spans are dropped", lambda: self.dropped() > before, SECONDS)
        with self.collector as collector:
            # Unwilling: an answer of 500 is not asked again.
            collector.status = 500
            self.create()
            wait_until("it refused something", lambda: collector.refused > 0, SECONDS)
            collector.status = 200
            trace, _, _ = self.create()
            self.until_processed(collector, trace)

    def dropped(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.stack.port('gateway') + 1}/metrics", timeout=10) as answer:
            text = answer.read().decode()
        return sum(float(value) for value in re.findall(r"^vefa_telemetry_dropped_total\{.*\} (\S+)$", text, re.MULTILINE))


if __name__ == "__main__":
    unittest.main(verbosity=2)
