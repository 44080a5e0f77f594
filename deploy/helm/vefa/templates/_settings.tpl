{{/* Where a connection string lies, of (dict "root" "part" "name" "role"): `name` and `key` of a Secret. */}}
{{- define "vefa.connection" -}}
{{- $own := get .part.postgres .role | default dict -}}
name: {{ $own.existingSecret | default .root.Values.postgres.existingSecret | quote }}
key: {{ $own.key | default (printf "%s-%s" .name .role) | quote }}
{{- end -}}

{{- define "vefa.connectionVariable" -}}
valueFrom:
  secretKeyRef: {{ include "vefa.connection" . | fromYaml | toJson }}
{{- end -}}

{{/* A fact of the site, kept in one ConfigMap. */}}
{{- define "vefa.fact" -}}
valueFrom:
  configMapKeyRef: {name: {{ include "vefa.name" .root }}-site, key: {{ .key }}}
{{- end -}}

{{- define "vefa.facts" -}}
public-url: {{ .Values.publicUrl | trimSuffix "/" | quote }}
kafka-brokers: {{ .Values.kafka.brokers | quote }}
{{- if not .Values.redis.existingSecret }}
redis-address: {{ .Values.redis.address | quote }}
{{- end }}
smtp-address: {{ .Values.smtp.address | quote }}
mail-from: {{ .Values.smtp.from | quote }}
{{- end -}}

{{/* Every setting that the chart makes for a service, of (dict "root" "name" "part"): a map by name, so that none is
there twice. */}}
{{- define "vefa.settings" -}}
{{- $ports := include "vefa.ports" . | fromYaml -}}
VEFA_GRPC_ADDRESS: {value: "0.0.0.0:{{ $ports.grpc }}"}
VEFA_OPS_ADDRESS: {value: "0.0.0.0:{{ $ports.ops }}"}
VEFA_POSTGRES: {{ include "vefa.connectionVariable" (merge (dict "role" "service") .) | fromYaml | toJson }}
VEFA_POSTGRES_PUMP: {{ include "vefa.connectionVariable" (merge (dict "role" "pump") .) | fromYaml | toJson }}
VEFA_KAFKA_BROKERS: {{ include "vefa.fact" (dict "root" .root "key" "kafka-brokers") | fromYaml | toJson }}
VEFA_PUBLIC_URL: {{ include "vefa.fact" (dict "root" .root "key" "public-url") | fromYaml | toJson }}
VEFA_PRINCIPAL_KEY_FILE: {value: /run/secrets/vefa/principal-key}
VEFA_DRAIN_NOTICE_MS: {value: {{ .root.Values.drain.noticeMs | quote }}}
{{- range list "contact" "interaction" "campaign" "notification" }}
VEFA_{{ upper . }}_ADDRESS: {value: "dns:///{{ include "vefa.name" $.root }}-{{ . }}:{{ $ports.grpc }}"}
{{- end }}
{{- if .root.Values.tls.existingSecret }}
VEFA_TLS_DIR: {value: /run/secrets/vefa-tls}
{{- end }}
{{- if ne .name "gateway" }}
VEFA_CONNECTION_AGE_SECONDS: {value: {{ .root.Values.drain.connectionAgeSeconds | quote }}}
{{- end }}
{{- if has .name (list "contact" "gateway") }}
{{- with .root.Values.redis }}
{{- if .existingSecret }}
VEFA_REDIS_ADDRESS: {{ dict "valueFrom" (dict "secretKeyRef" (dict "name" .existingSecret "key" .key)) | toJson }}
{{- else }}
VEFA_REDIS_ADDRESS: {{ include "vefa.fact" (dict "root" $.root "key" "redis-address") | fromYaml | toJson }}
{{- end }}
{{- end }}
{{- end }}
{{- if eq .name "contact" }}
VEFA_PII_KEY_FILE: {value: /run/secrets/vefa/pii-key}
{{- else if eq .name "notification" }}
VEFA_TOKEN_KEY_FILE: {value: /run/secrets/vefa/token-key}
VEFA_STATE_DIR: {value: /var/lib/vefa}
VEFA_SMTP_ADDRESS: {{ include "vefa.fact" (dict "root" .root "key" "smtp-address") | fromYaml | toJson }}
VEFA_MAIL_FROM: {{ include "vefa.fact" (dict "root" .root "key" "mail-from") | fromYaml | toJson }}
{{- else if eq .name "gateway" }}
VEFA_HTTP_ADDRESS: {value: "0.0.0.0:{{ $ports.http }}"}
VEFA_WEB_ROOT: {value: /usr/share/vefa/web}
{{- end }}
{{- end -}}

{{/* A number of the values is a float to Helm and would be written as 1e+06. */}}
{{- define "vefa.text" -}}
{{ kindIs "float64" . | ternary (int64 . | toString) (toString .) }}
{{- end -}}

{{/* The settings above with those of the values, and other variables: the environment as a map by name. */}}
{{- define "vefa.environment" -}}
{{- $all := include "vefa.settings" . | fromYaml -}}
{{- range $name, $value := .part.settings }}{{ $_ := set $all $name (dict "value" (include "vefa.text" $value)) }}{{ end -}}
{{- range $name, $value := .part.env -}}
{{-   $_ := set $all $name (kindIs "map" $value | ternary $value (dict "value" (include "vefa.text" $value))) -}}
{{- end -}}
{{- toYaml $all -}}
{{- end -}}

{{/* Keys and certificates as files, of (dict "root" "name" "keys"). */}}
{{- define "vefa.mounts" -}}
- {name: keys, mountPath: /run/secrets/vefa, readOnly: true}
{{- if .root.Values.tls.existingSecret }}
- {name: tls, mountPath: /run/secrets/vefa-tls, readOnly: true}
{{- end }}
{{- if .root.Values.postgres.ca.existingSecret }}
- {name: postgres-ca, mountPath: /run/secrets/postgres, readOnly: true}
{{- end }}
{{- if eq .name "notification" }}
- {name: state, mountPath: /var/lib/vefa}
{{- end }}
{{- end -}}

{{- define "vefa.volumes" -}}
{{- $values := .root.Values -}}
- name: keys
  projected:
    defaultMode: 0440
    sources:
      {{- range .keys }}
      {{- $key := get $values.keys . }}
      - secret:
          name: {{ $key.existingSecret | default $values.keys.existingSecret }}
          items: [{key: {{ $key.key | quote }}, path: {{ . }}-key}]
      {{- end }}
{{- with $values.tls }}
{{- if .existingSecret }}
- name: tls
  secret:
    secretName: {{ .existingSecret }}
    defaultMode: 0440
    items:
      - {key: {{ .keys.certificate | quote }}, path: tls.crt}
      - {key: {{ .keys.key | quote }}, path: tls.key}
      - {key: {{ .keys.authority | quote }}, path: ca.crt}
{{- end }}
{{- end }}
{{ include "vefa.postgresCaVolume" .root }}
{{- if eq .name "notification" }}
# Outlives a container that is killed, which is all that its file of mails under way can be of use for.
- name: state
  emptyDir: {sizeLimit: 64Mi}
{{- end }}
{{- end -}}

{{- define "vefa.postgresCaVolume" -}}
{{- with .Values.postgres.ca }}
{{- if .existingSecret -}}
- name: postgres-ca
  secret:
    secretName: {{ .existingSecret }}
    defaultMode: 0440
    items: [{key: {{ .key | quote }}, path: ca.crt}]
{{- end }}
{{- end }}
{{- end -}}
