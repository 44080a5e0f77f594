"""The committed renders as objects."""
import functools
import glob
import os

import yaml

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
HELM = os.path.join(ROOT, "deploy/helm")
CHART = os.path.join(HELM, "vefa")
SERVICES = ("contact", "interaction", "campaign", "notification", "gateway")


class StrictLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
    """Refuses a key that is there twice, which YAML readers otherwise pass over in silence."""


def _no_duplicates(loader, node, deep=False):
    keys = [loader.construct_object(key, deep=deep) for key, _ in node.value]
    twice = {str(key) for key in keys if keys.count(key) > 1}
    if twice:
        raise yaml.YAMLError(f"{', '.join(sorted(twice))} is there twice, {node.start_mark}")
    return loader.construct_mapping(node, deep=True)


StrictLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _no_duplicates)


def read(path):
    """All documents of a file."""
    with open(path, encoding="utf-8") as file:
        return [one for one in yaml.load_all(file, StrictLoader) if one]


@functools.cache
def renders():
    """Objects by the name of the render; to be changed in copies only."""
    paths = glob.glob(os.path.join(HELM, "rendered/*.yaml")) + glob.glob(os.path.join(ROOT, "deploy/kustomize/rendered/*.yaml"))
    return {os.path.relpath(path, os.path.join(ROOT, "deploy")): read(path) for path in sorted(paths)}


def of_kind(objects, *kinds):
    return [one for one in objects if one["kind"] in kinds]


def name_of(one):
    return f"{one['kind']}/{one['metadata']['name']}"


def template_of(one):
    """The pod of a Deployment or Job."""
    return one["spec"]["template"]


def pods(objects):
    return [(name_of(one), template_of(one)) for one in of_kind(objects, "Deployment", "Job")]


def chosen_by(selector, labels):
    return all(labels.get(key) == value for key, value in selector.items())
