"""Builds a fuzz target with clang, AddressSanitizer and UndefinedBehaviorSanitizer, and runs it.

fuzz.py TARGET [--build FOLDER] [--seconds N] [INPUT]; with an INPUT it runs that one alone. FOLDER stands in an
ordinary build that is finished: generated sources and their library come from there.
"""
import argparse
import fcntl
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
COMPILER = "clang++-14"
CACHE = ["ccache"] if shutil.which("ccache") else []
FLAGS = ["-std=c++20", "-O1", "-g1", "-fno-omit-frame-pointer", "-fsanitize=fuzzer-no-link,address,undefined",
         "-fno-sanitize-recover=undefined", "-I", ROOT]
BASE = ["libs/base/check.cc", "libs/base/clock.cc", "libs/base/id.cc", "libs/base/result.cc", "libs/base/text.cc"]
TIME_TRACE = ["libs/telemetry/trace.cc", "libs/telemetry/log.cc"]
CRYPTO = ["libs/crypto/crypto.cc"]
EVENT = ["libs/events/event.cc", "libs/events/read_event.cc", "libs/events/relay_record.cc"]
GATEWAY = "services/gateway/"
MAIL = "services/notification/mail/"
SEGMENT = "services/campaign/segment/"
# The rules of a contact's record, and what they know of names, numbers and time zones.
CONTACT = ["services/contact/contact.cc", "services/contact/consent/evidence.cc", "services/contact/point/point.cc",
           "libs/phone/phone.cc", "libs/text/name.cc", "libs/zone/zone.cc"]
# What protoc wrote is not ours to fuzz: it is taken from the ordinary build.
PROTO = ["{ordinary}/proto/libvefa_proto.a", "-lgrpc++", "-lgrpc", "-lgpr", "-lprotobuf"]
# Name: sources, libraries.
TARGETS = {
    "envelope": (EVENT, []),
    "cursor": ([f"{GATEWAY}feed/cursor.cc", *CRYPTO], ["-lcrypto"]),
    "consumer": (["libs/events/consumer_core.cc"], []),
    "csv": (["services/ctl/csv.cc", "services/ctl/table.cc", "services/ctl/json_table.cc", "services/ctl/card_table.cc",
             "services/ctl/import_rows.cc", "services/ctl/json.cc", "services/ctl/cdnow.cc",
             "services/ctl/cdnow_names.cc", *CRYPTO], ["-lcrypto"]),
    "feed": ([f"{GATEWAY}feed/filter.cc", f"{GATEWAY}feed/envelope.cc", f"{GATEWAY}json.cc", *EVENT], PROTO),
    "filter": (["libs/filter/lexer.cc", "libs/filter/parser.cc", "libs/filter/filter.cc", "libs/filter/sql.cc"], []),
    "http": (["libs/http/headers.cc", "libs/http/lines.cc", "libs/http/url.cc", f"{GATEWAY}path_template.cc", *TIME_TRACE], []),
    "json": ([f"{GATEWAY}json.cc", f"{GATEWAY}field_text.cc", f"{GATEWAY}problem.cc", "libs/http/headers.cc",
              "libs/http/url.cc", *TIME_TRACE], PROTO),
    "mail": ([f"{MAIL}header_text.cc", f"{MAIL}message_builder.cc", f"{MAIL}pattern.cc", f"{MAIL}quoted_printable.cc",
              *CONTACT], ["-l:libphonenumber.so.8", "-ldate-tz", "-licui18n", "-licuuc", "-lprotobuf"]),
    "reply": (["services/notification/smtp/reply.cc", "services/notification/smtp/verdict.cc"], []),
    "sealed": (["libs/rpc/principal.cc", "libs/rpc/page.cc", "libs/pii/pii.cc", f"{MAIL}token.cc", "libs/crypto/aes_gcm.cc",
                *CRYPTO], ["-lcrypto", *PROTO]),
    "segment": ([f"{SEGMENT}predicate.cc", f"{SEGMENT}predicate_sql.cc", f"{SEGMENT}predicate_text.cc",
                 f"{SEGMENT}segment_proto.cc", "libs/postgres/value.cc", *CRYPTO], ["-lcrypto", *PROTO]),
    "text": (["libs/config/environment.cc", "libs/text/fold.cc", "libs/text/name.cc", *TIME_TRACE], ["-licui18n", "-licuuc"]),
}
INPUT_BYTES_MAX = 4096
MEMORY_MEGABYTES = 1024


def is_current(target, listing):
    """Whether an object is newer than every file it was made of."""
    if not os.path.exists(target) or not os.path.exists(listing):
        return False
    with open(listing, encoding="utf-8") as file:
        parts = file.read().replace("\\\n", " ").split(":", 1)[1].split()
    made = os.path.getmtime(target)
    return all(os.path.exists(part) and os.path.getmtime(part) <= made for part in parts)


def phone_headers(ordinary):
    """Where the ordinary build has the headers of libphonenumber from."""
    with open(os.path.join(ordinary, "CMakeCache.txt"), encoding="utf-8") as file:
        return next(line.split("=", 1)[1].strip() for line in file if line.startswith("PHONE_HEADERS:"))


def compile_one(source, build):
    target = os.path.join(build, source.replace("/", "_") + ".o")
    listing = target + ".d"
    # Targets that are built at the same time share objects.
    with open(target + ".lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not is_current(target, listing):
            ordinary = os.path.dirname(build)
            words = [*CACHE, COMPILER, *FLAGS, "-I", os.path.join(ordinary, "proto"), "-isystem", phone_headers(ordinary),
                     "-DUSE_OS_TZDB=1", "-DHAS_STRING_VIEW=1", "-DONLY_C_LOCALE=1"]
            subprocess.run([*words, "-MMD", "-MF", listing, "-c", os.path.join(ROOT, source), "-o", target], check=True)
    return target


def build_target(name, build):
    sources, libraries = TARGETS[name]
    os.makedirs(build, exist_ok=True)
    objects = [compile_one(source, build) for source in [f"tests/fuzz/{name}_fuzz.cc", *sources, *BASE]]
    program = os.path.join(build, f"fuzz-{name}")
    libraries = [library.format(ordinary=os.path.dirname(build)) for library in libraries]
    subprocess.run([COMPILER, "-fsanitize=fuzzer,address,undefined", *objects, *libraries, "-o", program], check=True)
    return program


def run_target(name, program, build, seconds):
    """What the fuzzer finds new stays in a folder that is thrown away; what breaks is kept."""
    broken = os.path.join(build, "broken", name)
    os.makedirs(broken, exist_ok=True)
    words = [program, f"-max_total_time={seconds}", f"-max_len={INPUT_BYTES_MAX}", f"-rss_limit_mb={MEMORY_MEGABYTES}",
             "-timeout=5", "-print_final_stats=1", f"-artifact_prefix={broken}/"]
    dictionary = os.path.join(HERE, f"{name}.dict")
    if os.path.exists(dictionary):
        words.append(f"-dict={dictionary}")
    with tempfile.TemporaryDirectory() as found:
        ended = subprocess.run([*words, found, os.path.join(HERE, "corpus", name)], stderr=subprocess.PIPE, text=True)
    lines = ended.stderr.splitlines()
    tail = [line for line in lines if line.startswith("stat::number_of_executed_units") or " DONE " in line]
    print("\n".join(tail if ended.returncode == 0 else lines))
    if ended.returncode != 0:
        print(f"replay it: {sys.executable} {__file__} {name} {broken}/<the file named above>")
    return ended.returncode


def main():
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("target", choices=sorted(TARGETS))
    words.add_argument("--build", default=os.path.join(ROOT, "build", "fuzz"))
    words.add_argument("--seconds", type=int, default=int(os.environ.get("VEFA_FUZZ_SECONDS", "15")))
    words.add_argument("input", nargs="?")
    options = words.parse_args()
    if shutil.which(COMPILER) is None:
        print(f"{COMPILER} is missing; install the Debian package clang-14")
        return 1
    program = build_target(options.target, options.build)
    if options.input:
        return subprocess.run([program, options.input]).returncode
    return run_target(options.target, program, options.build, options.seconds)


if __name__ == "__main__":
    sys.exit(main())
