"""Takes the schemas that tests judge deploy/ by out of archives from PyPI. Usage: schemas.py FOLDER

FOLDER/v1.30.0/, FOLDER/v1.37.0/   Kubernetes' own, in which an unknown field is an error
FOLDER/compose_spec.json           of compose files
"""
import os
import sys

from archives import wheel

# The oldest that the chart says it runs on, and the newest there is.
VERSIONS = ("v1.30.0", "v1.37.0")


def take(archive, prefix, target):
    os.makedirs(target, exist_ok=True)
    for name in archive.namelist():
        if name.startswith(prefix) and name.endswith(".json"):
            with open(os.path.join(target, os.path.basename(name)), "wb") as out:
                out.write(archive.read(name))


def main(folder):
    with wheel(folder, "kubernetes_validate-*.whl") as archive:
        for version in VERSIONS:
            take(archive, f"kubernetes_validate/kubernetes-json-schema/{version}-local-strict/", os.path.join(folder, version))
    with wheel(folder, "docker_compose-*.whl") as archive:
        take(archive, "compose/config/compose_spec.json", folder)


if __name__ == "__main__":
    main(sys.argv[1])
