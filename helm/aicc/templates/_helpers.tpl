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

{{/* The TCP ports in the addresses of the outputs, and the further ones: sorted, each once. */}}
{{- define "aicc.worker.egressPorts" -}}
{{- $ports := list -}}
{{- range .Values.pool.outputs -}}
{{- $url := urlParse .url -}}
{{- $port := regexFind ":[0-9]+$" $url.host | trimPrefix ":" -}}
{{- $ports = append $ports ($port | default (eq $url.scheme "wss" | ternary "443" "80")) -}}
{{- end -}}
{{- range .Values.networkPolicy.egressPorts -}}
{{- $ports = append $ports (toString .) -}}
{{- end -}}
{{- $ports | uniq | sortAlpha | join " " -}}
{{- end }}
