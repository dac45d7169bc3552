package policy_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v4"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/policy"
)

// value turns YAML into a Value: ${Id} and ${Id.Attr} are references, ${?why} an unknown part, ${AWS::X} stays.
func value(t testing.TB, text string) graph.Value {
	t.Helper()
	var n yaml.Node
	require.NoError(t, yaml.Unmarshal([]byte(text), &n))
	return fromNode(n.Content[0])
}

func fromNode(n *yaml.Node) graph.Value {
	switch n.Kind {
	case yaml.MappingNode:
		var fields []graph.Field
		for i := 0; i+1 < len(n.Content); i += 2 {
			fields = append(fields, graph.Field{Name: n.Content[i].Value, Value: fromNode(n.Content[i+1])})
		}
		return graph.NewMap(nil, fields...)
	case yaml.SequenceNode:
		var items []graph.Value
		for _, c := range n.Content {
			items = append(items, fromNode(c))
		}
		return graph.NewList(nil, items...)
	}
	return textValue(n.Value)
}

func textValue(s string) graph.Value {
	if strings.HasPrefix(s, "${?") && strings.HasSuffix(s, "}") {
		return graph.NewUnknown(nil, s[3:len(s)-1])
	}
	var parts []graph.Part
	for s != "" {
		i := strings.Index(s, "${")
		if i < 0 {
			parts = append(parts, graph.Part{Literal: s})
			break
		}
		end := i + strings.IndexByte(s[i:], '}')
		name := s[i+2 : end]
		parts = append(parts, graph.Part{Literal: s[:i]})
		switch {
		case strings.Contains(name, "::"):
			parts = append(parts, graph.Part{Literal: s[i : end+1]})
		case name[0] == '?':
			parts = append(parts, graph.Part{Unknown: name[1:]})
		default:
			id, attribute, _ := strings.Cut(name, ".")
			parts = append(parts, graph.Part{Ref: &graph.Ref{Resource: id, Attribute: attribute}})
		}
		s = s[end+1:]
	}
	return graph.NewText(nil, parts...)
}

// things are what the cases ask about: id → ARN. Names that CloudFormation makes end in an unknown part.
var things = map[string]string{
	"Queue":   "arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:${AWS::StackName}-Queue-${?" + policy.Generated + "}",
	"Orders":  "arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:orders",
	"Table":   "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/shop-carts",
	"Bucket":  "arn:${AWS::Partition}:s3:::photos",
	"Fn":      "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:${AWS::StackName}-Fn-${?" + policy.Generated + "}",
	"Rule":    "arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:rule/nightly",
	"Topic":   "arn:${AWS::Partition}:sns:${AWS::Region}:${AWS::AccountId}:news",
	"Api":     "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${?" + policy.Generated + "}",
	"Param":   "arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:${?parameter Name has no default}",
	"Secret":  "arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:db-${?end}",
	"Machine": "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:stateMachine:flow",
	"Log":     "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:/aws/lambda/job",
	"Far":     "arn:aws:sqs:eu-west-1:111122223333:far",
}

func thing(id string) policy.Target {
	n := &graph.Node{ID: id, ARN: textValue(things[id])}
	if id == "Fn" {
		n.StandIns = []string{"FnLive"}
	}
	if id == "Api" {
		n.StandIns = []string{"ApiStage"}
	}
	return policy.On(n)
}

func TestDecide(t *testing.T) {
	groups := 0
	for _, group := range cases {
		statements := policy.Parse(value(t, "Statement:\n"+group.statements), nil, "test")
		require.NotEmpty(t, statements, group.name)
		for _, line := range strings.Split(strings.TrimSpace(group.asks), "\n") {
			groups++
			f := strings.Fields(line)
			require.GreaterOrEqual(t, len(f), 3, line)
			req := policy.Request{Action: f[0], Resource: thing(f[1])}
			for _, extra := range f[2 : len(f)-1] {
				key, v, _ := strings.Cut(extra, "=")
				switch key {
				case "as":
					req.Principal = policy.Service(v + ".amazonaws.com")
				case "role":
					req.Principal = policy.Role(&graph.Node{ID: v})
				case "arn":
					req.Principal = graph.Principal{Kind: "AWS", Value: graph.NewString(nil, v)}
				case "from":
					id, rest, _ := strings.Cut(v, "/")
					source := thing(id)
					if rest != "" {
						source.Rest = "/" + rest
					}
					req.Source = &source
				case "rest":
					req.Resource.Rest = v
				case "incomplete":
					req.Incomplete = v
				default:
					if req.Context == nil {
						req.Context = map[string]graph.Value{}
					}
					req.Context[key] = textValue(v)
				}
			}
			got := policy.Decide(req, statements)
			assert.Equal(t, f[len(f)-1], string(got.Answer), "%s: %s (%s)", group.name, line, got.Why)
			if got.Answer == policy.Yes || got.Answer == policy.Likely {
				assert.NotEmpty(t, got.Allowed, line)
			}
		}
	}
	assert.GreaterOrEqual(t, groups, 150)
}

func TestParseReadsSingleAndListedElements(t *testing.T) {
	s := policy.Parse(value(t, `{Statement: {Effect: Deny, Action: "s3:*", Resource: "*", Principal: {AWS: ["a", "b"], Service: c}, Condition: {Bool: {x: "true"}}}}`), nil, "o")
	require.Len(t, s, 1)
	require.Len(t, s[0].Principals, 3)
	require.Equal(t, "Deny", s[0].Effect)
	require.True(t, s[0].Conditions.Exists())
	s = policy.Parse(value(t, `{Statement: [{Effect: Allow, NotAction: ["iam:*"], NotResource: "x", NotPrincipal: "*"}]}`), nil, "o")
	require.True(t, s[0].NotPrincipal)
	require.Len(t, s[0].NotActions, 1)
	require.Len(t, s[0].NotResources, 1)
	require.Empty(t, policy.Parse(value(t, `{Version: "2012-10-17"}`), nil, "o"))
	require.Equal(t, "later", policy.Undecided(value(t, `{Statement: "${?later}"}`)))
}

func TestManagedKnowsAWSPoliciesByARNOnly(t *testing.T) {
	s, known := policy.Managed("arn:${AWS::Partition}:iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole", nil, nil)
	require.True(t, known)
	d := policy.Decide(policy.Request{Action: "sqs:ReceiveMessage", Resource: thing("Queue")}, s)
	require.Equal(t, policy.Yes, d.Answer)
	_, known = policy.Managed("arn:aws:iam::111122223333:policy/AWSLambdaBasicExecutionRole", nil, nil)
	require.False(t, known)
	_, known = policy.Managed("arn:aws:iam::aws:policy/NoSuchPolicy", nil, nil)
	require.False(t, known)
}

func FuzzDecide(f *testing.F) {
	f.Add("arn:aws:sqs:*:*:ord?rs*", "sqs:Send*", "sqs:SendMessage")
	f.Add("arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:${X}-*", "*", "sqs:SendMessage")
	f.Fuzz(func(t *testing.T, resource, pattern, action string) {
		if len(resource) > 2000 || strings.Count(resource, "${") != strings.Count(resource, "}") {
			return
		}
		s := graph.Statement{Effect: "Allow", Actions: []graph.Value{graph.NewString(nil, pattern)}, Resources: []graph.Value{graph.NewString(nil, resource)}}
		for id := range things {
			policy.Decide(policy.Request{Action: action, Resource: thing(id)}, []graph.Statement{s})
		}
	})
}
