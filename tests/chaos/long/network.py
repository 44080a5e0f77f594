"""The control port of the fault proxy, and the faults of connections."""
import http.client
import json


class Proxy:
    """Speaks to vefa-fault-proxy. Thread-safe: every request has a connection of its own."""

    def __init__(self, address):
        self.address = address

    def ask(self, method, target):
        connection = http.client.HTTPConnection(self.address, timeout=10)
        try:
            connection.request(method, target)
            answer = connection.getresponse()
            body = answer.read()
        finally:
            connection.close()
        assert answer.status == 200, f"{target}: {answer.status} {body!r}"
        return json.loads(body)

    def stats(self):
        return self.ask("GET", "/stats")

    def do(self, verb, link, **values):
        words = "".join(f"&{key}={value}" for key, value in values.items())
        return self.ask("POST", f"/{verb}?link={link}{words}")

    def clear(self, link="*"):
        return self.do("clear", link)
