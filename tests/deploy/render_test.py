"""The committed renders are what chart and kustomizations make, and wrong values are refused with a sentence that helps."""
import filecmp
import os
import shutil
import subprocess
import tempfile
import unittest

import objects

SCRIPT = os.path.join(objects.HELM, "render.sh")
DEPS = os.environ.get("VEFA_DEPS", os.path.join(objects.ROOT, ".vefa/deps"))
KUBERNETES = "v1.36.0"
MADE = ("helm/rendered", "kustomize/rendered", "kustomize/base", "kustomize/components/autoscaling")


def find(name, *places):
    """A tool on the PATH or where `./vefa` puts it; None when the machine has none."""
    return shutil.which(name) or next((place for place in places if os.access(place, os.X_OK)), None)


HELM = find("helm", os.path.join(DEPS, "helm/helm"))
KUBECTL = find("kubectl")


class DigestTest(unittest.TestCase):
    """On every machine: what was rendered is what is there now."""

    def test_renders_were_made_from_these_files(self):
        digests = subprocess.run([SCRIPT, "--digest"], check=True, capture_output=True, text=True).stdout.split()
        for folder, digest in zip(("helm", "kustomize"), digests):
            with open(os.path.join(objects.ROOT, "deploy", folder, "rendered/made-from.sha256"), encoding="utf-8") as file:
                self.assertEqual(file.read().strip(), digest, f"deploy/{folder} was changed; run deploy/helm/render.sh")


@unittest.skipIf(HELM is None, "NOT CHECKED: no helm and no Go to build it; only the digests of the renders were compared")
class HelmTest(unittest.TestCase):
    def helm(self, *words, values=None):
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            file.write(values or "")
            file.flush()
            return subprocess.run([HELM, *words, "-f", os.path.join(objects.HELM, "cases/plain.yaml"), "-f", file.name],
                                  capture_output=True, text=True, timeout=60)

    def template(self, values):
        return self.helm("template", "vefa", objects.CHART, "--kube-version", KUBERNETES, values=values)

    @unittest.skipIf(KUBECTL is None, "NOT CHECKED: no kubectl; only the digests of the renders were compared")
    def test_rendering_again_gives_the_same(self):
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([SCRIPT, folder], check=True, env={**os.environ, "HELM": HELM, "KUBECTL": KUBECTL})
            for made in MADE:
                again, there = os.path.join(folder, made), os.path.join(objects.ROOT, "deploy", made)
                self.assertGreater(len(os.listdir(again)), 0)
                _, differ, missing = filecmp.cmpfiles(again, there, os.listdir(again), shallow=False)
                self.assertEqual((differ, missing), ([], []), f"deploy/{made}: run deploy/helm/render.sh")

    def test_the_chart_passes_helms_own_judge(self):
        run = self.helm("lint", "--strict", objects.CHART)
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)

    def test_a_service_may_have_less_than_the_defaults(self):
        """Also `false` and 0, which a careless merge takes for unset."""
        run = self.template("defaults: {autoscaling: {enabled: true}}\n"
                            "services: {notification: {autoscaling: {enabled: false}, replicas: 0}}\n")
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual(run.stdout.count("kind: HorizontalPodAutoscaler"), 4)
        self.assertIn("\n  replicas: 0\n", run.stdout)

    def test_wrong_values_are_refused_and_say_what_to_do(self):
        for values, says in (
                ("image: {registry: ''}", "deploy/docker/build-local.sh"),
                ("publicUrl: ''", "publicUrl is not set"),
                ("kafka: {brokers: ''}", "kafka.brokers is not set"),
                ("redis: {address: ''}", "redis.address is not set"),
                ("redis: {address: 'redis://me:word@host:1'}", "at '/redis/address'"),  # A password in a ConfigMap.
                ("postgres: {existingSecret: ''}", "gateway has no connection to PostgreSQL as service, pump, owner"),
                ("keys: {existingSecret: ''}", "openssl rand -hex 32"),
                ("drain: {terminationGracePeriodSeconds: 30}", "needs up to 36 s"),
                ("drain: {noticeMs: 30001, terminationGracePeriodSeconds: 60}", "needs up to 66 s"),
                ("drain: {foreignClients: true}", "set drain.preStopSleepSeconds to 359"),
                ("services: {contact: {settings: {VEFA_WORKRES: 4}}}", "contact does not know this setting"),
                ("services: {gateway: {settings: {VEFA_CONNECTION_AGE_SECONDS: 4}}}", "gateway does not know this setting"),
                ("defaults: {settings: {VEFA_OPS_ADDRESS: x}}", "is set by the chart"),
                ("defaults: {env: {VEFA_WORKERS: '4'}}", "belong into services.contact.settings"),
                ("services: {notification: {autoscaling: {enabled: true}}}", "share no work"),
                ("services: {contact: {autoscaling: {enabled: true, minReplicas: 7}}}", "minReplicas 7 is above maxReplicas 6"),
                ("postgres: {connectionBudget: 200}", "may open up to 261 connections"),
                ("networkPolicy: {egress: {enabled: true}}", "would cut the services off"),
                ("defaults: {replica: 2}", "replica")):
            run = self.template(values)
            self.assertNotEqual(run.returncode, 0, values)
            self.assertIn(says, run.stderr, values)

    def test_all_mistakes_are_said_at_once(self):
        run = self.template("publicUrl: ''\nredis: {address: ''}\ndrain: {terminationGracePeriodSeconds: 1}\n")
        self.assertEqual(run.stderr.count("\n* "), 3, run.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
