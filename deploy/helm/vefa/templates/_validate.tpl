{{/* Everything that would make pods that do not start or do not leave well: all mistakes at once, each with what to do. */}}
{{- define "vefa.validate" -}}
{{- $found := dict "mistakes" list -}}
{{- include "vefa.validateSite" (dict "root" . "found" $found) -}}
{{- include "vefa.validateDrain" (dict "root" . "found" $found) -}}
{{- $facts := .Files.Get "files/services.yaml" | fromYaml -}}
{{- $settings := .Files.Get "files/settings.yaml" | fromYaml -}}
{{- range $name := include "vefa.services" . | splitList " " -}}
{{-   $part := include "vefa.part" (dict "root" $ "name" $name) | fromYaml -}}
{{-   $one := dict "root" $ "name" $name "part" $part "found" $found "facts" (get $facts $name) "settings" (get $settings $name) -}}
{{-   include "vefa.validateSecrets" $one -}}
{{-   include "vefa.validateSettings" $one -}}
{{-   include "vefa.validateScaling" $one -}}
{{- end -}}
{{- include "vefa.validateConnections" (dict "root" . "found" $found "facts" $facts) -}}
{{- if $found.mistakes }}{{ fail (printf "\n* %s" (join "\n* " (uniq $found.mistakes))) }}{{ end -}}
{{- end -}}

{{- define "vefa.mistake" -}}
{{- $_ := set .found "mistakes" (append .found.mistakes .says) -}}
{{- end -}}

{{- define "vefa.validateSite" -}}
{{- $found := .found -}}
{{- $values := .root.Values -}}
{{- range list
    (list $values.image.registry "image.registry is not set: build the images with deploy/docker/build-local.sh, push them to a registry of yours, and name it, such as registry.example.com/vefa.")
    (list $values.publicUrl "publicUrl is not set: name the address under which people reach the gateway, such as https://vefa.example.com.")
    (list $values.kafka.brokers "kafka.brokers is not set: name a Kafka that is there already, as host:port[,host:port].")
    (list (or $values.redis.address $values.redis.existingSecret) "redis.address is not set: name a Redis that is there already, as host:port, or a Secret in redis.existingSecret.")
    (list $values.smtp.address "smtp.address is not set: name the mail relay, as host:port.")
    (list $values.smtp.from "smtp.from is not set: name the sender, such as Vefa <hello@example.com>.") -}}
{{-   if not (first .) }}{{ include "vefa.mistake" (dict "found" $found "says" (last .)) }}{{ end -}}
{{- end -}}
{{- if and $values.networkPolicy.egress.enabled (not $values.networkPolicy.egress.rules) -}}
{{-   include "vefa.mistake" (dict "found" $found "says" "networkPolicy.egress.enabled without networkPolicy.egress.rules would cut the services off: add rules that lead to PostgreSQL, Kafka, Redis and the mail relay.") -}}
{{- end -}}
{{- end -}}

{{- define "vefa.validateDrain" -}}
{{- $drain := .root.Values.drain -}}
{{- $needed := include "vefa.leavingSeconds" .root | int -}}
{{- with $drain.terminationGracePeriodSeconds -}}
{{-   if lt (int .) $needed -}}
{{-     include "vefa.mistake" (dict "found" $.found "says" (printf "drain.terminationGracePeriodSeconds is %d, and a pod needs up to %d s to leave (preStopSleepSeconds + noticeMs + %s s): raise it, or leave it empty." (int .) $needed (include "vefa.stopSeconds" $.root))) -}}
{{-   end -}}
{{- end -}}
{{- if $drain.foreignClients -}}
{{-   $stays := add $drain.preStopSleepSeconds (div $drain.noticeMs 1000) | int -}}
{{-   $ages := add (div (add (mul $drain.connectionAgeSeconds 11) 9) 10) $drain.dnsTtlSeconds | int -}}
{{-   if lt $stays $ages -}}
{{-     include "vefa.mistake" (dict "found" .found "says" (printf "drain.foreignClients: clients that do not watch health leave a pod only when their connection has aged, after up to %d s (1.1 × connectionAgeSeconds + dnsTtlSeconds), but it stays for %d s only: set drain.preStopSleepSeconds to %d, or lower drain.connectionAgeSeconds as well." $ages $stays (sub $ages (div $drain.noticeMs 1000)))) -}}
{{-   end -}}
{{- end -}}
{{- end -}}

{{- define "vefa.validateSecrets" -}}
{{- $one := . -}}
{{- $missing := list -}}
{{- range list "service" "pump" "owner" -}}
{{-   $needed := or (ne . "owner") $one.root.Values.migrations.enabled -}}
{{-   if and $needed (not (include "vefa.connection" (merge (dict "role" .) $one) | fromYaml).name) }}{{ $missing = append $missing . }}{{ end -}}
{{- end -}}
{{- if $missing -}}
{{-   include "vefa.mistake" (dict "found" .found "says" (printf "%s has no connection to PostgreSQL as %s: set postgres.existingSecret to a Secret with keys such as %s-%s, or services.%s.postgres.%s.existingSecret and .key." .name (join ", " $missing) .name (first $missing) .name (first $missing))) -}}
{{- end -}}
{{- range .facts.keys -}}
{{-   $key := get $one.root.Values.keys . -}}
{{-   if not ($key.existingSecret | default $one.root.Values.keys.existingSecret) -}}
{{-     include "vefa.mistake" (dict "found" $one.found "says" (printf "the key %s has no Secret: put the output of `openssl rand -hex 32` under %s into a Secret, and name it in keys.existingSecret or keys.%s.existingSecret." . $key.key .)) -}}
{{-   end -}}
{{- end -}}
{{- end -}}

{{- define "vefa.validateSettings" -}}
{{- $one := . -}}
{{- $made := include "vefa.settings" . | fromYaml -}}
{{- range $name := keys .part.settings | sortAlpha -}}
{{-   $says := "" -}}
{{-   if not (has $name $one.settings) -}}
{{-     $says = printf "services.%s.settings.%s: %s does not know this setting and would not start; it knows %s." $one.name $name $one.name (join ", " $one.settings) -}}
{{-   else if hasKey $made $name -}}
{{-     $says = printf "services.%s.settings.%s is set by the chart: use the value that leads to it instead." $one.name $name -}}
{{-   end -}}
{{-   if $says }}{{ include "vefa.mistake" (dict "found" $one.found "says" $says) }}{{ end -}}
{{- end -}}
{{- range $name := keys .part.env | sortAlpha -}}
{{-   if hasPrefix "VEFA_" $name -}}
{{-     include "vefa.mistake" (dict "found" $one.found "says" (printf "services.%s.env.%s: settings of Vefa belong into services.%s.settings." $one.name $name $one.name)) -}}
{{-   end -}}
{{- end -}}
{{- end -}}

{{- define "vefa.validateScaling" -}}
{{- $scaling := .part.autoscaling -}}
{{- if $scaling.enabled -}}
{{-   if eq .name "notification" -}}
{{-     include "vefa.mistake" (dict "found" .found "says" "services.notification.autoscaling.enabled: one process delivers and a second one is its spare; more share no work. Set it to false.") -}}
{{-   end -}}
{{-   if gt (int $scaling.minReplicas) (int $scaling.maxReplicas) -}}
{{-     include "vefa.mistake" (dict "found" .found "says" (printf "services.%s.autoscaling: minReplicas %d is above maxReplicas %d." .name (int $scaling.minReplicas) (int $scaling.maxReplicas))) -}}
{{-   end -}}
{{- end -}}
{{- end -}}

{{/* Connections that all services may hold at their largest, one replica more of each while it rolls. */}}
{{- define "vefa.validateConnections" -}}
{{- $sum := dict "of" 0 -}}
{{- range $name := include "vefa.services" .root | splitList " " -}}
{{-   $part := include "vefa.part" (dict "root" $.root "name" $name) | fromYaml -}}
{{-   $replicas := $part.autoscaling.enabled | ternary $part.autoscaling.maxReplicas $part.replicas -}}
{{-   $each := add (get $.facts $name).connections (get $part.settings "VEFA_WORKERS" | default 8) -}}
{{-   $_ := set $sum "of" (add $sum.of (mul $each (add $replicas 1))) -}}
{{- end -}}
{{- $budget := .root.Values.postgres.connectionBudget | int -}}
{{- if and $budget (gt (int $sum.of) $budget) -}}
{{-   include "vefa.mistake" (dict "found" .found "says" (printf "postgres.connectionBudget is %d, and the services may open up to %d connections (replicas + 1 while they roll, times workers and pump): lower replicas, autoscaling.maxReplicas or settings.VEFA_WORKERS, or raise max_connections and the budget." $budget (int $sum.of))) -}}
{{- end -}}
{{- end -}}
