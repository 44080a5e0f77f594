"""Each real program, started with the environment of its rendered pod: it knows every setting that it is given, listens where
the probes ask, and goes when it is told to. Files are laid out as the pod's volumes say; addresses stay on this machine.
Neither engine is needed: a service that finds its database away is alive and waits."""
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import unittest
import urllib.error
import urllib.request

import objects
import policies

sys.path.insert(0, os.path.join(objects.ROOT, "tests/stack"))
from stack import program, setting  # noqa: E402
from waiting import wait_until  # noqa: E402

SECONDS = 30
KNOWN = objects.read(os.path.join(objects.CHART, "files/settings.yaml"))[0]


def certificate(folder):
    """An authority and a certificate by it, as a Secret for `tls` would hold them."""
    def openssl(*words):
        subprocess.run(["openssl", *words], check=True, cwd=folder, capture_output=True)
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=ca", "-keyout", "ca.key", "-out", "ca.crt")
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=vefa", "-keyout", "tls.key", "-out", "tls.crt")


def unblocked(pid):
    """Names of the threads that SIGTERM would end, but the main one, which waits for it."""
    found = []
    for thread in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{thread}/status", encoding="utf-8") as file:
            status = dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)
        if thread != str(pid) and not int(status["SigBlk"], 16) >> (signal.SIGTERM - 1) & 1:
            found.append(status["Name"])
    return found


class Pod:
    """One service's container, without the container."""

    def __init__(self, render, name, folder):
        self.objects = render
        self.folder = folder
        template = next(pod for owner, pod in objects.pods(render) if owner == f"Deployment/vefa-{name}")
        self.spec = template["spec"]
        self.container = self.spec["containers"][0]
        # Ports of a stack's, of which none runs now: below those that the system gives to outgoing connections.
        first = int(setting("VEFA_TEST_PORT_BASE", "18400")) + 10 * objects.SERVICES.index(name)
        self.ports = {port["containerPort"]: first + number for number, port in enumerate(self.container["ports"])}
        self.by_name = {port["name"]: self.ports[port["containerPort"]] for port in self.container["ports"]}
        self._lay_out()
        self.environment = {"PATH": os.environ["PATH"], **{one["name"]: self._value(one) for one in self.container["env"]}}

    def place(self, path):
        """Where a path of the pod lies on this machine."""
        return os.path.join(self.folder, path.lstrip("/"))

    def _lay_out(self):
        """What the node would put under each mount: only the files that the volume's items name."""
        volumes = {volume["name"]: volume for volume in self.spec.get("volumes", [])}
        for mount in self.container["volumeMounts"]:
            place, volume = self.place(mount["mountPath"]), volumes[mount["name"]]
            os.makedirs(place, exist_ok=True)
            if "secret" in volume and mount["name"] == "tls":
                certificate(place)
            secrets = [volume["secret"]] if "secret" in volume else [one["secret"] for one in volume.get("projected", {}).get("sources", [])]
            for item in (item for secret in secrets for item in secret.get("items", [])):
                if not os.path.exists(os.path.join(place, item["path"])):
                    with open(os.path.join(place, item["path"]), "w", encoding="utf-8") as file:
                        file.write(os.urandom(32).hex())

    def _value(self, one):
        source = one.get("valueFrom", {})
        if "configMapKeyRef" in source:
            wanted = source["configMapKeyRef"]
            return next(each["data"][wanted["key"]] for each in self.objects
                        if objects.name_of(each) == f"ConfigMap/{wanted['name']}")
        if "secretKeyRef" in source:
            # Port 1 answers nobody, at once.
            return "redis://vefa:word@127.0.0.1:1" if "REDIS" in one["name"] else "postgresql://vefa@127.0.0.1:1/vefa"
        if "fieldRef" in source:
            return "127.0.0.1"
        value = one["value"]
        if value.startswith("0.0.0.0:"):
            return f"127.0.0.1:{self.ports[int(value.rsplit(':', 1)[1])]}"
        return self.place(value) if value.startswith("/") else value

    def start(self, name, **more):
        with open(os.path.join(self.folder, "log"), "w", encoding="utf-8") as log:
            self.process = subprocess.Popen([program(f"vefa-{name}")], env={**self.environment, **more}, stdout=log, stderr=log,
                                            stdin=subprocess.DEVNULL)
        return self.process

    def log(self):
        with open(os.path.join(self.folder, "log"), encoding="utf-8") as file:
            return file.read()

    def ask(self, path):
        """Status and body, (0, "") while nobody answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.by_name['ops']}{path}", timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            return 0, ""


class SettingsTest(unittest.TestCase):
    def setUp(self):
        self.renders = objects.renders()

    def pod(self, render, name):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        return Pod(self.renders[render], name, folder.name)

    def start(self, pod, name, **more):
        process = pod.start(name, **more)
        self.addCleanup(lambda: process.poll() is None and process.kill())
        return process

    def test_every_program_takes_its_rendered_environment(self):
        for render in self.renders:
            pods = {name: self.pod(render, name) for name in objects.SERVICES}
            processes = {name: self.start(pod, name) for name, pod in pods.items()}
            for name, pod in pods.items():
                with self.subTest(render=render, service=name):
                    self.takes(pod, processes[name], name)
                processes[name].send_signal(signal.SIGTERM)
            for name, process in processes.items():
                with self.subTest(render=render, service=name):
                    self.assertEqual(process.wait(policies.STOP_SECONDS), 0, pods[name].log())

    def takes(self, pod, process, name):
        wait_until(f"{name} lives", lambda: process.poll() is not None or pod.ask("/livez")[0] == 200, SECONDS)
        self.assertIsNone(process.poll(), pod.log())
        # Those of others (OTEL_…) are no business of the chart: it hands on what `env` says.
        settings = {one: state for one, state in json.loads(pod.ask("/configz")[1]).items() if one.startswith("VEFA_")}
        given = {one for one in pod.environment if one.startswith("VEFA_")}
        # The gateway reads its log level before its settings begin.
        self.assertEqual({one for one, state in settings.items() if state["set"]}, given)
        self.assertEqual(sorted(settings), sorted(KNOWN[name]),
                         "deploy/helm/vefa/files/settings.yaml does not name what the program reads")
        self.assertEqual(pod.ask("/readyz")[0], 503)  # There is no database.
        for port in pod.by_name.values():
            with socket.create_connection(("127.0.0.1", port), timeout=5):
                pass
        self.assertEqual(unblocked(process.pid), [], "a SIGTERM that comes to these threads would kill instead of drain")

    def test_a_setting_of_another_service_is_refused(self):
        pod = self.pod("helm/rendered/plain.yaml", "gateway")
        process = self.start(pod, "gateway", VEFA_CONNECTION_AGE_SECONDS="60")
        self.assertEqual(process.wait(SECONDS), 2)
        self.assertIn("VEFA_CONNECTION_AGE_SECONDS is not a setting of this program", pod.log())

    def test_variables_of_services_would_be_refused(self):
        """Why pods have no service links."""
        pod = self.pod("helm/rendered/plain.yaml", "contact")
        process = self.start(pod, "contact", VEFA_GATEWAY_SERVICE_HOST="10.0.0.1")
        self.assertEqual(process.wait(SECONDS), 2)

    def test_jobs_speak_vefactl(self):
        """The command lines of the Jobs, against engines that are not there: understood, and failed with a reason."""
        for job in objects.of_kind(self.renders["helm/rendered/gitops.yaml"], "Job"):
            container = objects.template_of(job)["spec"]["containers"][0]
            names = {one["name"] for one in container["env"]}
            words = [word.replace("$(KAFKA_BROKERS)", "127.0.0.1:1") for word in container["args"]]
            if words[0] == "topics":
                words.append("--help")  # Brokers that are away are waited for.
            run = subprocess.run([program("vefactl"), *words], capture_output=True, text=True, timeout=SECONDS,
                                 env={name: "postgresql://vefa@127.0.0.1:1/vefa" for name in names})
            self.assertEqual(run.returncode, 0 if words[0] == "topics" else 1, f"{words}: {run.stdout}{run.stderr}")


if __name__ == "__main__":
    unittest.main(verbosity=2)
