{{/*
Names are fixed, not derived from the release: two operators in one namespace would fight over the same calls, and Helm
refuses a second release whose objects exist already.
*/}}
{{- define "aicc.labels" -}}
app.kubernetes.io/part-of: aicc
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{- define "aicc.operator.selector" -}}
app.kubernetes.io/name: aicc-operator
{{- end }}

{{/* Of the controllers of one PBX. */}}
{{- define "aicc.ari.selector" -}}
app.kubernetes.io/name: aicc-ari
aicc.io/pbx: {{ .name }}
{{- end }}

{{/* The workers' labels are the operator's doing; the pool's name is ours. */}}
{{- define "aicc.worker.selector" -}}
app.kubernetes.io/name: aicc-call-worker
aicc.io/pool: {{ .Values.pool.name }}
{{- end }}

{{- define "aicc.controlKey.secret" -}}
{{- .Values.controlKey.existingSecret | default "aicc-control-key" -}}
{{- end }}

{{/* An image by digest if there is one. Takes {image, version}. */}}
{{- define "aicc.image" -}}
{{- with .image -}}
{{- if .digest -}}
{{ .repository }}@{{ .digest }}
{{- else -}}
{{ .repository }}:{{ .tag | default $.version }}
{{- end -}}
{{- end -}}
{{- end }}

{{/* What of a map is not empty, as YAML: an empty value means that nothing is said. */}}
{{- define "aicc.given" -}}
{{- $given := dict -}}
{{- range $key, $value := . -}}
{{- if $value -}}
{{- $_ := set $given $key $value -}}
{{- end -}}
{{- end -}}
{{- toYaml $given -}}
{{- end }}

{{/* The TCP port in an address ws://… or wss://… */}}
{{- define "aicc.webSocketPort" -}}
{{- $url := urlParse . -}}
{{- regexFind ":[0-9]+$" $url.host | trimPrefix ":" | default (eq $url.scheme "wss" | ternary "443" "80") -}}
{{- end }}

{{/* The TCP ports in the addresses of the outputs and of the recogniser, and the further ones: sorted, each once. */}}
{{- define "aicc.worker.egressPorts" -}}
{{- $ports := list -}}
{{- range .Values.pool.outputs -}}
{{- $ports = append $ports (include "aicc.webSocketPort" .url) -}}
{{- end -}}
{{- if eq .Values.pool.speech.engine "google" -}}
{{- $ports = append $ports (regexFind "[0-9]+$" (.Values.pool.settings.AICC_GOOGLE_ENDPOINT | default ":443")) -}}
{{- else if .Values.pool.settings.AICC_VOSK_URL -}}
{{- $ports = append $ports (include "aicc.webSocketPort" .Values.pool.settings.AICC_VOSK_URL) -}}
{{- end -}}
{{- range .Values.networkPolicy.egressPorts -}}
{{- $ports = append $ports (toString .) -}}
{{- end -}}
{{- $ports | uniq | sortAlpha | join " " -}}
{{- end }}
