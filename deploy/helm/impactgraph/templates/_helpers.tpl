{{- define "impactgraph.name" -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- end }}

{{- define "impactgraph.selector" -}}
app.kubernetes.io/name: impactgraph
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "impactgraph.labels" -}}
{{ include "impactgraph.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/part-of: impactgraph
{{- end }}

{{- define "impactgraph.embedded" -}}
{{- if eq .Values.store.kind "embedded" }}true{{ end -}}
{{- end }}
