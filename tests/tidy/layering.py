"""Who may include what. Arrows point one way; a third-party header has one home."""
import re

import cpp
from tree import TEST_FILE, Finding, is_test

# A library may include those of a lower rank, and itself.
LIB_RANKS = {"base": 0, "config": 1, "crypto": 1, "telemetry": 1, "filter": 1, "phone": 1, "text": 1, "zone": 1, "proof": 2, "runtime": 2,
             "pii": 2, "postgres": 2,
             "redis": 2, "kafka": 2, "http": 3, "events": 4, "otlp": 4, "rpc": 5, "operations": 6, "catalog": 6, "testing": 6,
             "service": 7}

# Header pattern, its home in words, pattern of the files that may include it.
TESTS = "|" + TEST_FILE
GRPC_FILES = r"libs/(rpc|service)/.*|services/\w+/(\w+/)?\w*(service|main|upstream|client|handler)\w*\.(h|cc)" + TESTS
HOMES = [
    (r"libpq.*|pg_config.*|postgresql/.*", "libs/postgres", r"libs/postgres/.*"),
    (r"hiredis.*", "libs/redis", r"libs/redis/.*"),
    (r"librdkafka/.*", "libs/kafka", r"libs/kafka/.*"),
    (r"boost/.*", "libs/http", r"libs/http/.*"),
    (r"prometheus/.*", "libs/telemetry", r"libs/telemetry/.*"),
    (r"(openssl/.*|argon2\.h)", "libs/crypto", r"libs/crypto/.*"),
    (r"unicode/.*", "libs/text", r"libs/text/.*"),
    (r"phonenumbers/.*", "libs/phone", r"libs/phone/.*"),
    (r"date/.*", "libs/zone", r"libs/zone/.*"),
    (r"(grpcpp|grpc)/.*", "libs/rpc, libs/service, *_service, main.cc, the gateway's upstream and tests", GRPC_FILES),
    (r"CLI/.*", "services/ctl and small programs beside a library", r"services/ctl/.*|libs/\w+/\w+_main\.cc"),
    (r"(gtest|gmock)/.*", "tests and libs/testing", r"libs/testing/.*" + TESTS),
    (r"absl/.*", "nowhere (use libs/base)", r"$^"),
]

# A service that includes another one's header, and why it may.
SERVICE_EXCEPTIONS = {
    ("services/ctl/users_add.cc", "services/gateway/user_store.h"):
        "vefactl adds the users of the gateway by the gateway's own rules",
}

# The services that have rules of their own; the gateway and vefactl only pass on.
DOMAINS = ("contact", "interaction", "campaign", "notification")
# Of contact's aggregates those whose rules are in a file named after them.
AGGREGATES = "attribute|duplicate|lifecycle|point"
DOMAIN_MAY = re.compile(r"^libs/(base|phone|text|zone)/")


def is_domain(path):
    """services/<x>/<x>.{h,cc}, the same of contact's other aggregates, and interaction's models: rules without I/O."""
    found = re.fullmatch(r"services/(\w+)/(\w+)\.(h|cc)", path)
    if found and found[1] == found[2] and found[1] in DOMAINS:
        return True
    if re.fullmatch(rf"services/contact/({AGGREGATES})/\1\.(h|cc)", path):
        return True
    return path.startswith("services/interaction/model/") and not is_test(path)


def check_lib(path, target):
    own, other = path.split("/")[1], target.split("/")[1]
    if target.startswith("services/"):
        return "a library knows no service; move what both need into libs"
    if own == other or not target.startswith("libs/"):
        return None
    if own not in LIB_RANKS or other not in LIB_RANKS:
        return f"libs/{own if own not in LIB_RANKS else other} has no rank; give it one in tests/tidy/layering.py"
    is_program = path.endswith("_main.cc")
    if LIB_RANKS[other] >= LIB_RANKS[own] and not is_program and not is_test(path):
        return f"libs/{own} may not include libs/{other}: arrows point down (ranks in tests/tidy/layering.py)"
    return None


def check_service(path, target):
    own = path.split("/")[1]
    if target.startswith("services/") and target.split("/")[1] != own:
        if (path, target) not in SERVICE_EXCEPTIONS:
            return f"services/{own} may not include {target}: services talk by RPC and events only"
    if is_domain(path) and not DOMAIN_MAY.match(target) and not target.startswith(f"services/{own}/"):
        return f"a domain file includes libs/base, libs/phone, libs/text, libs/zone and the standard library only, not {target}"
    return None


def check_quoted(path, target):
    if not re.match(r"(libs|services|tests|vefa|google)/", target):
        return f'include "{target}" from the root, for example "libs/base/result.h"'
    if target.startswith("libs/testing/") and not (is_test(path) or path.startswith("libs/testing/")):
        return "libs/testing is for tests only"
    if path.startswith("libs/"):
        return check_lib(path, target)
    if path.startswith("services/"):
        return check_service(path, target)
    return None


def check_angled(path, target):
    if target.startswith(("libs/", "services/")):
        return f'use quotes: #include "{target}"'
    for pattern, home, files in HOMES:
        if re.fullmatch(pattern, target) and not re.fullmatch(files, path):
            return f"<{target}> belongs to {home}; use what that offers"
    if is_domain(path) and "/" in target and not target.startswith(("sys/",)):
        return f"a domain file is pure: it includes no <{target}>"
    return None


def check(tree):
    for path in tree.paths(".h", ".cc"):
        if path.endswith(".h") and "#pragma once" not in tree.files[path]:
            yield Finding(path, 1, "begin a header with #pragma once")
        for line, target, quoted in cpp.includes(tree.lines(path)):
            message = check_quoted(path, target) if quoted else check_angled(path, target)
            if message:
                yield Finding(path, line, message)
