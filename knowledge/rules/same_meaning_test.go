package rules_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"sort"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v4"

	"github.com/seed-8eee7107/serverless-architect/knowledge/rules"
)

// rewritings turn a template into another one that means the same. They may change its tree.
var rewritings = []struct {
	name    string
	rewrite func(t *testing.T, root *yaml.Node) string
}{
	{"as JSON with intrinsics in their long form", func(t *testing.T, root *yaml.Node) string {
		return long(t, root)
	}},
	{"values by parameters with defaults", byParameters},
	{"values by a mapping", byMapping},
	{"texts by Fn::Sub", func(t *testing.T, root *yaml.Node) string {
		for _, s := range literalSpots(root) {
			if s.node.Tag == "" || s.node.ShortTag() == "!!str" {
				*s.node = yaml.Node{Kind: yaml.ScalarNode, Tag: "!Sub", Value: s.node.Value}
			}
		}
		return text(t, root)
	}},
	{"texts joined of two halves", func(t *testing.T, root *yaml.Node) string {
		for _, s := range literalSpots(root) {
			if v := s.node.Value; s.node.ShortTag() == "!!str" && len(v) > 1 {
				half := len(v) / 2
				*s.node = yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{plain("Fn::Join"), {Kind: yaml.SequenceNode, Content: []*yaml.Node{quoted(""), {Kind: yaml.SequenceNode, Content: []*yaml.Node{quoted(v[:half]), quoted(v[half:])}}}}}}
			}
		}
		return text(t, root)
	}},
	{"values in a condition that always holds", func(t *testing.T, root *yaml.Node) string {
		entry(t, root, "Conditions", "Always", `!Equals [a, a]`)
		for _, s := range literalSpots(root) {
			kept := *s.node
			*s.node = yaml.Node{Kind: yaml.SequenceNode, Tag: "!If", Content: []*yaml.Node{plain("Always"), &kept, {Kind: yaml.ScalarNode, Tag: "!Ref", Value: "AWS::NoValue"}}}
		}
		return text(t, root)
	}},
	{"resources under a condition that always holds", func(t *testing.T, root *yaml.Node) string {
		entry(t, root, "Conditions", "Always", `!Equals [a, a]`)
		resources := child(root, "Resources")
		for i := 0; i+1 < len(resources.Content); i += 2 {
			if r := resources.Content[i+1]; child(r, "Condition") == nil && child(r, "Type") != nil {
				r.Content = append(r.Content, plain("Condition"), plain("Always"))
			}
		}
		return text(t, root)
	}},
	{"other logical ids", renamed},
	{"properties of the only function as Globals", globals},
}

func plain(s string) *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Value: s} }

func quoted(s string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Style: yaml.DoubleQuotedStyle, Value: s}
}

// entry adds an entry to a section of a template.
func entry(t *testing.T, root *yaml.Node, section, name, body string) {
	t.Helper()
	in := child(root, section)
	if in == nil {
		in = &yaml.Node{Kind: yaml.MappingNode}
		root.Content = append([]*yaml.Node{plain(section), in}, root.Content...)
	}
	in.Content = append(in.Content, plain(name), tree(t, body))
}

// literalSpots are the literal values of resources' properties that may be given by an intrinsic.
func literalSpots(root *yaml.Node) []spot {
	var out []spot
	for _, s := range spots(root) {
		n := s.node
		if n.Kind != yaml.ScalarNode || function(n) || n.Value == "" || strings.Contains(n.Value, "${") || strings.Contains(n.Value, "{{resolve:") || literalOnly.MatchString(s.path) {
			continue
		}
		out = append(out, s)
	}
	return out
}

// literalOnly are values that CloudFormation or SAM reads itself, before intrinsics have values, and definitions and
// documents that are text.
var literalOnly = regexp.MustCompile(`/(Type|Id|Permissions/\d+|DefaultAuthorizer|AutoPublishAlias|AddDefaultAuthorizerToCorsPreflight)$|/(Definition|DefinitionBody|Body)/|^[^/]+/(DefinitionString|Policies/\d+)$|/Events/[^/]+/Properties/(Path|Method)$|/(Authorizers|Models|RequestModel|Auth)/`)

func byParameters(t *testing.T, root *yaml.Node) string {
	for i, s := range literalSpots(root) {
		kind := "String"
		if tag := s.node.ShortTag(); tag == "!!int" || tag == "!!float" {
			kind = "Number"
		}
		body, err := json.Marshal(map[string]string{"Type": kind, "Default": s.node.Value})
		require.NoError(t, err)
		name := fmt.Sprintf("Given%d", i)
		entry(t, root, "Parameters", name, string(body))
		*s.node = yaml.Node{Kind: yaml.ScalarNode, Tag: "!Ref", Value: name}
	}
	return text(t, root)
}

func byMapping(t *testing.T, root *yaml.Node) string {
	values := map[string]map[string]string{}
	for i, s := range literalSpots(root) {
		name := fmt.Sprintf("V%d", i)
		values[name] = map[string]string{"Is": s.node.Value}
		*s.node = yaml.Node{Kind: yaml.SequenceNode, Tag: "!FindInMap", Content: []*yaml.Node{plain("Values"), plain(name), plain("Is")}}
	}
	body, err := json.Marshal(values)
	require.NoError(t, err)
	if len(values) > 0 {
		entry(t, root, "Mappings", "Values", string(body))
	}
	return text(t, root)
}

// renamed gives each resource another logical id, which keeps the words of the old one.
func renamed(t *testing.T, root *yaml.Node) string {
	ids := map[string]bool{}
	resources := child(root, "Resources")
	for i := 0; i+1 < len(resources.Content); i += 2 {
		if name := resources.Content[i].Value; !strings.HasPrefix(name, "Fn::") {
			ids[name] = true
			resources.Content[i].Value = "My" + name
		}
	}
	inText := regexp.MustCompile(`\$\{([A-Za-z0-9]+)`)
	var walk func(n *yaml.Node, key string)
	walk = func(n *yaml.Node, key string) {
		if head, rest, _ := strings.Cut(n.Value, "."); n.Kind == yaml.ScalarNode && ids[head] && (n.Tag == "!Ref" || n.Tag == "!GetAtt" || key == "Ref" || key == "DependsOn" || key == "Fn::GetAtt" || key == "Id") {
			n.Value = strings.TrimSuffix("My"+head+"."+rest, ".")
		} else if n.Kind == yaml.ScalarNode {
			n.Value = inText.ReplaceAllStringFunc(n.Value, func(m string) string {
				if ids[m[2:]] {
					return "${My" + m[2:]
				}
				return m
			})
		}
		switch n.Kind {
		case yaml.MappingNode:
			for i := 0; i+1 < len(n.Content); i += 2 {
				walk(n.Content[i+1], n.Content[i].Value)
			}
		case yaml.SequenceNode:
			for i, item := range n.Content {
				if n.Tag == "!GetAtt" {
					key = "Fn::GetAtt"
				}
				if key != "Fn::GetAtt" || i == 0 {
					walk(item, key)
				}
			}
		}
	}
	walk(root, "")
	return text(t, root)
}

// shared are properties of functions that SAM takes from Globals.
var shared = map[string]bool{
	"Runtime": true, "Handler": true, "CodeUri": true, "Timeout": true, "MemorySize": true, "Tracing": true, "Environment": true, "VpcConfig": true, "Layers": true, "Architectures": true,
	"ReservedConcurrentExecutions": true, "SnapStart": true, "LoggingConfig": true, "AutoPublishAlias": true, "DeploymentPreference": true, "EventInvokeConfig": true, "KmsKeyArn": true, "RecursiveLoop": true,
}

// globals moves the properties of a template's only function of SAM to its Globals.
func globals(t *testing.T, root *yaml.Node) string {
	var properties []*yaml.Node
	resources := child(root, "Resources")
	for i := 0; i+1 < len(resources.Content); i += 2 {
		if kind := child(resources.Content[i+1], "Type"); kind != nil && kind.Value == "AWS::Serverless::Function" {
			properties = append(properties, child(resources.Content[i+1], "Properties"))
		}
	}
	if len(properties) != 1 || properties[0] == nil || child(root, "Globals") != nil || function(properties[0]) {
		return text(t, root)
	}
	own, moved := []*yaml.Node{}, &yaml.Node{Kind: yaml.MappingNode}
	for i := 0; i+1 < len(properties[0].Content); i += 2 {
		to := &own
		if shared[properties[0].Content[i].Value] {
			to = &moved.Content
		}
		*to = append(*to, properties[0].Content[i], properties[0].Content[i+1])
	}
	properties[0].Content = own
	root.Content = append([]*yaml.Node{plain("Globals"), {Kind: yaml.MappingNode, Content: []*yaml.Node{plain("Function"), moved}}}, root.Content...)
	return text(t, root)
}

// long spells a tree as JSON, in its order, with intrinsics in their long form.
func long(t *testing.T, n *yaml.Node) string {
	t.Helper()
	var parts []string
	value := ""
	switch n.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			parts = append(parts, spelled(t, n.Content[i].Value)+": "+long(t, n.Content[i+1]))
		}
		value = "{" + strings.Join(parts, ", ") + "}"
	case yaml.SequenceNode:
		for _, item := range n.Content {
			parts = append(parts, long(t, item))
		}
		value = "[" + strings.Join(parts, ", ") + "]"
	case yaml.AliasNode:
		return long(t, n.Alias)
	default:
		var v any = n.Value
		if !function(n) {
			require.NoError(t, n.Decode(&v))
		}
		value = spelled(t, v)
	}
	name, tagged := strings.CutPrefix(n.Tag, "!")
	if !tagged || strings.HasPrefix(name, "!") {
		return value
	}
	switch id, attribute, dotted := strings.Cut(n.Value, "."); {
	case name == "Ref", name == "Condition":
		return `{"` + name + `": ` + value + "}"
	case name == "GetAtt" && dotted:
		value = "[" + spelled(t, id) + ", " + spelled(t, attribute) + "]"
	}
	return `{"Fn::` + name + `": ` + value + "}"
}

func spelled(t *testing.T, v any) string {
	t.Helper()
	out, err := json.Marshal(v)
	require.NoError(t, err)
	return string(out)
}

// However a template is written, if it means the same the same is found in it.
func TestExamplesSayTheSameHoweverTheyAreWritten(t *testing.T) {
	for _, e := range examples(t) {
		found := func(template string) []string {
			r := review(t, map[string]string{"template.yaml": template}, e.parameters, rules.Options{Only: []string{e.rule}})
			out := []string{}
			for _, f := range r.Findings {
				out = append(out, strings.TrimPrefix(f.Resource.ID, "My")+" "+string(f.Severity)+" "+f.When)
			}
			sort.Strings(out)
			return out
		}
		want := found(e.template)
		for _, w := range rewritings {
			if inCondition := strings.HasPrefix(w.name, "values in a condition"); inCondition && (
			// a value in a condition is one that the author has thought of
			e.rule == "table-without-point-in-time-recovery" ||
				// names that join resources whose conditions differ are seen where they stand by themselves: not all branches are tried
				strings.HasPrefix(e.name, "an alarm that a condition of its own brings")) {
				continue
			}
			if strings.HasSuffix(e.name, "though no scenario has both conditions") && strings.HasPrefix(w.name, "values in a condition") {
				continue // one condition more, and other scenarios are tried
			}
			assert.Equal(t, want, found(w.rewrite(t, tree(t, e.template))), "%s, %s: %s", e.rule, e.name, w.name)
		}
	}
}
