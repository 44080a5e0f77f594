"""`./vefa up --tls`: the same system, its services speaking by mutual TLS, with certificates that change under way."""
import ssl
import socket
import unittest

from case import StackCase
from expected import without_seconds
from waiting import wait_until

GRPC = ("contact", "interaction", "campaign", "notification")
# "They are looked at each 3 s."
NOTICED_SECONDS = 15


class TlsTest(StackCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.before = cls.stack.summary()
        cls.stack.up("--tls")
        cls.admin = cls.stack.admin()

    @classmethod
    def tearDownClass(cls):
        cls.stack.up()

    def handshake(self, service, certificate):
        """The serial number that a service shows."""
        context = ssl.create_default_context(cafile=self.stack.path("secrets/tls/ca.crt"))
        context.set_alpn_protocols(["h2"])
        if certificate:
            context.load_cert_chain(self.stack.path("secrets/tls/tls.crt"), self.stack.path("secrets/tls/tls.key"))
        with socket.create_connection(("127.0.0.1", self.stack.port(service)), timeout=10) as plain, \
                context.wrap_socket(plain, server_hostname="127.0.0.1") as sealed:
            sealed.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(3) + bytes((4, 0, 0, 0, 0, 0)))
            if not sealed.recv(9):  # Who has shown no certificate hears so only now, in TLS 1.3.
                raise ConnectionResetError
            return sealed.getpeercert()["serialNumber"]

    def test_the_main_job_is_the_same(self):
        now, before = without_seconds(self.stack.summary()), without_seconds(self.before)
        # Other tests have written since the last one.
        self.assertTrue(all(each["published"] == each["recorded"] for each in now.pop("events").values()))
        before.pop("events")
        self.assertEqual(now, before)

    def test_who_shows_no_certificate_is_turned_away(self):
        for service in GRPC:
            with self.subTest(service):
                self.handshake(service, certificate=True)
                with self.assertRaises((ssl.SSLError, ConnectionError)):
                    self.handshake(service, certificate=False)

    def test_plain_text_is_turned_away(self):
        with socket.create_connection(("127.0.0.1", self.stack.port("contact")), timeout=10) as plain:
            plain.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(3) + bytes((4, 0, 0, 0, 0, 0)))
            plain.settimeout(10)
            try:
                self.assertNotIn(b"\x00\x00", plain.recv(9)[:3])  # No frame of HTTP/2: an alert, or the end.
            except ConnectionError:
                pass

    def test_a_new_certificate_needs_no_restart(self):
        pids, old = self.stack.pids(), self.handshake("contact", certificate=True)
        self.stack.up("--tls")
        self.assertEqual(self.stack.pids(), pids, "nothing was restarted")
        wait_until("the new certificate is shown", lambda: self.handshake("contact", certificate=True) != old, NOTICED_SECONDS)
        self.assertEqual(self.admin.get("/v1/contacts?pageSize=1").status, 200)
        # A gateway that has just started has no connection from before.
        self.stack.kill("gateway")
        wait_until("the gateway is back", lambda: self.answers(), 30)

    def answers(self):
        try:
            return self.admin.get("/v1/contacts?pageSize=1").status == 200
        except OSError:
            return False


if __name__ == "__main__":
    unittest.main(verbosity=2)
