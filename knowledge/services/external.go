package services

import (
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// reach is find, but for things outside the system it makes an external node: of the kind the ARN shows, else
// of the kind expected at this place. It returns no node only where nothing is written.
func (b *builder) reach(v graph.Value, expected graph.Kind, namespaces ...string) target {
	if t := b.find(v, namespaces...); t.node != nil {
		return t
	}
	if _, ok := v.Ref(); ok {
		return target{} // a resource that is no thing, or does not exist under these conditions
	}
	switch v.Kind {
	case graph.String, graph.Unknown:
		to := b.external(spell(v), v, expected)
		b.nameOutside(to.node, spell(v), namespaces)
		return to
	}
	return target{}
}

// nameOutside enters a thing outside the system under its name, so that a bare name here and an ARN there mean
// one thing. ARNs of a written account or region are not: they may be of another one.
func (b *builder) nameOutside(n *graph.Node, s string, namespaces []string) {
	if n == nil || !n.External || strings.HasPrefix(s, "${?") {
		return
	}
	a, ok := parseARN(s)
	switch {
	case !ok && len(namespaces) > 0 && namespaces[0] != "":
		b.name(namespaces[0]+strings.TrimPrefix(s, "/"), n)
	case ok && !elsewhere(a):
		for _, f := range forms {
			if f.service == a.service && strings.HasPrefix(a.resource, f.prefix) && f.namespace != "" {
				name, _, _ := cut(a.resource[len(f.prefix):], f.ends)
				b.name(f.namespace+name, n)
				return
			}
		}
	}
}

// elsewhere tells an ARN whose account or region is written out.
func elsewhere(a arn) bool {
	written := func(s string) bool { return s != "" && !strings.HasPrefix(s, "${AWS::") }
	return written(a.region) || written(a.account)
}

// external makes, or finds again, the node of a thing that is named but not in the system.
func (b *builder) external(s string, v graph.Value, expected graph.Kind) target {
	if s == "" {
		return target{}
	}
	id, name, kind, qualifier := s, "", expected, ""
	if a, ok := parseARN(s); ok {
		kind, name = kindOfARN(a, expected), a.resource
		if i := strings.LastIndexAny(name, ":/"); i >= 0 && !strings.Contains(name[i:], "}") {
			name = name[i+1:]
		}
		if kind == graph.Function && strings.Count(a.resource, ":") == 2 {
			i := strings.LastIndex(s, ":")
			id, qualifier = s[:i], s[i+1:]
		}
	} else {
		name = s
	}
	unknown := graph.Value{}
	switch {
	case v.IsUnknown():
		id, name, unknown = unknownID(v.Reason()), "", v
	case strings.HasPrefix(s, "${?") && strings.IndexByte(s, '}') == len(s)-1:
		reason := s[3 : len(s)-1]
		id, name, unknown = unknownID(reason), "", graph.NewUnknown(v.At, reason)
	}
	n := b.g.Node(id)
	if n == nil {
		n = b.g.Add(&graph.Node{ID: id, Kind: kind, Name: name, External: true, ARN: unknown})
		b.byKind[kind] = append(b.byKind[kind], n)
	}
	return target{node: n, qualifier: qualifier}
}

// unknownID is the id of something that is not known: import:NAME for an import, parameter:NAME for a
// parameter without value, else the reason itself.
func unknownID(reason string) string {
	words := strings.Fields(reason)
	if len(words) > 1 && (words[0] == "import" || words[0] == "parameter") {
		id := words[0] + ":" + strings.TrimSuffix(words[1], ":")
		if _, item, ok := strings.Cut(reason, " (item "); ok { // of a list
			item, _, _ = strings.Cut(item, " ")
			id += "[" + item + "]"
		}
		return id
	}
	return "unknown:" + reason
}

var arnKinds = []struct {
	service, prefix string
	kind            graph.Kind
}{
	{"lambda", "function:", graph.Function}, {"lambda", "layer:", graph.Layer}, {"sqs", "", graph.Queue},
	{"sns", "", graph.Topic}, {"dynamodb", "table/", graph.Table}, {"kinesis", "stream/", graph.Stream},
	{"firehose", "", graph.Firehose}, {"s3", "", graph.Bucket}, {"states", "", graph.StateMachine},
	{"events", "event-bus", graph.EventBus}, {"events", "rule/", graph.Rule}, {"scheduler", "schedule/", graph.Schedule},
	{"pipes", "", graph.Pipe}, {"logs", "", graph.LogGroup}, {"iam", "role/", graph.Role}, {"iam", "policy/", graph.Policy},
	{"kms", "", graph.Key}, {"secretsmanager", "", graph.Secret}, {"ssm", "parameter", graph.Parameter},
	{"execute-api", "", graph.RestAPI}, {"appsync", "", graph.GraphQLAPI}, {"cognito-idp", "", graph.UserPool},
	{"cognito-identity", "", graph.IdentityPool}, {"cloudwatch", "alarm:", graph.Alarm}, {"kafka", "", graph.Cluster},
	{"mq", "", graph.Broker}, {"rds", "", graph.Database}, {"ecs", "cluster/", graph.Cluster},
}

func kindOfARN(a arn, expected graph.Kind) graph.Kind {
	for _, k := range arnKinds {
		if k.service == a.service && strings.HasPrefix(a.resource, k.prefix) {
			return k.kind
		}
	}
	if expected == "" || a.service != "" && !strings.HasPrefix(a.service, "${") {
		return graph.Other
	}
	return expected
}
