#!/usr/bin/env bash
# Renders what is committed of the chart and of the kustomizations, so that a review sees what a change does to a cluster:
#   deploy/helm/rendered/CASE.yaml     of each deploy/helm/cases/CASE.yaml
#   deploy/kustomize/base              of the case gitops; also the autoscalers of their component
#   deploy/kustomize/rendered/*.yaml   of each overlay
# Beside them a digest of what they were made from: a machine without helm or kubectl still notices that they are stale.
# Usage: render.sh [FOLDER]   default: in place. Needs helm and kubectl (HELM, KUBECTL).
set -euo pipefail
deploy="$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)"
target="${1:-$deploy}"
helm="${HELM:-helm}" kubectl="${KUBECTL:-kubectl}"
# The newest that the tests know the schemas of.
version=v1.36.0

render() {
  "$helm" template vefa "$deploy/helm/vefa" --namespace vefa --kube-version "$version" -f "$deploy/helm/cases/$1.yaml" "${@:2}"
}
# A kustomization is not managed by Helm, and its ConfigMap has a name that changes with its contents.
plain() { grep -vE '^ +(helm\.sh/chart|app\.kubernetes\.io/managed-by|vefa/site):|^# Source:'; }
# of KIND, without KIND: the documents of one kind, and the others.
of() { awk -v kind="kind: $1\n" 'BEGIN { RS = "---\n"; ORS = "" } index($0, kind) { print "---\n" $0 }'; }
without() { awk -v kind="kind: $1\n" 'BEGIN { RS = "---\n"; ORS = "" } $0 != "" && !index($0, kind) { print "---\n" $0 }'; }

# digest FOLDER...: of the names and contents of all files there that decide what is made (a list of settings only refuses).
digest() {
  (cd "$deploy" && find "$@" -type f ! -name README.md ! -name settings.yaml ! -path '*/rendered/*' -print0 | LC_ALL=C sort -z |
    xargs -0 sha256sum | sha256sum | cut -d' ' -f1)
}
if [ "${1:-}" = --digest ]; then
  digest helm/vefa helm/cases
  digest kustomize
  exit
fi

mkdir -p "$target/helm/rendered" "$target/kustomize/rendered" "$target/kustomize/base" "$target/kustomize/components/autoscaling"
for case in "$deploy"/helm/cases/*.yaml; do
  name="$(basename "$case" .yaml)"
  render "$name" >"$target/helm/rendered/$name.yaml"
done
render gitops | plain | without ConfigMap >"$target/kustomize/base/vefa.yaml"
render gitops | of ConfigMap | sed -n '/^data:/,$ s/^  \([a-z-]*\): "\(.*\)"$/\1=\2/p' >"$target/kustomize/base/site.env"
render gitops --set defaults.autoscaling.enabled=true --set services.notification.autoscaling.enabled=false |
  plain | of HorizontalPodAutoscaler >"$target/kustomize/components/autoscaling/autoscalers.yaml"
for overlay in "$deploy"/kustomize/overlays/*/; do
  "$kubectl" kustomize "$overlay" >"$target/kustomize/rendered/$(basename "$overlay").yaml"
done
digest helm/vefa helm/cases >"$target/helm/rendered/made-from.sha256"
digest kustomize >"$target/kustomize/rendered/made-from.sha256"
