import json, os, urllib.request

url, who = os.environ["VEFA_URL"], json.load(open(os.environ["VEFA_CREDENTIALS"]))
def ask(path, body=None, **headers):
    data = json.dumps(body).encode() if body else None
    return urllib.request.urlopen(urllib.request.Request(url + path, data, {"Content-Type": "application/json", **headers}))
token = json.load(ask("/v1/session", {key: who[key] for key in ("tenant", "email", "password")}))["token"]
for line in ask("/v1/events:stream?last=10", Authorization="Bearer " + token):
    if line.startswith(b"data: ") and b'"type"' in line:
        event = json.loads(line[6:])
        print(event["type"], event["subject"], event["aggregateVersion"], flush=True)
