{{/* The one pod of this chart, of services and Jobs alike.
(dict "root" "name" "image" "account" "labels" "annotations" "environment" "resources" "container" "pod" "volumes" "mounts"):
`container` and `pod` are further fields as text. */}}
{{- define "vefa.pod" -}}
metadata:
  labels:
    {{- include "vefa.selector" . | nindent 4 }}
    app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
    {{- with .labels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- with .annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  serviceAccountName: {{ .account }}
  automountServiceAccountToken: false
  # Kubernetes would add VEFA_…_PORT for every Service of the release, which the services refuse as unknown settings.
  enableServiceLinks: false
  securityContext:
    {{- toYaml .root.Values.podSecurityContext | nindent 4 }}
  {{- with .root.Values.image.pullSecrets }}
  imagePullSecrets:
    {{- range . }}
    - name: {{ . }}
    {{- end }}
  {{- end }}
  {{- with .pod }}
  {{- . | nindent 2 }}
  {{- end }}
  containers:
    - name: {{ .name }}
      image: {{ include "vefa.image" . }}
      imagePullPolicy: {{ .root.Values.image.pullPolicy }}
      securityContext:
        allowPrivilegeEscalation: false
        readOnlyRootFilesystem: true
        capabilities: {drop: [ALL]}
      env:
        {{- range $name, $value := .environment }}
        - {{ merge (dict "name" $name) $value | toJson }}
        {{- end }}
      resources:
        {{- toYaml .resources | nindent 8 }}
      {{- with .container }}
      {{- . | nindent 6 }}
      {{- end }}
      {{- with .mounts }}
      volumeMounts:
        {{- . | nindent 8 }}
      {{- end }}
  {{- with .volumes }}
  volumes:
    {{- . | nindent 4 }}
  {{- end }}
{{- end -}}

{{/* What only a service's container has, of (dict "root" "name"). */}}
{{- define "vefa.serving" -}}
{{- $ports := include "vefa.ports" . | fromYaml -}}
ports:
  - {name: grpc, containerPort: {{ $ports.grpc }}}
  - {name: ops, containerPort: {{ $ports.ops }}}
  {{- if eq .name "gateway" }}
  - {name: http, containerPort: {{ $ports.http }}}
  {{- end }}
# A process that waits for its database is alive: /startupz, which asks the database, would have it killed.
startupProbe:
  httpGet: {path: /livez, port: ops}
  {{- toYaml .root.Values.probes.startup | nindent 2 }}
livenessProbe:
  httpGet: {path: /livez, port: ops}
  {{- toYaml .root.Values.probes.liveness | nindent 2 }}
readinessProbe:
  httpGet: {path: /readyz, port: ops}
  {{- toYaml .root.Values.probes.readiness | nindent 2 }}
{{- with .root.Values.drain.preStopSleepSeconds }}
lifecycle:
  preStop:
    sleep: {seconds: {{ . }}}
{{- end }}
{{- end -}}

{{/* What only a service's pod has, of (dict "root" "name" "part"). */}}
{{- define "vefa.placing" -}}
terminationGracePeriodSeconds: {{ .root.Values.drain.terminationGracePeriodSeconds | default (include "vefa.leavingSeconds" .root) }}
topologySpreadConstraints:
  {{- range list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
  - topologyKey: {{ . }}
    maxSkew: 1
    whenUnsatisfiable: ScheduleAnyway
    matchLabelKeys: [pod-template-hash]
    labelSelector:
      matchLabels:
        {{- include "vefa.selector" $ | nindent 8 }}
  {{- end }}
{{- range $field := list "nodeSelector" "tolerations" "affinity" "priorityClassName" }}
{{- with get $.part $field }}
{{ dict $field . | toYaml }}
{{- end }}
{{- end }}
{{- end -}}
