"""Inside the build: what an image is made of, as SPDX 2.3. Usage: sbom.py PROGRAM ROOT BUILD_FOLDER

Every file of the image is asked whose it is: Debian's package, or ours. Packages whose headers or archives were compiled
in are named too, as what the program was built from. Written to ROOT/usr/share/sbom/PROGRAM.spdx.json.
"""
import hashlib
import json
import os
import re
import subprocess
import sys

OURS = re.compile(r"^/(usr/bin/vefa|usr/share/vefa/.*|etc/(passwd|group|nsswitch\.conf))$")
# Made on the machine by a package's script and owned by no package's list.
MADE_BY = {"/etc/ssl/certs/ca-certificates.crt": "ca-certificates"}


def owners():
    """Debian's package of each path."""
    found = {}
    folder = "/var/lib/dpkg/info"
    for name in os.listdir(folder):
        if name.endswith(".list"):
            with open(os.path.join(folder, name), encoding="utf-8") as lines:
                for line in lines:
                    found[line.rstrip("\n")] = name[:-5].split(":")[0]
    return found


def versions():
    lines = subprocess.run(["dpkg-query", "-W", "-f", "${Package}\t${Version}\t${Architecture}\t${source:Package}\n"],
                           check=True, capture_output=True, text=True).stdout.splitlines()
    return {line.split("\t")[0]: line.split("\t")[1:] for line in lines}


def owner_of(path, owned):
    """/lib is a link to /usr/lib, and a library may be asked for by the name of a link to it."""
    real = os.path.realpath(path)
    for name in (path, real, real.removeprefix("/usr"), "/usr" + path):
        if name in owned:
            return owned[name]
    return MADE_BY.get(path)


def files_of(root):
    for folder, _, names in os.walk(root):
        for name in names:
            path = os.path.join(folder, name)
            yield "/" + os.path.relpath(path, root), path


def built_from(build, owned):
    """Packages of every header that the compiler read."""
    out = subprocess.run(["ninja", "-C", build, "-t", "deps"], check=True, capture_output=True, text=True).stdout
    headers = set(re.findall(r"^ +(/usr/\S+)$", out, re.M))
    return {owned[header] for header in headers if header in owned}


def package(name, known):
    version, architecture, source = known[name]
    return {"SPDXID": f"SPDXRef-{re.sub('[^A-Za-z0-9.-]', '-', name)}", "name": name, "versionInfo": version,
            "supplier": "Organization: Debian", "downloadLocation": "NOASSERTION", "sourceInfo": f"source package {source}",
            "externalRefs": [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl",
                              "referenceLocator": f"pkg:deb/debian/{name}@{version}?arch={architecture}&distro=bookworm"}]}


def main(program, root, build):
    owned, known = owners(), versions()
    files, inside, strangers = [], set(), []
    for path, real in sorted(files_of(root)):
        owner = None if OURS.match(path) else owner_of(path, owned)
        if owner is None and not OURS.match(path):
            strangers.append(path)
        inside.update([owner] if owner else [])
        with open(real, "rb") as content:
            files.append({"SPDXID": f"SPDXRef-File-{len(files)}", "fileName": path, "comment": owner or "vefa",
                          "checksums": [{"algorithm": "SHA256", "checksumValue": hashlib.sha256(content.read()).hexdigest()}]})
    if strangers:
        sys.exit(f"sbom.py: nobody owns {', '.join(strangers)}")
    headers = built_from(build, owned) - inside
    image = {"SPDXID": "SPDXRef-image", "name": program, "downloadLocation": "NOASSERTION", "licenseDeclared": "Apache-2.0"}
    packages = [image] + [package(name, known) for name in sorted(inside | headers)]
    relations = [{"spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES", "relatedSpdxElement": "SPDXRef-image"}]
    for one in packages[1:]:
        kind = ("SPDXRef-image", "CONTAINS", one["SPDXID"]) if one["name"] in inside else (
            one["SPDXID"], "BUILD_DEPENDENCY_OF", "SPDXRef-image")
        relations.append(dict(zip(("spdxElementId", "relationshipType", "relatedSpdxElement"), kind)))
    digest = hashlib.sha256(json.dumps([files, packages]).encode()).hexdigest()
    document = {"spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT", "name": program,
                "documentNamespace": f"https://vefa.example/sbom/{program}/{digest}",
                # The same files make the same document: an image can be built again, bit by bit.
                "creationInfo": {"created": "1970-01-01T00:00:00Z", "creators": ["Tool: deploy/docker/sbom.py"]},
                "packages": packages, "files": files, "relationships": relations}
    target = os.path.join(root, "usr/share/sbom", f"{program}.spdx.json")
    os.makedirs(os.path.dirname(target), exist_ok=True)
    with open(target, "w", encoding="utf-8") as out:
        json.dump(document, out, indent=1)
    print(f"{target}: {len(files)} files of {len(inside)} packages, built with the headers of {len(headers)} more")


if __name__ == "__main__":
    main(*sys.argv[1:])
