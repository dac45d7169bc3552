package rules

import (
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/lazy"
)

// What is on trial matters one level less, save for security: a stage that the caller names (Options.Stage), a
// branch whose condition says so, a resource whose Metadata says so. Several signs lower once. Nobody is to be woken for
// what a branch or its Metadata puts on trial: that it has no alarms is Info.

// onTrial tells whether a stage of this name is no production.
func onTrial(stage string) bool {
	switch strings.ToLower(stage) {
	case "dev", "development", "test", "testing", "sandbox":
		return true
	}
	return false
}

var (
	production = lazy.Regexp(`(?i)^not (is|in|use)?_?-?(prod|live)|^(is|in)?_?-?(not|non)_?-?(prod|live)`)
	noTrial    = lazy.Regexp(`(?i)^(is|in|use)?_?-?(not|non)_?-?(dev|test|sandbox|trial|local|ephemeral)`)
	trial      = lazy.Regexp(`(?i)^(is|in|use|create)?_?-?(dev|test|sandbox|trial|volatile|mock|local|ephemeral)`)
)

// saysTrial tells whether a resource itself says that it is on trial: by its Metadata, or by a tag for its stage. It is for
// rules that ask nothing of such resources; to lower a severity, tags say too little (see trial below).
func saysTrial(n *graph.Node) bool {
	if onTrial(intent(n, "stage")) {
		return true
	}
	for _, tag := range n.Setting("tags").Each() {
		key, _ := tag.Get("Key").Str()
		value, _ := tag.Get("Value").Str()
		switch strings.ToLower(key) {
		case "stage", "env", "environment":
			if onTrial(value) {
				return true
			}
		}
	}
	return false
}

// trialBranch tells whether a finding holds in trial stages only, as the name of one of its conditions says: "not
// IsProd", "IsDev and UseQueue".
func trialBranch(when string) bool {
	if strings.Contains(when, " or ") {
		return false
	}
	found := false
	for _, condition := range strings.Split(when, " and ") {
		other, not := strings.CutPrefix(condition, "not ")
		if !not {
			other = "not " + condition
		}
		switch {
		case production().MatchString(other) || trial().MatchString(other) || noTrial().MatchString(condition):
			return false // IsProd, not IsDev, IsNotDev
		case production().MatchString(condition) || trial().MatchString(condition):
			found = true
		}
	}
	return found
}

// trial tells whether the author of the resource at fault says that it is on trial: Metadata, serverless-review:
// {stage: dev}. Tags are not asked: most take their value from a parameter, whose default says nothing about where
// the template will run.
func (f *merged) trial() bool {
	for _, m := range f.metadata {
		if stage, ok := m.Get("serverless-review", "stage").Str(); ok && onTrial(stage) {
			return true
		}
	}
	return false
}
