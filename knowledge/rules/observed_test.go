package rules_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-8eee7107/serverless-architect/knowledge/cfn"
	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/rules"
	"github.com/seed-8eee7107/serverless-architect/knowledge/services"
)

// isMatter tells what must be looked at (metrics, keys) from single facts (account.concurrency).
func isMatter(name string) bool { return !strings.Contains(name, ".") }

// A rule that may not look says so, and accuses nobody; in a template, where there is nothing to look at, it is silent.
func TestWhatCouldNotBeLookedAtIsUnknownAndNoFinding(t *testing.T) {
	tried := 0
	for _, r := range rules.All() {
		if !strings.HasPrefix(r.Code, "LIV") {
			continue
		}
		sys, err := cfn.Load(context.Background(), []cfn.File{{Name: "template.yaml", Data: []byte(r.Bad)}}, cfn.Options{})
		require.NoError(t, err)
		plain := rules.Review([]*graph.Graph{services.Build(sys.Scenarios[0])}, rules.Options{Only: []string{r.ID}})
		assert.Empty(t, plain.Findings, "%s in a template", r.ID)
		assert.Empty(t, plain.Unknown, "%s in a template", r.ID)

		observe(&sys.Scenarios[0])
		matters := 0
		for name := range sys.Scenarios[0].Observed {
			if isMatter(name) {
				matters++
				sys.Scenarios[0].Observed[name] = graph.NewUnknown(nil, "access denied to x:GetY")
			}
		}
		if matters == 0 {
			continue // it looks at settings and facts of the stack, which are there or the stack cannot be read
		}
		tried++
		for _, res := range sys.Scenarios[0].Resources {
			res.Drift = nil
			for name := range res.Observed {
				if name != "CurrentState" { // comes with the settings
					delete(res.Observed, name)
				}
			}
		}
		rep := rules.Review([]*graph.Graph{services.Build(sys.Scenarios[0])}, rules.Options{Only: []string{r.ID}})
		for _, f := range rep.Findings {
			assert.Equal(t, "AWS::Pipes::Pipe", f.Resource.Type, "%s: %s", r.ID, f.Message)
		}
		require.NotEmpty(t, rep.Unknown, r.ID)
		assert.Equal(t, "access denied to x:GetY", rep.Unknown[0].Why)
		assert.Contains(t, rep.Unknown[0].Settle, "allow x:GetY")
		assert.Equal(t, []string{r.ID}, rep.Unknown[0].Rules)
	}
	assert.Equal(t, 13, tried, "of the 15 live rules")
}
