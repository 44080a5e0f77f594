"""Takes what we need out of the archives from PyPI. Usage: archives.py DEPS_FOLDER.

DEPS/googleapis/  the google/api, rpc, type and longrunning protos
DEPS/cdnow/CDNOW_sample.txt  the demo's data, checked against its known digest
"""
import glob
import hashlib
import os
import shutil
import sys
import zipfile

SAMPLE = "lifetimes/datasets/CDNOW_sample.txt"
SAMPLE_SHA256 = "6fae10155c0b0ba363c2c386e30f77990d22328220efd862a5edd1443420d94a"


def wheel(deps, pattern):
    found = glob.glob(os.path.join(deps, "wheels", pattern))
    if len(found) != 1:
        sys.exit(f"vefa: expected one {pattern} in {deps}/wheels, found {len(found)}; "
                 f"remove {deps} and run ./vefa again")
    return zipfile.ZipFile(found[0])


def extract_protos(deps):
    target = os.path.join(deps, "googleapis")
    shutil.rmtree(target, ignore_errors=True)
    with wheel(deps, "googleapis_common_protos-*.whl") as archive:
        for name in archive.namelist():
            if name.endswith(".proto"):
                archive.extract(name, target)


def extract_sample(deps):
    with wheel(deps, "[Ll]ifetimes-*.whl") as archive:
        data = archive.read(SAMPLE)
    digest = hashlib.sha256(data).hexdigest()
    if digest != SAMPLE_SHA256:
        sys.exit(f"vefa: {SAMPLE} has digest {digest}, expected {SAMPLE_SHA256}; "
                 f"remove {deps} and run ./vefa again")
    target = os.path.join(deps, "cdnow")
    os.makedirs(target, exist_ok=True)
    with open(os.path.join(target, "CDNOW_sample.txt"), "wb") as out:
        out.write(data)


if __name__ == "__main__":
    extract_protos(sys.argv[1])
    extract_sample(sys.argv[1])
