"""What is refused at the REST door, and how it is said."""
import json
import unittest

from case import StackCase
from rest import Rest

VIEWER, VIEWER_PASSWORD = "viewer@demo.example", "a viewer's password"


class DoorsTest(StackCase):
    def stranger(self):
        return Rest(self.stack.address("gateway"))

    def test_sign_in_tells_nobody_what_was_wrong(self):
        good = self.stack.read_json("credentials.json")
        for wrong in ({"password": "not the password"}, {"email": "nobody@demo.example"}, {"tenant": "nobody"}):
            body = {name: {**good, **wrong}[name] for name in ("tenant", "email", "password")}
            answer = self.stranger().post("/v1/session", body)
            self.refused(answer, 401, "UNAUTHENTICATED", "SIGN_IN_REFUSED")

    def test_without_a_session(self):
        self.refused(self.stranger().get("/v1/contacts"), 401, "UNAUTHENTICATED", "SESSION_MISSING")
        stranger = self.stranger()
        stranger.token = "x" * 43
        self.assertIn(stranger.get("/v1/contacts").reason, ("SESSION_EXPIRED", "SESSION_MISSING", "SESSION_UNKNOWN"))

    def test_an_ended_session_is_over(self):
        stranger = self.stranger()
        good = self.stack.read_json("credentials.json")
        stranger.sign_in(good["tenant"], good["email"], good["password"])
        self.assertEqual(stranger.get("/v1/session").status, 200)
        self.assertEqual(stranger.call("DELETE", "/v1/session").status, 200)
        answer = stranger.get("/v1/contacts")
        self.assertEqual((answer.status, answer.code), (401, "UNAUTHENTICATED"))

    def test_bodies(self):
        answer = self.admin.call("POST", "/v1/contacts", raw=b'{"externalId": ', headers={"Content-Type": "application/json"})
        self.refused(answer, 400, "INVALID_ARGUMENT", "JSON_SYNTAX")
        answer = self.admin.post("/v1/contacts", {"externalId": "x", "colour": "red"})
        self.assertEqual((answer.status, answer.code), (400, "INVALID_ARGUMENT"))
        self.assertIn("FIELD_UNKNOWN", json.dumps(answer.json))
        answer = self.admin.post("/v1/contacts", {"externalId": "", "displayName": "", "email": "nowhere"})
        fields = {violation["field"] for violation in answer.json["violations"]}
        self.assertEqual(fields, {"contact.external_id", "contact.display_name", "contact.email"})

    def test_what_is_not_there(self):
        unknown = "contacts/00000000-0000-7000-8000-000000000000"
        self.refused(self.admin.get(f"/v1/{unknown}"), 404, "NOT_FOUND", "CONTACT_NOT_FOUND")
        self.assertEqual(self.admin.get("/v1/nothing").status, 404)
        self.assertEqual(self.admin.call("PUT", "/v1/contacts").status, 405)

    def test_a_deadline_already_past(self):
        answer = self.admin.get("/v1/contacts", headers={"X-Request-Timeout": "0"})
        self.refused(answer, 504, "DEADLINE_EXCEEDED", "DEADLINE_PASSED")

    def test_a_viewer_reads_and_does_not_write(self):
        with open(self.stack.path("viewer.password"), "w", encoding="utf-8") as file:
            file.write(VIEWER_PASSWORD + "\n")
        owner = f"postgresql://vefa_gateway_owner@{self.stack.address('postgres')}/vefa_gateway"
        run = self.stack.vefactl("users", "add", "--tenant", "demo", "--email", VIEWER, "--name", "Viewer", "--role", "viewer",
                                 "--password-file", self.stack.path("viewer.password"), "--postgres", owner)
        self.assertEqual(run.returncode, 0, run.stderr)
        viewer = self.stranger()
        self.assertEqual(viewer.sign_in("demo", VIEWER, VIEWER_PASSWORD).status, 200)
        self.assertEqual(viewer.get("/v1/contacts?pageSize=1").status, 200)
        answer = viewer.post("/v1/contacts", {"externalId": "viewer/1", "displayName": "V"})
        self.refused(answer, 403, "PERMISSION_DENIED", "PERMISSION_MISSING")
        status, lines = viewer.stream("/v1/contacts:import", [b'{"rows": []}'])
        self.assertEqual((status, lines[0]["reason"]), (403, "PERMISSION_MISSING"))

    def test_another_tenant_sees_nothing(self):
        other, tenant = self.stack, "0198f2a4-0000-7000-8000-000000000001"
        template = f"postgresql://vefa_{{service}}_owner@{other.address('postgres')}/vefa_{{service}}"
        run = other.vefactl("tenants", "add", "elsewhere", "--id", tenant, "--postgres", template)
        self.assertEqual(run.returncode, 0, run.stderr)
        with open(other.path("viewer.password"), "w", encoding="utf-8") as file:
            file.write(VIEWER_PASSWORD + "\n")
        owner = f"postgresql://vefa_gateway_owner@{other.address('postgres')}/vefa_gateway"
        other.vefactl("users", "add", "--tenant", "elsewhere", "--email", VIEWER, "--name", "Viewer", "--role", "admin",
                      "--password-file", other.path("viewer.password"), "--postgres", owner)
        stranger = self.stranger()
        self.assertEqual(stranger.sign_in("elsewhere", VIEWER, VIEWER_PASSWORD).status, 200)
        self.assertEqual(stranger.good("GET", "/v1/contacts")["contacts"], [])
        contact = self.contact(1)["name"]
        self.refused(stranger.get(f"/v1/{contact}"), 404, "NOT_FOUND", "CONTACT_NOT_FOUND")
        self.assertEqual(stranger.good("GET", f"/v1/{contact}/timeline")["entries"], [])
        self.assertEqual(stranger.good("GET", "/v1/campaigns")["campaigns"], [])
        self.assertEqual(stranger.good("GET", "/v1/messages")["messages"], [])


if __name__ == "__main__":
    unittest.main()
