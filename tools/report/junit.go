package report

import (
	"encoding/xml"

	"github.com/seed-8eee7107/serverless-architect/knowledge/rules"
)

type junitSuite struct {
	XMLName  xml.Name    `xml:"testsuite"`
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Errors   int         `xml:"errors,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Class   string       `xml:"classname,attr"`
	Name    string       `xml:"name,attr"`
	File    string       `xml:"file,attr,omitempty"`
	Line    int          `xml:"line,attr,omitempty"`
	Failure *junitResult `xml:"failure"`
	Error   *junitResult `xml:"error"`
	Skipped *junitResult `xml:"skipped"`
	Output  string       `xml:"system-out,omitempty"`
}

type junitResult struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr,omitempty"`
	Text    string `xml:",chardata"`
}

// JUnit prints the report as one test suite: a finding at or above FailOn is a failure, a milder one a passed
// case with its text, a suppressed one is skipped, an unreadable file is an error.
func JUnit(r rules.Report, o Options) ([]byte, error) {
	failOn := o.FailOn
	if failOn == "" {
		failOn = rules.High
	}
	suite := junitSuite{Name: "serverless-architect review"}
	for _, f := range r.Findings {
		e := f.Evidence[0]
		c := junitCase{Class: f.Rule, Name: visible(f.Resource.ID + ": " + f.Title), File: visible(e.File), Line: e.Line}
		if f.Severity.AtLeast(failOn) {
			c.Failure = &junitResult{Message: visible(f.Message), Type: string(f.Severity), Text: visible(location(e.File, e.Line)) + "\n" + visible(said(f))}
			suite.Failures++
		} else {
			c.Output = visible(string(f.Severity) + ": " + said(f))
		}
		suite.Cases = append(suite.Cases, c)
	}
	for _, s := range r.Suppressed {
		suite.Skipped++
		suite.Cases = append(suite.Cases, junitCase{Class: s.Rule, Name: visible(s.Resource.ID + ": " + s.Message),
			Skipped: &junitResult{Message: visible("suppressed by " + s.By + ": " + s.Reason)}})
	}
	for _, u := range r.Unreadable {
		suite.Errors++
		suite.Cases = append(suite.Cases, junitCase{Class: "input", Name: visible(u.File), File: visible(u.File), Line: u.Line,
			Error: &junitResult{Message: visible(u.Message), Type: "unreadable", Text: visible(u.Want)}})
	}
	if len(suite.Cases) == 0 {
		suite.Cases = append(suite.Cases, junitCase{Class: "review", Name: Verdict(r)})
	}
	suite.Tests = len(suite.Cases)
	out, err := xml.MarshalIndent(suite, "", "  ")
	if err != nil {
		return nil, err
	}
	return append([]byte(xml.Header), append(out, '\n')...), nil
}
