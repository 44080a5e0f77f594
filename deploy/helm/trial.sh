#!/usr/bin/env bash
# Installs, upgrades, breaks, rolls back, drains and removes the chart on the cluster of KUBECONFIG, in a namespace of its
# own that enforces `restricted`, and says what it saw. Ends with 1 at the first thing that is not as it should be.
# Usage: trial.sh. Needs helm and kubectl (HELM, KUBECTL) and a cluster of at least two nodes that may be disturbed: nodes are
# cordoned for a moment. Meant for simulated nodes (kwok), whose pods become ready without an image:
#   TRIAL_FAIL, TRIAL_STALL    pod annotations, KEY=VALUE, by which they let a Job's pod fail and a pod never be ready
# On nodes that run containers leave both unset, and set TRIAL_VALUES to a values file with images and engines that are there:
# then the broken parts are images that do not exist.
set -euo pipefail
here="$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)"
helm="${HELM:-helm}" kubectl="${KUBECTL:-kubectl}"
values="${TRIAL_VALUES:-$here/cases/plain.yaml}"
space=vefa-trial
chart="$here/vefa"
scratch="$(mktemp -d)"

say() { printf '%5.1f s  %s\n' "$(bc <<<"$(date +%s.%N) - $started")" "$*"; }
die() {
  say "FAILED: $*"
  exit 1
}
k() { "$kubectl" -n "$space" "$@"; }
# helm calls a rollout done while its last old pods are still to go (minReadySeconds); `rollout status` waits for these.
rolled() { k get deploy -o name | xargs -n 1 "$kubectl" -n "$space" rollout status --timeout=90s >/dev/null; }
deploy() {
  "$helm" "$1" vefa "$chart" -n "$space" -f "$values" --wait --timeout 3m "${@:2}" >"$scratch/helm.log" 2>&1 && rolled
}
all() { [ "$(k get deploy -o json | jq '[.items[] | select(.status.readyReplicas == .spec.replicas)] | length')" = 5 ]; }
# Pods of contact that are not leaving already.
uids() { k get pods -l app.kubernetes.io/component=contact -o json | jq -r '.items[] | select(.metadata.deletionTimestamp | not) | .metadata.uid' | sort; }
image() { k get deploy vefa-contact -o jsonpath='{.spec.template.spec.containers[0].image}'; }
# broken VALUE KEY=VALUE FALLBACK...: helm's options that break a part, by annotation or by an image that is not there.
broken() {
  local value="$1" annotation="$2"
  if [ -n "$annotation" ]; then
    echo "--set-string $value.podAnnotations.${annotation%%=*}=${annotation#*=}"
  else
    echo "--set $value.image.repository=not-there"
  fi
}

clean_up() {
  local node
  for node in $("$kubectl" get nodes -o name); do "$kubectl" uncordon "$node" >/dev/null; done
  "$helm" uninstall vefa -n "$space" >/dev/null 2>&1 || true
  "$kubectl" delete namespace "$space" --wait=false >/dev/null 2>&1 || true
  rm -rf "$scratch"
}

prepare() {
  local service role arguments=()
  "$kubectl" create namespace "$space" >/dev/null
  "$kubectl" label namespace "$space" pod-security.kubernetes.io/enforce=restricted pod-security.kubernetes.io/warn=restricted >/dev/null
  for service in contact interaction campaign notification gateway; do
    for role in service pump owner; do
      arguments+=("--from-literal=$service-$role=postgresql://vefa_${service}_$role@postgres/vefa_$service")
    done
  done
  k create secret generic vefa-postgres "${arguments[@]}" >/dev/null
  k create secret generic vefa-keys "--from-literal=principal-key=$(openssl rand -hex 32)" \
    "--from-literal=pii-key=$(openssl rand -hex 32)" "--from-literal=token-key=$(openssl rand -hex 32)" >/dev/null
}

lint_and_schema() {
  local case name count
  for case in "$here"/cases/*.yaml; do
    name="$(basename "$case" .yaml)"
    "$helm" lint --strict "$chart" -f "$case" >"$scratch/lint" 2>&1 || die "lint of $name: $(cat "$scratch/lint")"
    "$helm" template vefa "$chart" -n "$space" --kube-version "$server" -f "$case" |
      k apply --server-side --dry-run=server -f - >"$scratch/dry" 2>&1 || die "strict dry run of $name: $(cat "$scratch/dry")"
    ! grep -v 'serverside-applied' "$scratch/dry" || die "warnings with $name"
    count=$(wc -l <"$scratch/dry")
    say "$name: linted; $count objects accepted by the API server, strictly and without a warning"
  done
}

install_it() {
  deploy install || die "install: $(cat "$scratch/helm.log")"
  ! grep -i warning "$scratch/helm.log" || die "install warned"
  all || die "not every Deployment is ready after install --wait"
  say "installed: $(k get pods --no-headers | wc -l) pods ready, $(k get endpointslices -l kubernetes.io/service-name=vefa-contact \
    -o json | jq '[.items[].endpoints[] | select(.conditions.ready)] | length') endpoints behind vefa-contact"
  k get jobs -o name | grep -q . && die "hook Jobs are left: $(k get jobs -o name)"
  say "may do: $(k auth can-i list secrets --as "system:serviceaccount:$space:vefa" || true) (list secrets)," \
    "token mounted: $(k get pods -o json | jq '[.items[].spec | select(.automountServiceAccountToken)] | length')"
}

# The fewest pods that were ready of each Deployment while something else went on.
watch_ready() {
  while [ ! -e "$scratch/enough" ]; do
    k get deploy -o json | jq '[.items[].status.readyReplicas // 0] | min' >>"$scratch/ready"
  done
}

upgrade_it() {
  watch_ready &
  deploy upgrade --set image.tag=0.2.1 || die "upgrade: $(cat "$scratch/helm.log")"
  touch "$scratch/enough"
  wait
  [[ "$(image)" == *:0.2.1 ]] || die "the image is $(image)"
  [ "$(sort -n "$scratch/ready" | head -n 1)" -ge 2 ] || die "fewer than two pods were ready during the upgrade"
  say "upgraded; of each Deployment never fewer than $(sort -n "$scratch/ready" | head -n 1) pods were ready ($(wc -l <"$scratch/ready") looks)"
}

failed_migration() {
  local before options
  before="$(uids)"
  read -ra options <<<"$(broken migrations "${TRIAL_FAIL:-}")"
  ! deploy upgrade --set image.tag=0.2.2 --set migrations.backoffLimit=0 --set migrations.activeDeadlineSeconds=30 "${options[@]}" ||
    die "an upgrade whose migration fails was called done"
  [ "$(uids)" = "$before" ] || die "pods were replaced although the migration failed"
  [[ "$(image)" == *:0.2.1 ]] || die "the image is $(image) although the migration failed"
  say "failed migration: helm says '$(grep -o 'Error: .*' "$scratch/helm.log" | head -n 1 | cut -c1-100)'; the same pods serve;" \
    "$(k get jobs -o name | wc -l) Job is left to be looked at"
}

stalled_rollout() {
  local before options
  before="$(uids)"
  read -ra options <<<"$(broken defaults "${TRIAL_STALL:-}")"
  ! "$helm" upgrade vefa "$chart" -n "$space" -f "$values" --set image.tag=0.2.3 --atomic --timeout 20s "${options[@]}" \
    >"$scratch/helm.log" 2>&1 || die "a rollout that stalls was called done"
  { rolled && all; } || die "not every Deployment is ready after going back"
  [ "$(uids)" = "$before" ] || die "an old pod left before a new one was ready"
  [[ "$(image)" == *:0.2.1 ]] || die "the image is $(image) after going back"
  say "stalled rollout: went back by itself (--atomic), and no old pod had left"
}

roll_back() {
  "$helm" rollback vefa 1 -n "$space" --wait --timeout 3m >"$scratch/helm.log" 2>&1 || die "rollback: $(cat "$scratch/helm.log")"
  { rolled && all; } || die "not every Deployment is ready after the rollback"
  [[ "$(image)" != *:0.2.1 ]] || die "the image is $(image) after the rollback"
  say "rolled back to the first revision: $(image)"
}

evict() {
  printf '{"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":"%s","namespace":"%s"}}' "$1" "$space" |
    "$kubectl" create --raw "/api/v1/namespaces/$space/pods/$1/eviction" -f - 2>&1
}

drain_against_budget() {
  local node pods answer
  mapfile -t pods < <(k get pods -l app.kubernetes.io/component=contact -o json |
    jq -r '.items[] | select(.metadata.deletionTimestamp | not) | .metadata.name')
  # Nowhere to go: what is evicted is not replaced, as on a full cluster.
  for node in $("$kubectl" get nodes -o name); do "$kubectl" cordon "$node" >/dev/null; done
  answer="$(evict "${pods[0]}")" || die "the first eviction was refused: $answer"
  ! answer="$(evict "${pods[1]}")" || die "the second pod was evicted too: nobody would serve"
  say "drain: one of two pods was evicted, the second refused: '$(grep -o 'Cannot evict.*' <<<"$answer" | cut -c1-80)'"
  node=$(k get pod "${pods[1]}" -o jsonpath='{.spec.nodeName}')
  ! "$kubectl" drain "$node" --pod-selector=app.kubernetes.io/component=contact --timeout=8s >"$scratch/drain" 2>&1 ||
    die "kubectl drain took the last pod away"
  grep -q 'violate the pod.s disruption budget' "$scratch/drain" || die "kubectl drain failed otherwise: $(cat "$scratch/drain")"
  say "drain: kubectl drain waits for the budget and gives up after its own 8 s"
  for node in $("$kubectl" get nodes -o name); do "$kubectl" uncordon "$node" >/dev/null; done
  k wait --for=condition=Available deploy --all --timeout=60s >/dev/null || die "not available again after uncordon"
}

remove_it() {
  local left
  "$helm" uninstall vefa -n "$space" --wait --timeout 2m >"$scratch/helm.log" 2>&1 || die "uninstall: $(cat "$scratch/helm.log")"
  left=$("$kubectl" api-resources --namespaced --verbs=list -o name | paste -sd, |
    xargs -I{} "$kubectl" -n "$space" get {} -l app.kubernetes.io/instance=vefa -o name --ignore-not-found 2>/dev/null |
    grep -v '^event' || true)
  [ -z "$left" ] || die "left after uninstall: $left"
  say "removed: of all kinds of objects nothing that is labelled with the release is left"
}

# Without hooks: applied as Argo CD, Flux or kubectl would.
without_hooks() {
  "$kubectl" kustomize "$here/../kustomize/overlays/small" | k apply --server-side -f - >/dev/null || die "kustomize: apply"
  k wait --for=condition=Complete jobs --all --timeout=120s >/dev/null || die "kustomize: the Jobs did not end"
  k wait --for=condition=Available deploy --all --timeout=120s >/dev/null || die "kustomize: not available"
  say "kustomize: overlay small applied; $(k get jobs --no-headers | wc -l) Jobs complete, $(k get deploy --no-headers | wc -l) Deployments available"
  "$kubectl" kustomize "$here/../kustomize/overlays/small" | k apply --server-side -f - >/dev/null || die "kustomize: apply again"
  "$kubectl" kustomize "$here/../kustomize/overlays/small" | k delete -f - >/dev/null || die "kustomize: delete"
}

for tool in "$helm" "$kubectl" jq bc openssl; do
  command -v "$tool" >/dev/null || { echo "trial.sh: $tool is missing" >&2; exit 2; }
done
started=$(date +%s.%N)
server=$("$kubectl" version -o json | jq -r .serverVersion.gitVersion)
! "$kubectl" get namespace "$space" >/dev/null 2>&1 || die "the namespace $space is there already; delete it first"
trap clean_up EXIT
prepare
say "Kubernetes $server, helm $("$helm" version --short), $("$kubectl" get nodes --no-headers | wc -l) nodes, namespace $space enforces restricted"
lint_and_schema
install_it
upgrade_it
failed_migration
stalled_rollout
roll_back
drain_against_budget
remove_it
without_hooks
say "everything was as it should be"
