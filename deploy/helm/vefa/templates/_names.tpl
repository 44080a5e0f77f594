{{- define "vefa.name" -}}
{{- $name := .Release.Name -}}
{{- if not (contains .Chart.Name $name) }}{{ $name = printf "%s-%s" $name .Chart.Name }}{{ end -}}
{{- $name | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{- define "vefa.services" -}}
contact interaction campaign notification gateway
{{- end -}}

{{- define "vefa.ports" -}}
grpc: 8080
ops: 8081
http: 8000
{{- end -}}

{{/* The labels that never change, of (dict "root" "name"). */}}
{{- define "vefa.selector" -}}
app.kubernetes.io/name: {{ .root.Chart.Name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- with .name }}
app.kubernetes.io/component: {{ . }}
{{- end }}
{{- end -}}

{{- define "vefa.labels" -}}
{{ include "vefa.selector" . }}
app.kubernetes.io/part-of: vefa
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
{{- end -}}

{{/* The image of (dict "root" "name" "image"); a digest wins over the tag. */}}
{{- define "vefa.image" -}}
{{- $repository := .image.repository | default (printf "vefa-%s" .name) -}}
{{- $registry := .root.Values.image.registry | trimSuffix "/" -}}
{{- if .image.digest -}}
{{ $registry }}/{{ $repository }}@{{ .image.digest }}
{{- else -}}
{{ $registry }}/{{ $repository }}:{{ .root.Values.image.tag | default .root.Chart.AppVersion }}
{{- end -}}
{{- end -}}

{{/* The values of one service over `defaults`, of (dict "root" "name"). Not by sprig's merge, which takes `false` and 0 of
a service for unset. */}}
{{- define "vefa.part" -}}
{{- $all := deepCopy .root.Values.defaults -}}
{{- range $key, $value := index .root.Values.services .name -}}
{{-   if and (kindIs "map" $value) (kindIs "map" (get $all $key)) -}}
{{-     range $inner, $one := $value }}{{ $_ := set (get $all $key) $inner $one }}{{ end -}}
{{-   else }}{{ $_ := set $all $key $value }}{{ end -}}
{{- end -}}
{{- toYaml $all -}}
{{- end -}}

{{/* Seconds that a process may need once it accepts no calls: those under way, its queue, consumers and relay. */}}
{{- define "vefa.stopSeconds" -}}30{{- end -}}

{{/* preStop, notice and stop, in whole seconds. */}}
{{- define "vefa.leavingSeconds" -}}
{{- $drain := .Values.drain -}}
{{- add $drain.preStopSleepSeconds (div (add $drain.noticeMs 999) 1000) (include "vefa.stopSeconds" .) -}}
{{- end -}}
