package report

import (
	"net/url"
	"path"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/rules"
)

// The parts of SARIF 2.1.0 that GitHub code scanning and editors read.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool        sarifTool         `json:"tool"`
		Invocations []sarifInvocation `json:"invocations"`
		Results     []sarifResult     `json:"results"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name    string      `json:"name"`
		Version string      `json:"version,omitempty"`
		Rules   []sarifRule `json:"rules"`
	}
	sarifInvocation struct {
		ExecutionSuccessful bool                `json:"executionSuccessful"`
		Notifications       []sarifNotification `json:"toolExecutionNotifications"`
	}
	sarifNotification struct {
		Level     string          `json:"level"`
		Message   sarifText       `json:"message"`
		Locations []sarifLocation `json:"locations"`
	}
	sarifRule struct {
		ID            string         `json:"id"`
		Name          string         `json:"name"`
		Short         sarifText      `json:"shortDescription"`
		Full          sarifText      `json:"fullDescription"`
		Help          sarifText      `json:"help"`
		HelpURI       string         `json:"helpUri,omitempty"`
		Configuration sarifLevel     `json:"defaultConfiguration"`
		Properties    map[string]any `json:"properties"`
	}
	sarifLevel struct {
		Level string `json:"level"`
	}
	sarifText struct {
		Text string `json:"text"`
	}
	sarifResult struct {
		RuleID       string             `json:"ruleId"`
		RuleIndex    int                `json:"ruleIndex"`
		Level        string             `json:"level"`
		Message      sarifText          `json:"message"`
		Locations    []sarifLocation    `json:"locations"`
		Related      []sarifLocation    `json:"relatedLocations,omitempty"`
		Fingerprints map[string]string  `json:"partialFingerprints"`
		Suppressions []sarifSuppression `json:"suppressions,omitempty"`
	}
	sarifSuppression struct {
		Kind          string `json:"kind"`
		Justification string `json:"justification,omitempty"`
	}
	sarifLocation struct {
		ID       int           `json:"id,omitempty"`
		Physical sarifPhysical `json:"physicalLocation"`
		Logical  []sarifNamed  `json:"logicalLocations,omitempty"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   *sarifRegion  `json:"region,omitempty"`
	}
	sarifArtifact struct {
		URI string `json:"uri"`
	}
	sarifRegion struct {
		StartLine int `json:"startLine"`
	}
	sarifNamed struct {
		Name string `json:"fullyQualifiedName"`
	}
)

// SARIF prints the report as SARIF 2.1.0. Suppressed findings are results with a suppression, as consumers
// expect; GitHub does not show them.
func SARIF(r rules.Report, o Options) ([]byte, error) {
	run := sarifRun{Tool: sarifTool{sarifDriver{Name: "serverless-architect", Version: o.Version, Rules: []sarifRule{}}}, Results: []sarifResult{}}
	index := map[string]int{}
	for _, f := range r.Findings {
		run.Results = append(run.Results, sarifFinding(f, run.Tool.Driver.describe(f.Rule, index)))
	}
	for _, s := range r.Suppressed {
		run.Results = append(run.Results, sarifResult{RuleID: s.Rule, RuleIndex: run.Tool.Driver.describe(s.Rule, index), Level: "note",
			Message: sarifText{visible(s.Message)}, Fingerprints: map[string]string{"serverlessReview/v1": s.ID},
			Locations:    []sarifLocation{sarifAt(s.Resource.File, 0, s.Resource.ID)},
			Suppressions: []sarifSuppression{{Kind: "inSource", Justification: visible(s.By + ": " + s.Reason)}}})
	}
	call := sarifInvocation{ExecutionSuccessful: len(r.Unreadable) == 0, Notifications: []sarifNotification{}}
	for _, u := range r.Unreadable {
		call.Notifications = append(call.Notifications, sarifNotification{"error", sarifText{visible(u.Message)}, []sarifLocation{sarifAt(u.File, u.Line, "")}})
	}
	run.Invocations = []sarifInvocation{call}
	return encode(sarifLog{Schema: "https://json.schemastore.org/sarif-2.1.0.json", Version: "2.1.0", Runs: []sarifRun{run}})
}

// describe returns the rule's place in the driver's list, adding it at first use.
func (d *sarifDriver) describe(id string, index map[string]int) int {
	if i, ok := index[id]; ok {
		return i
	}
	index[id] = len(d.Rules)
	s := sarifRule{ID: id, Name: id, Configuration: sarifLevel{"warning"}, Properties: map[string]any{}}
	if r, ok := rules.Find(id); ok {
		s.Short, s.Full = sarifText{r.Title}, sarifText{r.Why}
		s.Help = sarifText{r.Why + "\n\n" + r.Fix}
		if r.SAM != "" {
			s.Help.Text += "\n\nSAM: " + r.SAM
		}
		s.Configuration = sarifLevel{level(r.Severity)}
		s.Properties = map[string]any{"tags": []string{string(r.Pillar), r.Code}, "precision": "high"}
		if r.Pillar == rules.Security {
			// GitHub ranks security results by this number (CVSS style), and only by it.
			s.Properties["security-severity"] = map[rules.Severity]string{
				rules.Critical: "9.5", rules.High: "8.0", rules.Medium: "5.5", rules.Low: "3.0", rules.Info: "1.0"}[r.Severity]
		}
		if len(r.Sources) > 0 {
			s.HelpURI = r.Sources[0].URL
		}
	}
	d.Rules = append(d.Rules, s)
	return len(d.Rules) - 1
}

func sarifFinding(f rules.Finding, ruleIndex int) sarifResult {
	e := f.Evidence[0]
	out := sarifResult{RuleID: f.Rule, RuleIndex: ruleIndex, Level: level(f.Severity), Message: sarifText{visible(said(f))},
		Locations:    []sarifLocation{sarifAt(e.File, e.Line, f.Resource.ID)},
		Fingerprints: map[string]string{"serverlessReview/v1": f.ID}}
	for i, e := range f.Evidence[1:] {
		at := sarifAt(e.File, e.Line, "")
		at.ID = i + 1
		out.Related = append(out.Related, at)
	}
	return out
}

func sarifAt(file string, line int, name string) sarifLocation {
	l := sarifLocation{Physical: sarifPhysical{Artifact: sarifArtifact{fileURI(file)}}}
	if line > 0 {
		l.Physical.Region = &sarifRegion{line}
	}
	if name != "" {
		l.Logical = []sarifNamed{{visible(name)}}
	}
	return l
}

// fileURI spells a path as a relative reference (or file URI, for an absolute path): code scanning matches it
// with the repository's files.
func fileURI(file string) string {
	file = strings.ReplaceAll(file, `\`, "/")
	u := url.URL{Path: file}
	if path.IsAbs(file) {
		u.Scheme = "file"
		return u.String()
	}
	return strings.TrimPrefix(u.String(), "./")
}

func level(s rules.Severity) string {
	switch s {
	case rules.Critical, rules.High:
		return "error"
	case rules.Medium:
		return "warning"
	}
	return "note"
}
