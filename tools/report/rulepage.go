package report

import (
	"fmt"
	"sort"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/lazy"
	"github.com/seed-8eee7107/serverless-architect/knowledge/rules"
)

// RulePage writes the page of a rule, references/rules/ID.md, from its literal: the words, the examples with
// their expectations, the sources. It is generated so that page and rule cannot differ.
func RulePage(r *rules.Rule) []byte {
	names := servicesOf(r)
	of := strings.Join(names, ", ")
	var b strings.Builder
	fmt.Fprintf(&b, "---\ntitle: %s\nsummary: %s\ndomain: %s\ntopics: [review-rule, %s, %s]\nservices: [%s]\nkind: rule\nrules: [%s]\n---\n",
		quoted(r.Title), quoted("Review rule "+r.Code+" ("+string(r.Severity)+", "+string(r.Pillar)+"): "+r.Title+"."), domain(r.Pillar), r.Code, r.Severity, of, r.ID)
	cite := citations(r.Sources)
	fmt.Fprintf(&b, "\n## %s {#what}\n\nRule `%s` (%s) reports, in %s templates and deployed stacks: %s. Severity %s, pillar %s, profile %s.%s\n",
		r.Title, r.ID, r.Code, of, lowerFirst(r.Title), r.Severity, r.Pillar, r.Profile, cite)
	if r.Gaps != "" {
		fmt.Fprintf(&b, "\nKnown limits of the rule: %s\n", r.Gaps)
	}
	if len(r.Equivalents) > 0 {
		fmt.Fprintf(&b, "\nOther tools look for the same under: %s.\n", codes(r.Equivalents))
	}
	fmt.Fprintf(&b, "\n## Why %s matters {#why}\n\n%s (%s)%s\n", r.Code, r.Why, of, cite)
	fmt.Fprintf(&b, "\n## How to fix %s {#fix}\n\n%s\n\nCDK: `%s`%s\n", r.Code, fixOf(r, of), r.CDK, cite)
	fmt.Fprintf(&b, "\n## Example for %s {#example}\n\n%s: a template in which %s finds the defect, on the marked lines.%s\n\n%s", r.Code, of, r.Code, cite, fenced(r.Bad))
	fmt.Fprintf(&b, "\nThe same without the defect:\n\n%s\n", fenced(r.Good))
	for i, s := range r.Sources {
		unverified := ""
		if s.Unverified {
			unverified = ", unverified"
		}
		fmt.Fprintf(&b, "[^s%d]: %s, <%s>, checked %s%s.\n", i+1, s.Title, s.URL, s.Checked, unverified)
	}
	return []byte(b.String())
}

// domain is the domain of the corpus that a rule's pillar falls into.
func domain(p rules.Pillar) string {
	switch p {
	case rules.Security:
		return "security"
	case rules.Operations:
		return "observability"
	case rules.Performance:
		return "performance"
	case rules.Cost:
		return "serverless"
	}
	return "eda"
}

var typeName = lazy.Regexp(`AWS::(\w+)::\w+`)

// servicesOf names the services that the rule's examples use. Serverless is SAM's spelling of several.
func servicesOf(r *rules.Rule) []string {
	spelled := map[string]string{"Events": "EventBridge", "StepFunctions": "Step Functions", "ApiGateway": "API Gateway", "ApiGatewayV2": "API Gateway",
		"CloudWatch": "CloudWatch", "Logs": "CloudWatch Logs", "Serverless": "Lambda", "Scheduler": "EventBridge Scheduler", "Pipes": "EventBridge Pipes",
		"EventsV2": "EventBridge", "SecretsManager": "Secrets Manager", "CertificateManager": "ACM", "CodeDeploy": "CodeDeploy", "EC2": "VPC"}
	set := map[string]bool{}
	for _, text := range append([]string{r.Bad, r.Good}, r.MoreBad...) {
		for _, m := range typeName().FindAllStringSubmatch(text, -1) {
			name := m[1]
			if s, ok := spelled[name]; ok {
				name = s
			}
			set[name] = true
		}
	}
	names := make([]string, 0, len(set))
	for name := range set {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// citations marks the sources at the end of a passage.
func citations(sources []rules.Source) string {
	var b strings.Builder
	for i := range sources {
		fmt.Fprintf(&b, " [^s%d]", i+1)
	}
	return b.String()
}

func quoted(s string) string { return fmt.Sprintf("%q", s) }

func lowerFirst(s string) string {
	if len(s) > 1 && s[1] >= 'A' && s[1] <= 'Z' { // an abbreviation keeps its case
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}

func codes(words []string) string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = "`" + w + "`"
	}
	return strings.Join(out, ", ")
}

func fenced(template string) string {
	return "```yaml\n" + strings.TrimRight(template, "\n") + "\n```\n"
}

// fixOf says what to do in a template, apart for SAM where that spells it otherwise.
func fixOf(r *rules.Rule, services string) string {
	if r.SAM == "" {
		return "CloudFormation and SAM (" + services + "): " + r.Fix
	}
	return "CloudFormation (" + services + "): " + r.Fix + "\n\nSAM: " + r.SAM
}
