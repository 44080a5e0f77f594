"""An OpenTelemetry collector of a test's own: takes OTLP over HTTP and keeps the spans.

It reads protobuf by the field numbers of the OTLP specification and shares nothing with what sends.
"""
import http.server
import struct
import threading
from dataclasses import dataclass, field


def fields(data):
    """(number, value) of each field of a message: numbers of varints and fixed fields, bytes of the others."""
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(data):
        tag = varint()
        number, wire = tag >> 3, tag & 7
        if wire == 0:
            yield number, varint()
        elif wire in (1, 5):
            size = 8 if wire == 1 else 4
            yield number, struct.unpack_from("<Q" if wire == 1 else "<I", data, at)[0]
            at += size
        elif wire == 2:
            size = varint()
            yield number, data[at:at + size]
            at += size
        else:
            raise ValueError(f"wire type {wire}")


def every(data, number):
    return [value for found, value in fields(data) if found == number]


def first(data, number, fallback=b""):
    return next(iter(every(data, number)), fallback)


def attributes(data, number):
    """KeyValue is {key = 1, value = 2}; AnyValue {string = 1, bool = 2, int = 3}."""
    pairs = {}
    for pair in every(data, number):
        kind, value = next(fields(first(pair, 2)))
        pairs[first(pair, 1).decode()] = value.decode() if kind == 1 else bool(value) if kind == 2 else value
    return pairs


KINDS = {1: "internal", 2: "server", 3: "client", 4: "producer", 5: "consumer"}


@dataclass
class Span:
    service: str
    trace: str
    id: str
    parent: str
    name: str
    kind: str
    start: int
    end: int
    attributes: dict
    links: list = field(default_factory=list)  # (trace, span)
    error: str = ""


def read(body):
    """ExportTraceServiceRequest.resource_spans = 1 {resource = 1, scope_spans = 2 {spans = 2}}."""
    for resource_spans in every(body, 1):
        resource = attributes(first(resource_spans, 1), 1)
        for scope_spans in every(resource_spans, 2):
            for span in every(scope_spans, 2):
                status = first(span, 15)
                yield Span(service=resource["service.name"], trace=first(span, 1).hex(), id=first(span, 2).hex(),
                           parent=first(span, 4).hex(), name=first(span, 5).decode(), kind=KINDS[first(span, 6, 0)],
                           start=first(span, 7, 0), end=first(span, 8, 0), attributes=attributes(span, 9),
                           links=[(first(link, 1).hex(), first(link, 2).hex()) for link in every(span, 13)],
                           error=first(status, 2).decode() if first(status, 3, 0) == 2 else "")


class Collector:
    """Listens while it is entered. `status` is what it answers."""

    def __init__(self, port):
        self.port, self.status, self.spans, self.bodies = port, 200, [], []
        self.refused = 0

    def __enter__(self):
        collector = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                assert (self.path, self.headers["Content-Type"]) == ("/v1/traces", "application/x-protobuf")
                if collector.status == 200:
                    collector.bodies.append(body)
                    collector.spans.extend(read(body))
                else:
                    collector.refused += 1
                self.send_response(collector.status)
                self.send_header("Content-Length", "0")
                # A connection that is kept would outlive this collector, and feed it still.
                self.send_header("Connection", "close")
                self.end_headers()

            def log_message(self, *_):
                pass

        http.server.ThreadingHTTPServer.allow_reuse_address = True
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def of(self, trace):
        return [span for span in list(self.spans) if span.trace == trace]
