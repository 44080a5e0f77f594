"""The rules of policies.py over every committed render; and each rule on a pod that breaks it."""
import copy
import re
import unittest

import objects
import policies

EVERY_POD = (policies.restricted, policies.frugal, policies.environment)
EVERY_SERVICE = (policies.probes, policies.leaving)


class PolicyTest(unittest.TestCase):
    def setUp(self):
        self.renders = objects.renders()

    def test_pods(self):
        for render, all_of_it in self.renders.items():
            for name, pod in objects.pods(all_of_it):
                for rule in EVERY_POD + (EVERY_SERVICE if name.startswith("Deployment") else ()):
                    self.assertEqual(list(rule(pod)), [], f"{render}: {name}: {rule.__name__}")

    def test_rollouts_and_references(self):
        for render, all_of_it in self.renders.items():
            self.assertEqual(len(objects.of_kind(all_of_it, "Deployment")), len(objects.SERVICES), render)
            self.assertEqual(len(objects.of_kind(all_of_it, "Job")), len(objects.SERVICES) + 1, render)
            for deployment in objects.of_kind(all_of_it, "Deployment"):
                self.assertEqual(list(policies.rollout(deployment)), [], f"{render}: {objects.name_of(deployment)}")
            self.assertEqual(list(policies.references(all_of_it)), [], render)

    def test_grpc_services_are_headless_and_the_door_is_not(self):
        for render, all_of_it in self.renders.items():
            services = {one["metadata"]["name"]: one["spec"] for one in objects.of_kind(all_of_it, "Service")}
            headless = {name for name, spec in services.items() if spec.get("clusterIP") == "None"}
            self.assertEqual(headless, {"vefa-contact", "vefa-interaction", "vefa-campaign", "vefa-notification",
                                        "vefa-gateway-grpc"}, render)
            self.assertEqual(set(services) - headless, {"vefa-gateway"}, render)

    def test_nobody_is_let_in_who_does_not_call(self):
        policy = {one["metadata"]["name"]: one["spec"] for one in
                  objects.of_kind(self.renders["helm/rendered/plain.yaml"], "NetworkPolicy")}
        self.assertEqual(policy["vefa"], {"podSelector": {"matchLabels": {
            "app.kubernetes.io/name": "vefa", "app.kubernetes.io/instance": "vefa"}}, "policyTypes": ["Ingress"]})
        callers = {name: sorted(peer["podSelector"]["matchLabels"]["app.kubernetes.io/component"]
                                for rule in spec["ingress"] for peer in rule.get("from", []))
                   for name, spec in policy.items() if name != "vefa"}
        self.assertEqual(callers, {"vefa-contact": ["campaign", "gateway", "interaction", "notification"],
                                   "vefa-interaction": ["campaign", "gateway"], "vefa-campaign": ["gateway"],
                                   "vefa-notification": ["campaign", "contact", "gateway", "interaction"], "vefa-gateway": []})
        self.assertEqual(policy["vefa-gateway"]["ingress"], [{"ports": [{"protocol": "TCP", "port": "http"}]}])

    def test_budgets_only_where_a_pod_can_be_spared(self):
        self.assertEqual(len(objects.of_kind(self.renders["helm/rendered/plain.yaml"], "PodDisruptionBudget")), 5)
        for render in ("helm/rendered/single.yaml", "kustomize/rendered/small.yaml"):
            self.assertEqual(objects.of_kind(self.renders[render], "PodDisruptionBudget"), [])

    def test_jobs_are_hooks_or_named_by_their_content(self):
        for render in ("helm/rendered/plain.yaml", "helm/rendered/gitops.yaml"):
            for job in objects.of_kind(self.renders[render], "Job"):
                hook = "helm.sh/hook" in job["metadata"].get("annotations", {})
                self.assertEqual(hook, render.endswith("plain.yaml"))
                self.assertNotEqual(hook, re.search("-[0-9a-f]{8}$", job["metadata"]["name"]) is not None)

    def broken(self, rule, change, kind="Deployment"):
        """What the rule says of a good object after a change."""
        one = copy.deepcopy(objects.of_kind(self.renders["helm/rendered/plain.yaml"], kind)[0])
        pod = one["spec"]["template"]
        change(one, pod["spec"], pod["spec"]["containers"][0])
        return list(rule(one if rule is policies.rollout else pod))

    def test_each_rule_finds_what_breaks_it(self):
        def env(container, name, value):
            next(one for one in container["env"] if one["name"] == name)["value"] = value
        breaks = (
            (policies.restricted, lambda one, pod, box: pod["securityContext"].pop("runAsNonRoot")),
            (policies.restricted, lambda one, pod, box: pod["securityContext"].pop("seccompProfile")),
            (policies.restricted, lambda one, pod, box: pod.update(hostNetwork=True)),
            (policies.restricted, lambda one, pod, box: pod.pop("automountServiceAccountToken")),
            (policies.restricted, lambda one, pod, box: pod["volumes"].append({"name": "x", "hostPath": {"path": "/"}})),
            (policies.restricted, lambda one, pod, box: box["securityContext"].pop("allowPrivilegeEscalation")),
            (policies.restricted, lambda one, pod, box: box["securityContext"].pop("readOnlyRootFilesystem")),
            (policies.restricted, lambda one, pod, box: box["securityContext"]["capabilities"].update(add=["NET_RAW"])),
            (policies.restricted, lambda one, pod, box: box["securityContext"].update(privileged=True)),
            (policies.frugal, lambda one, pod, box: box["resources"]["limits"].update(cpu="1")),
            (policies.frugal, lambda one, pod, box: box["resources"]["requests"].pop("memory")),
            (policies.frugal, lambda one, pod, box: box.update(image="vefa-contact")),
            (policies.environment, lambda one, pod, box: pod.pop("enableServiceLinks")),
            (policies.environment, lambda one, pod, box: box["env"].append(box["env"][0])),
            (policies.environment, lambda one, pod, box: pod["volumes"].append({"name": "x", "emptyDir": {}})),
            (policies.environment, lambda one, pod, box: env(box, "VEFA_PII_KEY_FILE", "/etc/key")),
            (policies.probes, lambda one, pod, box: box["ports"].pop()),
            (policies.probes, lambda one, pod, box: box["livenessProbe"]["httpGet"].update(path="/readyz")),
            (policies.probes, lambda one, pod, box: box["readinessProbe"].update(timeoutSeconds=1)),
            (policies.leaving, lambda one, pod, box: pod.update(terminationGracePeriodSeconds=35)),
            (policies.leaving, lambda one, pod, box: env(box, "VEFA_DRAIN_NOTICE_MS", "1001")),
            (policies.rollout, lambda one, pod, box: one["spec"].update(minReadySeconds=0)),
            (policies.rollout, lambda one, pod, box: one["spec"]["strategy"]["rollingUpdate"].update(maxUnavailable=1)),
        )
        for number, (rule, change) in enumerate(breaks):
            self.assertGreaterEqual(len(self.broken(rule, change)), 1, f"break {number} of {rule.__name__}")

    def test_dangling_references_are_found(self):
        render = self.renders["helm/rendered/full.yaml"]
        for kind, change in (("Service", lambda one: one["spec"]["selector"].update(a="b")),
                             ("ServiceAccount", lambda one: one["metadata"].update(name="other")),
                             ("ConfigMap", lambda one: one["data"].pop("public-url")),
                             ("HorizontalPodAutoscaler", lambda one: one["spec"]["scaleTargetRef"].update(name="other")),
                             ("PodDisruptionBudget", lambda one: one["spec"].update(maxUnavailable=0))):
            bad = copy.deepcopy(render)
            change(objects.of_kind(bad, kind)[0])
            self.assertGreaterEqual(len(list(policies.references(bad))), 1, kind)


if __name__ == "__main__":
    unittest.main(verbosity=2)
