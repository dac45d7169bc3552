package rules_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v4"

	"github.com/seed-8eee7107/serverless-architect/knowledge/rules"
)

// example is a template that a rule is silent about, or accuses.
type example struct {
	rule, name, template string
	parameters           map[string]string
	silent               bool
}

// examples lists the examples of all rules, and their cases of one template.
func examples(t *testing.T) []example {
	t.Helper()
	var out []example
	for _, r := range rules.All() {
		for i, text := range append([]string{r.Good}, r.MoreGood...) {
			out = append(out, example{rule: r.ID, name: fmt.Sprintf("Good %d", i), template: text, silent: true})
		}
		for i, text := range append([]string{r.Bad}, r.MoreBad...) {
			out = append(out, example{rule: r.ID, name: fmt.Sprintf("Bad %d", i), template: text})
		}
	}
	paths, err := filepath.Glob("testdata/*.yaml")
	require.NoError(t, err)
	for _, path := range paths {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		var doc struct {
			Cases []testCase `yaml:"cases"`
		}
		require.NoError(t, yaml.Load(text, &doc))
		for _, c := range doc.Cases {
			if c.Template != "" {
				out = append(out, example{rule: strings.ReplaceAll(strings.TrimSuffix(filepath.Base(path), ".yaml"), "_", "-"), name: c.Name, template: c.Template, parameters: c.Parameters, silent: len(c.Want) == 0})
			}
		}
	}
	return out
}

// spot is a value of a template that can be replaced.
type spot struct {
	path string
	node *yaml.Node
}

// spots lists the values below the properties of all resources, whole ones before their parts. Functions are whole.
func spots(root *yaml.Node) []spot {
	var out []spot
	var walk func(n *yaml.Node, path string)
	walk = func(n *yaml.Node, path string) {
		out = append(out, spot{path, n})
		if function(n) {
			return
		}
		switch n.Kind {
		case yaml.MappingNode:
			for i := 0; i+1 < len(n.Content); i += 2 {
				walk(n.Content[i+1], path+"/"+n.Content[i].Value)
			}
		case yaml.SequenceNode:
			for i, item := range n.Content {
				walk(item, fmt.Sprintf("%s/%d", path, i))
			}
		}
	}
	resources := child(root, "Resources")
	for i := 0; resources != nil && i+1 < len(resources.Content); i += 2 {
		properties := child(resources.Content[i+1], "Properties")
		for j := 0; properties != nil && j+1 < len(properties.Content); j += 2 {
			walk(properties.Content[j+1], resources.Content[i].Value+"/"+properties.Content[j].Value)
		}
	}
	return out
}

func child(n *yaml.Node, key string) *yaml.Node {
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

// function tells an intrinsic, in its short or long form.
func function(n *yaml.Node) bool {
	if strings.HasPrefix(n.Tag, "!") && !strings.HasPrefix(n.Tag, "!!") {
		return true
	}
	return n.Kind == yaml.MappingNode && len(n.Content) == 2 && (n.Content[0].Value == "Ref" || strings.HasPrefix(n.Content[0].Value, "Fn::"))
}

// tree parses a template.
func tree(t *testing.T, template string) *yaml.Node {
	t.Helper()
	var doc yaml.Node
	require.NoError(t, yaml.Load([]byte(template), &doc))
	require.Equal(t, yaml.DocumentNode, doc.Kind)
	return doc.Content[0]
}

func text(t *testing.T, root *yaml.Node) string {
	t.Helper()
	out, err := yaml.Dump(root)
	require.NoError(t, err)
	return string(out)
}

// samReads are values that SAM's translator reads itself: it takes no parameter there that has no value yet.
var samReads = regexp.MustCompile(`/(Events|EventInvokeConfig|DeploymentPreference|Auth|Source|Destination)$|/Events/[^/]+(/Type|/Properties)?$|/DeadLetterConfig$|/DeploymentPreference/Enabled$|` +
	`/EventInvokeConfig/DestinationConfig(/OnFailure)?$|/DefaultAuthorizer$|/RequestModel(/ValidateBody)?$|/(Source|Destination)/Id$|/Permissions(/0)?$`)

// letOff are values by which a rule lets something off for what another thing does with it. A parameter is given before
// the thing has a name, so it is taken to name another.
var letOff = map[string]*regexp.Regexp{
	"dlq-without-alarm":                          regexp.MustCompile(`^Alarms/Parameters(/\w+)?$`),
	"stream-without-age-alarm":                   regexp.MustCompile(`^Alarms/Parameters(/\w+)?$|/Enabled$`), // here and below: a mapping that may be disabled is meant to run some time
	"public-api-without-web-acl":                 regexp.MustCompile(`^Guard/Parameters(/\w+)?$`),
	"function-in-one-zone":                       regexp.MustCompile(`^Worker/VpcConfig/SubnetIds/0$`), // one item is one subnet, whichever
	"queue-without-dlq":                          regexp.MustCompile(`/(RedrivePolicy|DeadLetterQueue)(/deadLetterTargetArn|/TargetArn)?$`),
	"queue-backlog-unwatched":                    regexp.MustCompile(`/RedrivePolicy(/deadLetterTargetArn)?$|/Enabled$`),
	"batch-failures-not-reported":                regexp.MustCompile(`/Enabled$`),
	"stream-mapping-retries-forever":             regexp.MustCompile(`/Enabled$`),
	"stream-mapping-without-failure-destination": regexp.MustCompile(`/Enabled$`),
	"stream-retention-short":                     regexp.MustCompile(`/Enabled$`),
	"subscription-without-dlq":                   regexp.MustCompile(`/AlarmActions(/0)?$`),
	"topic-without-kms-key":                      regexp.MustCompile(`/AlarmActions(/0)?$`),
	"stateful-resource-without-retention":        regexp.MustCompile(`/KmsMasterKeyId$`),
	"function-memory-left-at-default":            regexp.MustCompile(`/ServiceToken$`),
	"bucket-without-versioning":                  regexp.MustCompile(`/LoggingConfiguration(/DestinationBucketName)?$`),
	"nobody-sends-or-reads":                      regexp.MustCompile(`/NotificationArns(/0)?$`),
	"entry-point-without-alarm":                  regexp.MustCompile(`^Flow/DefinitionString$|^Alarms/Parameters(/\w+)?$`), // which starts another workflow; what a nested stack is given
	"function-without-error-alarm":               regexp.MustCompile(`^Parent/Definition(/|$)`),                            // likewise
	"alarm-topic-refuses-cloudwatch":             regexp.MustCompile(`/Principal/AWS$`),                                    // an account
	"async-function-without-failure-target":      regexp.MustCompile(`^Calls/Parameters(/Function)?$`),
}

// A rule that is silent about an example stays so where any one value of it is not known: it could be that very value.
// Each value is a parameter without value in turn, some also what a custom resource's code makes, or a text that is
// known up to its middle.
func TestSilentStaysSilentWhereAValueIsNotKnown(t *testing.T) {
	tried := 0
	for _, e := range examples(t) {
		if !e.silent {
			continue
		}
		root := tree(t, e.template)
		declare(root)
		for i, s := range spots(root) {
			if e.settledOtherwise(s.path) {
				continue
			}
			kept := *s.node
			unknowns := []yaml.Node{{Kind: yaml.ScalarNode, Tag: "!Ref", Value: "NotKnown"}}
			if i%7 == 0 {
				unknowns = append(unknowns, yaml.Node{Kind: yaml.ScalarNode, Tag: "!GetAtt", Value: "MadeByCode.Value"})
			}
			if v := kept.Value; i%2 == 0 && kept.Kind == yaml.ScalarNode && !function(&kept) && len(v) > 3 && !strings.Contains(v, "${") && !strings.HasSuffix(s.path, "/Layers/0") {
				unknowns = append(unknowns, yaml.Node{Kind: yaml.ScalarNode, Tag: "!Sub", Value: v[:len(v)/2] + "${NotKnown}"})
			}
			for _, unknown := range unknowns {
				tried++
				*s.node = unknown
				for _, f := range review(t, map[string]string{"template.yaml": text(t, root)}, e.parameters, rules.Options{Only: []string{e.rule}}).Findings {
					assert.Fail(t, "accused on an unknown", "%s, %s: %s is %s %s: %s: %s", e.rule, e.name, s.path, unknown.Tag, unknown.Value, f.Resource.ID, f.Message)
				}
			}
			*s.node = kept
		}
	}
	require.Greater(t, tried, 15000)
}

// settledOtherwise tells whether a value may not be unknown, or whether it does not matter to the rule that it is.
func (e example) settledOtherwise(path string) bool {
	return strings.Contains(e.template, "AWS::Serverless") && samReads.MatchString(path) || letOff[e.rule] != nil && letOff[e.rule].MatchString(path)
}

// declare gives a template the parameter NotKnown, which has no value, and the custom resource MadeByCode.
func declare(root *yaml.Node) {
	section := func(name, entry, body string) {
		var doc yaml.Node
		if err := yaml.Load([]byte(body), &doc); err != nil {
			panic(err)
		}
		in := child(root, name)
		if in == nil {
			in = &yaml.Node{Kind: yaml.MappingNode}
			root.Content = append([]*yaml.Node{{Kind: yaml.ScalarNode, Value: name}, in}, root.Content...)
		}
		in.Content = append(in.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: entry}, doc.Content[0])
	}
	section("Parameters", "NotKnown", "{Type: String}")
	section("Resources", "MadeByCode", `{Type: Custom::Thing, Properties: {ServiceToken: "arn:aws:lambda:eu-west-1:111122223333:function:thing"}}`)
}

// Where the value that a finding shows is not known, there is no finding at its place.
func TestAMarkedValueThatIsNotKnownIsNoFinding(t *testing.T) {
	tried, asked := 0, 0
	for _, e := range examples(t) {
		if e.silent {
			continue
		}
		root := tree(t, e.template)
		declare(root)
		reviewed := func() rules.Report {
			return review(t, map[string]string{"template.yaml": text(t, root)}, e.parameters, rules.Options{Only: []string{e.rule}})
		}
		values := spots(root)
		for _, f := range reviewed().Findings {
			rest, _ := strings.CutPrefix(f.Evidence[0].Path, "/Resources/")
			path := strings.ReplaceAll(strings.Replace(rest, "/Properties/", "/", 1), "~1", "/")
			for _, s := range values {
				if s.path != path || e.settledOtherwise(path) || decided[e.rule] != "" {
					continue
				}
				answered := strings.HasPrefix(e.rule, "secret-") // by the parameter itself
				if !answered {
					tried++
				}
				kept := *s.node
				*s.node = yaml.Node{Kind: yaml.ScalarNode, Tag: "!Ref", Value: "NotKnown"}
				r := reviewed()
				*s.node = kept
				for _, g := range r.Findings {
					assert.NotEqual(t, f.Evidence[0].Path, g.Evidence[0].Path, "%s, %s: %s", e.rule, e.name, g.Message)
				}
				if len(r.Unknown) > 0 && !answered {
					asked++
				}
			}
		}
	}
	require.Greater(t, tried, 250)
	require.Greater(t, asked, tried*3/4, "most are asked for: what is not tells nothing")
}

// decided are rules whose defect stands whatever the value that shows it.
var decided = map[string]string{
	"table-capacity-fixed":     "how much capacity is fixed does not matter",
	"mapping-settings-refused": "two settings exclude each other whatever they are",
}
