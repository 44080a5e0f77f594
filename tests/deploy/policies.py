"""What every pod and object of ours must be, each rule as a function that yields what is wrong."""
import math

import objects

ALLOWED_VOLUMES = {"configMap", "emptyDir", "projected", "secret"}
# Once it accepts no calls a process may need this long (docs/operations.md, "Stopping and rolling").
STOP_SECONDS = 30


def restricted(pod):
    """Pod Security `restricted`, a root that cannot be written, and no token."""
    spec = pod["spec"]
    security = spec.get("securityContext", {})
    if security.get("runAsNonRoot") is not True:
        yield "may run as root"
    if security.get("seccompProfile", {}).get("type") != "RuntimeDefault":
        yield "has no seccomp profile"
    if security.get("runAsUser") == 0:
        yield "runs as root"
    for field in ("hostNetwork", "hostPID", "hostIPC"):
        if spec.get(field):
            yield f"has {field}"
    if spec.get("automountServiceAccountToken") is not False:
        yield "is given a token of the API server"
    for volume in spec.get("volumes", []):
        if not ALLOWED_VOLUMES & set(volume):
            yield f"has the volume {volume['name']} of a kind that restricted forbids"
    for container in spec["containers"] + spec.get("initContainers", []):
        own = container.get("securityContext", {})
        if own.get("allowPrivilegeEscalation") is not False:
            yield f"{container['name']} may gain privileges"
        if own.get("readOnlyRootFilesystem") is not True:
            yield f"{container['name']} may write its root"
        if own.get("capabilities", {}).get("drop") != ["ALL"] or own.get("capabilities", {}).get("add"):
            yield f"{container['name']} has capabilities"
        if own.get("privileged") or own.get("runAsUser") == 0 or any("hostPort" in port for port in container.get("ports", [])):
            yield f"{container['name']} is privileged, root, or on the host's ports"


def frugal(pod):
    """Requests and a limit of memory; no limit of CPU, which only makes calls late. A pinned image."""
    for container in pod["spec"]["containers"]:
        resources = container.get("resources", {})
        if not {"cpu", "memory"} <= set(resources.get("requests", {})) or "memory" not in resources.get("limits", {}):
            yield f"{container['name']} lacks requests or a limit of memory"
        if "cpu" in resources.get("limits", {}):
            yield f"{container['name']} has a limit of CPU"
        tag = container["image"].rsplit("/", 1)[-1]
        if ":" not in tag or tag.endswith(":latest"):
            yield f"{container['name']}: the image {container['image']} is not pinned"


def environment(pod):
    """No variable twice; nothing that Kubernetes adds; every file that is named is mounted."""
    if pod["spec"].get("enableServiceLinks") is not False:
        yield "is given variables of Services, which begin with VEFA_ where the release is called vefa"
    for container in pod["spec"]["containers"]:
        names = [one["name"] for one in container.get("env", [])]
        yield from (f"{name} is there twice" for name in sorted(set(names)) if names.count(name) > 1)
        mounts = [mount["mountPath"] for mount in container.get("volumeMounts", [])]
        volumes = {volume["name"] for volume in pod["spec"].get("volumes", [])}
        used = {mount["name"] for mount in container.get("volumeMounts", [])}
        if used != volumes:
            yield f"volumes {sorted(volumes ^ used)} are not both there and mounted"
        for one in container.get("env", []):
            value = one.get("value", "")
            if one["name"].endswith(("_KEY_FILE", "_TLS_DIR", "_STATE_DIR")) and not any(
                    value == mount or value.startswith(mount + "/") for mount in mounts):
                yield f"{one['name']}={value} is not mounted"


def probes(pod):
    """All three, on ports that there are, slower than what they ask."""
    for container in pod["spec"]["containers"]:
        ports = {port["name"]: port["containerPort"] for port in container.get("ports", [])}
        settings = {one["name"]: one.get("value") for one in container["env"]}
        for name, setting in (("grpc", "VEFA_GRPC_ADDRESS"), ("ops", "VEFA_OPS_ADDRESS"), ("http", "VEFA_HTTP_ADDRESS")):
            if (settings.get(setting) or ":").rsplit(":", 1)[1] != str(ports.get(name, "")):
                yield f"{setting} is {settings.get(setting)}, and the port {name} is {ports.get(name)}"
        for kind, path in (("startupProbe", "/livez"), ("livenessProbe", "/livez"), ("readinessProbe", "/readyz")):
            get = container.get(kind, {}).get("httpGet", {})
            if get.get("path") != path or get.get("port") != "ops" or "ops" not in ports:
                yield f"{kind} does not ask {path} on the ops port"
        if container.get("readinessProbe", {}).get("timeoutSeconds", 1) < 3:
            yield "readiness is not waited for as long as the service asks its database"


def leaving(pod):
    """The time to leave is enough for preStop, notice and stop."""
    container = pod["spec"]["containers"][0]
    settings = {one["name"]: one.get("value") for one in container["env"]}
    notice = math.ceil(int(settings["VEFA_DRAIN_NOTICE_MS"]) / 1000)
    sleep = container.get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
    needed = sleep + notice + STOP_SECONDS
    if pod["spec"].get("terminationGracePeriodSeconds", 30) < needed:
        yield f"is given {pod['spec'].get('terminationGracePeriodSeconds')} s to leave and needs {needed}"


def rollout(deployment):
    """No pod less than wanted at any moment, and callers find the new one first."""
    spec = deployment["spec"]
    if spec["strategy"]["rollingUpdate"] != {"maxSurge": 1, "maxUnavailable": 0} or spec["minReadySeconds"] < 3:
        yield "a rollout would lose calls"
    if not objects.chosen_by(spec["selector"]["matchLabels"], spec["template"]["metadata"]["labels"]):
        yield "does not choose its own pods"
    if {one["topologyKey"] for one in spec["template"]["spec"].get("topologySpreadConstraints", [])} != {
            "topology.kubernetes.io/zone", "kubernetes.io/hostname"}:
        yield "is not spread"


def references(render):
    """Selectors that choose somebody, accounts and ConfigMaps that there are, autoscalers without a fixed number beside them."""
    labels = [template["metadata"]["labels"] for _, template in objects.pods(render)]
    there = {objects.name_of(one) for one in render}
    deployments = {one["metadata"]["name"]: one for one in objects.of_kind(render, "Deployment")}
    for one in objects.of_kind(render, "Service", "PodDisruptionBudget", "NetworkPolicy"):
        selector = one["spec"].get("selector") or one["spec"].get("podSelector")
        selector = selector.get("matchLabels", selector)
        if not any(objects.chosen_by(selector, each) for each in labels):
            yield f"{objects.name_of(one)} chooses nobody"
    for name, template in objects.pods(render):
        if f"ServiceAccount/{template['spec']['serviceAccountName']}" not in there:
            yield f"{name}: there is no account {template['spec']['serviceAccountName']}"
        for variable in template["spec"]["containers"][0].get("env", []):
            wanted = variable.get("valueFrom", {}).get("configMapKeyRef")
            if wanted and wanted["key"] not in next((one["data"] for one in render if objects.name_of(one) ==
                                                     f"ConfigMap/{wanted['name']}"), {}):
                yield f"{name}: {variable['name']} comes from {wanted}, which is not there"
    for scaler in objects.of_kind(render, "HorizontalPodAutoscaler"):
        target = deployments.get(scaler["spec"]["scaleTargetRef"]["name"])
        if target is None or "replicas" in target["spec"]:
            yield f"{objects.name_of(scaler)} has no target, or one with a number of its own"
    for budget in objects.of_kind(render, "PodDisruptionBudget"):
        if budget["spec"].get("maxUnavailable") != 1 or budget["spec"].get("unhealthyPodEvictionPolicy") != "AlwaysAllow":
            yield f"{objects.name_of(budget)} could hold up a drain for ever"
