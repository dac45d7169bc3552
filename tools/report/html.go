package report

import (
	"bytes"
	"html/template"

	"github.com/seed-8eee7107/serverless-architect/knowledge/rules"
)

// HTML prints the report as one page that needs nothing from elsewhere and runs no script.
func HTML(r rules.Report, o Options) ([]byte, error) {
	r = Cut(r, o.MaxTokens)
	view := struct {
		Verdict  string
		Report   rules.Report
		Clusters [][]rules.Finding
	}{Verdict: Verdict(r), Report: r}
	for _, c := range clusters(r.Findings) {
		view.Clusters = append(view.Clusters, c.findings)
	}
	var b bytes.Buffer
	if err := htmlPage.Execute(&b, view); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

var htmlPage = template.Must(template.New("report").Funcs(template.FuncMap{"at": location, "see": visible}).Parse(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Serverless review</title>
<style>
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a;background:#fff}
h1{font-size:1.4rem}h2{font-size:1.1rem;margin:1.6rem 0 .3rem}code{background:#f2f2f2;padding:0 .2rem;overflow-wrap:anywhere}
.critical,.high{color:#b00020}.medium{color:#8a5a00}.low,.info{color:#444}li{margin:.2rem 0}
@media(prefers-color-scheme:dark){body{background:#16181c;color:#e6e6e6}code{background:#2a2d33}.critical,.high{color:#ff8a80}.medium{color:#ffcc80}.low,.info{color:#bbb}}
</style></head><body>
<h1>{{.Verdict}}</h1>
{{range .Report.Unreadable}}<p>Not read: <code>{{see (at .File .Line)}}</code>: {{see .Message}}</p>
{{end}}{{range .Report.Source.Notes}}<p>Note: {{see .}}</p>
{{end}}{{range .Clusters}}{{$f := index . 0}}<section><h2><span class="{{$f.Severity}}">{{$f.Severity}}</span> · {{$f.Title}} ({{$f.Code}})</h2>
<ul>
{{range .}}{{$e := index .Evidence 0}}<li><code>{{see (at $e.File $e.Line)}}</code> <b>{{see .Resource.ID}}</b>: {{see .Message}}{{if .When}} (when {{see .When}}){{end}}</li>
{{end}}</ul>
<p>Fix: {{see $f.Fix.Summary}}{{range $f.Docs}} <a href="{{.}}" rel="noreferrer">source</a>{{end}}</p></section>
{{end}}{{if .Report.Unknown}}<section><h2>Could not be decided</h2><ul>
{{range .Report.Unknown}}<li><code>{{see (at .File .Line)}}</code> <b>{{see .Resource}}</b>: {{see .Why}}; {{see .Settle}}</li>
{{end}}</ul></section>
{{end}}{{if .Report.Suppressed}}<section><h2>Suppressed</h2><ul>
{{range .Report.Suppressed}}<li><b>{{see .Resource.ID}}</b>: {{.Code}} by {{see .By}}: {{see .Reason}}</li>
{{end}}</ul></section>
{{end}}{{range .Report.Folded}}<p>{{.Findings}} findings on resources of the framework ({{see .Framework}}) are folded.</p>
{{end}}{{with .Report.Omitted}}<p>Omitted: {{.Findings}} findings, {{.Unknown}} open questions, {{.Suppressed}} suppressed.</p>
{{end}}</body></html>
`))
