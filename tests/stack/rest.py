"""The gateway's REST surface from outside, with nothing but the standard library."""
import http.client
import json
from dataclasses import dataclass, field


@dataclass
class Answer:
    status: int
    headers: dict
    body: bytes = b""
    json: object = field(default=None)

    @property
    def reason(self):
        return (self.json or {}).get("reason")

    @property
    def code(self):
        return (self.json or {}).get("code")


class Rest:
    """One user's view. `address` is host:port; without sign_in nobody is signed in."""

    def __init__(self, address, seconds=30):
        self.address, self.seconds, self.token = address, seconds, None

    def sign_in(self, tenant, email, password):
        answer = self.call("POST", "/v1/session", {"tenant": tenant, "email": email, "password": password})
        if answer.status == 200:
            self.token = answer.json["token"]
        return answer

    def call(self, method, path, body=None, headers=None, raw=None):
        """`body` goes as JSON, `raw` as it is."""
        sent = dict(headers or {})
        if self.token:
            sent.setdefault("Authorization", f"Bearer {self.token}")
        if body is not None:
            raw = json.dumps(body, ensure_ascii=False).encode()
            sent.setdefault("Content-Type", "application/json")
        connection = http.client.HTTPConnection(self.address, timeout=self.seconds)
        try:
            connection.request(method, path, raw, sent)
            response = connection.getresponse()
            data = response.read()
        except http.client.HTTPException as error:
            raise OSError(str(error)) from error
        finally:
            connection.close()
        answer = Answer(response.status, dict(response.getheaders()), data)
        if "json" in (response.getheader("Content-Type") or "") and "ndjson" not in response.getheader("Content-Type"):
            answer.json = json.loads(data)
        return answer

    def get(self, path, **more):
        return self.call("GET", path, **more)

    def post(self, path, body, **more):
        return self.call("POST", path, body, **more)

    def good(self, method, path, body=None):
        """The answer's JSON; anything but a 200 is a failed test."""
        answer = self.call(method, path, body)
        assert answer.status == 200, f"{method} {path}: {answer.status} {answer.body[:500]!r}"
        return answer.json

    def stream(self, path, lines):
        """Sends lines of NDJSON; returns (status, parsed lines of the answer)."""
        raw = b"".join(line + b"\n" for line in lines)
        answer = self.call("POST", path, raw=raw, headers={"Content-Type": "application/x-ndjson"})
        if answer.json is not None:
            return answer.status, [answer.json]
        return answer.status, [json.loads(line) for line in answer.body.splitlines() if line.strip()]

    def all_pages(self, path, key):
        """Every element of a list that comes in pages."""
        found, token = [], ""
        while True:
            mark = "&" if "?" in path else "?"
            page = self.good("GET", f"{path}{mark}pageSize=1000" + (f"&pageToken={token}" if token else ""))
            found += page[key]
            token = page["nextPageToken"]
            if not token:
                return found
