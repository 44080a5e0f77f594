"""buf over the contract: lint, format, and that no released message changed its meaning."""
import os
import shutil
import subprocess
import tempfile

from tree import Finding

OWN_MODULE = "  - path: .\n"
# The google protos are inputs, not ours to judge.
MODULES = ("  - path: proto\n  - path: googleapis\n"
           "    lint:\n      ignore: [googleapis]\n    breaking:\n      ignore: [googleapis]\n")


def find_buf(root):
    modules = os.environ.get("VEFA_TEST_NODE_MODULES", os.path.join(root, "tests/node_modules"))
    return os.path.join(modules, ".bin/buf")


def find_googleapis(root):
    """The folder the build was configured with."""
    cache = os.path.join(root, "build/CMakeCache.txt")
    if os.path.exists(cache):
        with open(cache, encoding="utf-8") as lines:
            for line in lines:
                if line.startswith("VEFA_GOOGLEAPIS:"):
                    return line.split("=", 1)[1].strip()
    return os.path.join(os.environ.get("VEFA_DEPS", os.path.join(root, ".vefa/deps")), "googleapis")


def make_workspace(folder, files, settings, googleapis):
    """A buf workspace of our protos and google's; `files` are texts by path below proto/."""
    for path, text in files.items():
        target = os.path.join(folder, "proto", path)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "w", encoding="utf-8") as file:
            file.write(text)
    for part in ("api", "type", "rpc"):
        shutil.copytree(os.path.join(googleapis, "google", part), os.path.join(folder, "googleapis/google", part),
                        ignore=lambda _, names: [name for name in names if not name.endswith(".proto")])
    with open(os.path.join(folder, "buf.yaml"), "w", encoding="utf-8") as file:
        file.write(settings.replace(OWN_MODULE, MODULES))


def run_buf(buf, folder, *arguments):
    run = subprocess.run([buf, *arguments], cwd=folder, capture_output=True, text=True)
    return run.returncode, run.stdout + run.stderr


def findings(output, hint):
    for line in output.splitlines():
        path, _, rest = line.partition(":")
        if path.endswith(".proto"):
            number, _, message = rest.partition(":")
            yield Finding(path, int(number) if number.isdigit() else 0, f"{message.partition(':')[2] or message} ({hint})")
        elif line.strip():
            yield Finding("proto", 0, f"{line.strip()} ({hint})")


def released(root):
    """The protos of the newest release, or of the first commit that had any: {path: text}."""
    git = ["git", "-C", root]
    tag = subprocess.run([*git, "describe", "--tags", "--abbrev=0", "--match", "v*"], capture_output=True, text=True)
    commit = tag.stdout.strip()
    if tag.returncode != 0:
        log = subprocess.run([*git, "log", "--reverse", "--format=%H", "--", "proto"], capture_output=True, text=True)
        commit = (log.stdout.split() or [""])[0]
    if not commit:
        return None
    names = subprocess.run([*git, "ls-tree", "-r", "--name-only", commit, "proto"], capture_output=True, text=True)
    return {name.removeprefix("proto/"): subprocess.run([*git, "show", f"{commit}:{name}"], capture_output=True,
                                                        text=True).stdout
            for name in names.stdout.split() if name.endswith(".proto")}


def check(tree, root):
    buf, googleapis = find_buf(root), find_googleapis(root)
    if not os.path.exists(buf):
        yield Finding("tests/package.json", 0, "buf is not installed; './vefa test tidy' fetches it, or run "
                                               "npm ci --ignore-scripts in tests/")
        return
    settings = tree.files["proto/buf.yaml"]
    files = {path.removeprefix("proto/"): tree.files[path] for path in tree.paths(".proto", under="proto/")}
    with tempfile.TemporaryDirectory() as scratch:
        now, before = os.path.join(scratch, "now"), os.path.join(scratch, "before")
        make_workspace(now, files, settings, googleapis)
        yield from findings(run_buf(buf, now, "lint")[1], "buf lint")
        code, diff = run_buf(buf, now, "format", "-d", "--exit-code", "proto")
        if code != 0:
            yield Finding("proto", 0, f"run buf format -w:\n{diff}")
        old = released(root)
        if old:
            make_workspace(before, old, settings, googleapis)
            output = run_buf(buf, now, "breaking", "--against", before)[1]
            yield from findings(output, "buf breaking: add beside the old, never change it; a break is a new version")
