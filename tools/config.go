package tools

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/seed-8eee7107/serverless-architect/knowledge/rules"
)

// Config is what a project has settled for its reviews, once for all of them: accepted findings with their
// reasons, rules that it does without, the stage. What a call says itself goes before.
type Config struct {
	Stage  string         `yaml:"stage"`   // dev, test or sandbox: all but security findings matter one level less
	Rules  string         `yaml:"rules"`   // profile: core, advisory, strict
	FailOn string         `yaml:"fail-on"` // severity
	Skip   []string       `yaml:"skip"`    // ids or codes of rules that do not run
	Ignore []rules.Ignore `yaml:"ignore"`
	// Parameters are values for the templates' parameters.
	Parameters map[string]string `yaml:"parameters"`
}

// ReadConfig reads a configuration file (YAML or JSON). A word that it does not know, a rule that does not exist and an
// exception without a reason are errors: a misspelt exception would else go unnoticed.
func (w *Workbench) ReadConfig(path string) (Config, error) {
	var c Config
	g := gathered{}
	if err := g.addFile(w.Reach, path); err != nil {
		return c, err
	}
	d, err := yaml.NewLoader(bytes.NewReader(g.files[0].Data), yaml.WithKnownFields())
	if err == nil {
		err = d.Load(&c)
	}
	if err != nil && !errors.Is(err, io.EOF) { // an empty file settles nothing
		return c, wrong("it knows stage, rules, fail-on, skip, ignore and parameters", "reading the configuration %q: %w", path, err)
	}
	if err := c.check(); err != nil {
		return c, wrong("list the rules with: serverless-architect rules", "reading the configuration %q: %w", path, err)
	}
	return c, nil
}

func (c Config) check() error {
	if _, err := parseProfile(c.Rules); err != nil {
		return err
	}
	if c.FailOn != "" {
		if err := CheckSeverity(c.FailOn); err != nil {
			return err
		}
	}
	for _, name := range c.Skip {
		if _, ok := rules.Find(name); !ok {
			return fmt.Errorf("skip: there is no rule %q", name)
		}
	}
	for i, entry := range c.Ignore {
		if _, ok := rules.Find(entry.Rule); !ok {
			return fmt.Errorf("ignore, entry %d: there is no rule %q", i+1, entry.Rule)
		}
		if strings.TrimSpace(entry.Reason) == "" {
			return fmt.Errorf("ignore, entry %d (%s): a reason is missing", i+1, entry.Rule)
		}
		if _, err := time.Parse(time.DateOnly, entry.Until); entry.Until != "" && err != nil {
			return fmt.Errorf("ignore, entry %d (%s): until is %q, not a date such as 2027-01-31", i+1, entry.Rule, entry.Until)
		}
	}
	return nil
}

// stageWords are what the parameter is called that says which stage is deployed, in lower case without separators.
var stageWords = map[string]bool{"stage": true, "stagename": true, "environment": true, "environmentname": true, "env": true, "envname": true}

// stageOf finds the stage among parameter values that were given, or among what a deployed stack has for values and
// tags: defaults of a template say nothing about where it will run.
func stageOf(settings map[string]string) string {
	for name, value := range settings {
		if stageWords[strings.NewReplacer("-", "", "_", "").Replace(strings.ToLower(name))] {
			return value
		}
	}
	return ""
}
