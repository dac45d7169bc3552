package services

import (
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// target is what a value names: a node, the alias or version in between, and what follows the name.
type target struct {
	node      *graph.Node
	qualifier string
	rest      string // text after the thing: "/*", "/stream/...", "/prod/GET/orders"
	byName    bool   // found by equal names, not by a reference
}

// spell writes a value as text that two places can be compared by: references as ${Id} or ${Id.Attr},
// unknown parts as ${?reason}. Two unknown parts of the same reason (the same parameter) spell alike.
func spell(v graph.Value) string {
	parts := v.Parts()
	if len(parts) == 1 {
		return spellPart(parts[0])
	}
	var s strings.Builder
	for _, p := range parts {
		s.WriteString(spellPart(p))
	}
	return s.String()
}

func spellPart(p graph.Part) string {
	switch {
	case p.Ref != nil && p.Ref.Attribute != "":
		return "${" + p.Ref.Resource + "." + p.Ref.Attribute + "}"
	case p.Ref != nil:
		return "${" + p.Ref.Resource + "}"
	case p.Unknown != "":
		return "${?" + p.Unknown + "}"
	}
	return p.Literal
}

// cut splits text at the first of the separators that stands outside ${...}.
func cut(s, separators string) (before, after string, found bool) {
	depth := 0
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '$' && i+1 < len(s) && s[i+1] == '{':
			depth++
			i++
		case s[i] == '}' && depth > 0:
			depth--
		case depth == 0 && strings.IndexByte(separators, s[i]) >= 0:
			return s[:i], s[i:], true
		}
	}
	return s, "", false
}

// arn is a parsed ARN. Any field may hold ${...}.
type arn struct{ service, region, account, resource string }

func parseARN(s string) (arn, bool) {
	if !strings.HasPrefix(s, "arn:") {
		return arn{}, false
	}
	var f [6]string
	for i := 0; i < 5; i++ {
		before, after, found := cut(s, ":")
		if !found {
			return arn{}, false
		}
		f[i], s = before, after[1:]
	}
	return arn{service: f[2], region: f[3], account: f[4], resource: s}, true
}

// reference reads ${Id} or ${Id.Attr}; ok is false for pseudo parameters, unknown parts and plain text.
func reference(s string) (id string, ok bool) {
	if !strings.HasPrefix(s, "${") || !strings.HasSuffix(s, "}") || strings.Count(s, "${") != 1 {
		return "", false
	}
	s = s[2 : len(s)-1]
	if s == "" || s[0] == '?' || strings.Contains(s, "::") {
		return "", false
	}
	hash := strings.LastIndex(s, "#") + 1 // a graph id may hold the file's name, which has dots
	if dot := strings.Index(s[hash:], "."); dot >= 0 {
		s = s[:hash+dot]
	}
	return s, true
}

// standsFor returns the thing a resource id means to others: itself, or for a version, stage or mapping the
// thing it belongs to.
func (b *builder) standsFor(id string) target {
	if w := b.written[id]; w != nil {
		return b.meant(w)
	}
	return target{}
}

func (b *builder) meant(w *written) target {
	if w.asked {
		return w.stands
	}
	w.asked = true // ends a circle of owners
	r := w.resource
	t := types()[r.Type]
	out := target{node: w.node}
	if t != nil && t.Of != "" {
		out = b.find(r.Properties.Get(t.Of), t.ARN)
	}
	switch r.Type {
	case "AWS::Lambda::Alias":
		out = b.find(r.Properties.Get("FunctionName"), "lambda:function:")
		out.qualifier = spell(r.Properties.Get("Name"))
	case "AWS::Lambda::Version":
		out.qualifier = "${" + r.ID + "}"
	case "AWS::StepFunctions::StateMachineAlias":
		for _, version := range versionsOf(r) {
			if to := b.find(version, "states:stateMachine:"); to.node != nil {
				out = to
			}
		}
		out.qualifier = spell(r.Properties.Get("Name"))
	}
	out.byName = false
	w.stands = out
	return out
}

// standIn tells a thing which resources mean it.
func (b *builder) standIn(w *written) {
	r := w.resource
	if t := b.meant(w); t.node != nil && t.node.ID != r.ID {
		t.node.StandIns = append(t.node.StandIns, r.ID)
		if r.Type == "AWS::KMS::Alias" {
			b.name("kms:alias/"+strings.TrimPrefix(spell(r.Properties.Get("AliasName")), "alias/"), t.node)
		}
	}
}

// find looks up what a value names in this system: a reference, an ARN or, in the given namespaces
// ("lambda:function:"), a bare name. It returns no node where the thing is not part of the system.
func (b *builder) find(v graph.Value, namespaces ...string) target {
	if ref, ok := v.Ref(); ok {
		return b.standsFor(ref.Resource)
	}
	if v.Kind != graph.String {
		return target{}
	}
	return b.findText(spell(v), namespaces...)
}

func (b *builder) findText(s string, namespaces ...string) target {
	if n := b.physical[s]; n != nil {
		return target{node: n, byName: true}
	}
	if a, ok := parseARN(s); ok {
		return b.findARN(a)
	}
	if strings.HasPrefix(s, "${") {
		head, rest, _ := cut(s, ":/")
		if id, ok := reference(head); ok {
			return withRest(b.standsFor(id), rest)
		}
	}
	if name, ok := queueOfURL(s); ok {
		if id, ok := reference(name); ok {
			return b.standsFor(id)
		}
		return target{node: b.names["sqs:"+name], byName: true}
	}
	for _, ns := range namespaces {
		if ns == "" {
			continue
		}
		if t := b.named(ns, s); t.node != nil {
			return t
		}
	}
	return target{}
}

// host finds the thing that a web address of this system belongs to: https://${Api}.execute-api..., the same
// without a scheme, or https://${Domain.DomainEndpoint}.
func (b *builder) host(v graph.Value) target {
	s := strings.TrimPrefix(strings.TrimPrefix(spell(v), "https://"), "http://")
	if !strings.HasPrefix(s, "${") {
		return target{}
	}
	head, _, _ := cut(s, "./:")
	if id, ok := reference(head); ok {
		return b.standsFor(id)
	}
	return target{}
}

func queueOfURL(s string) (string, bool) {
	if !strings.HasPrefix(s, "https://sqs.") {
		return "", false
	}
	return s[strings.LastIndex(s, "/")+1:], true
}

// withRest adds the text behind a reference: a qualifier for functions, a path for others.
func withRest(t target, rest string) target {
	if t.node == nil || rest == "" {
		return t
	}
	if t.node.Kind == graph.Function && rest[0] == ':' {
		t.qualifier = strings.TrimPrefix(rest[1:], "$LATEST")
		return t
	}
	t.rest = rest
	return t
}

// forms says how the resource part of an ARN is read: what stands before the name and what ends it.
var forms = []struct{ service, prefix, ends, namespace string }{
	{"lambda", "function:", ":", "lambda:function:"},
	{"lambda", "layer:", ":", "lambda:layer:"},
	{"lambda", "event-source-mapping:", "", ""},
	{"sqs", "", "/", "sqs:"},
	{"sns", "", ":", "sns:"},
	{"dynamodb", "table/", "/", "dynamodb:table/"},
	{"kinesis", "stream/", "/", "kinesis:stream/"},
	{"firehose", "deliverystream/", "/", "firehose:deliverystream/"},
	{"s3", "", "/", "s3:"},
	{"states", "stateMachine:", ":", "states:stateMachine:"},
	{"states", "execution:", ":", "states:stateMachine:"},
	{"states", "express:", ":", "states:stateMachine:"},
	{"states", "activity:", ":", "states:activity:"},
	{"events", "event-bus/", "", "events:event-bus/"},
	{"events", "event-busv2/", "/", "events:event-busv2/"},
	{"events", "rule/", "", "events:rule/"},
	{"events", "archive/", "", "events:archive/"},
	{"events", "api-destination/", "/", "events:api-destination/"},
	{"events", "connection/", "/", "events:connection/"},
	{"scheduler", "schedule-group/", "", "scheduler:schedule-group/"},
	{"scheduler", "schedule/", "", "scheduler:schedule/"},
	{"pipes", "pipe/", "", "pipes:pipe/"},
	{"logs", "log-group:", ":", "logs:log-group:"},
	{"logs", "destination:", "", "logs:destination:"},
	{"iam", "role/", "", "iam:role/"},
	{"iam", "policy/", "", "iam:policy/"},
	{"kms", "key/", "", "kms:key/"},
	{"kms", "alias/", "", "kms:alias/"},
	{"secretsmanager", "secret:", "", "secretsmanager:secret:"},
	{"ssm", "parameter/", "", "ssm:parameter/"},
	{"ssm", "parameter", "", "ssm:parameter/"},
	{"execute-api", "", "/", "execute-api:"},
	{"appsync", "apis/", "/", "appsync:apis/"},
	{"cognito-idp", "userpool/", "/", "cognito-idp:userpool/"},
	{"cloudwatch", "alarm:", "", "cloudwatch:alarm:"},
	{"kafka", "cluster/", "/", "kafka:cluster/"},
	{"mq", "broker:", ":", "mq:broker:"},
	{"rds", "cluster:", "", "rds:cluster:"},
	{"rds", "db:", "", "rds:db:"},
	{"ecs", "cluster/", "", "ecs:cluster/"},
	{"ecs", "task-definition/", ":", "ecs:task-definition/"},
	{"batch", "job-queue/", "", "batch:job-queue/"},
	{"codebuild", "project/", "", "codebuild:project/"},
	{"batch", "job-definition/", ":", "batch:job-definition/"},
	{"glue", "job/", "", "glue:job/"},
	{"sagemaker", "endpoint/", "", "sagemaker:endpoint/"},
	{"es", "domain/", "/", "es:domain/"},
	{"codepipeline", "", "/", "codepipeline:"},
	{"elasticloadbalancing", "", "", "elasticloadbalancing:"},
}

func (b *builder) findARN(a arn) target {
	for _, f := range forms {
		if f.service != a.service || !strings.HasPrefix(a.resource, f.prefix) || f.namespace == "" {
			continue
		}
		name, rest := a.resource[len(f.prefix):], ""
		if f.ends != "" {
			name, rest, _ = cut(name, f.ends)
		}
		t := b.named(f.namespace, name)
		if t.node == nil || t.node.External && elsewhere(a) {
			return target{}
		}
		return withRest(t, rest)
	}
	return target{}
}

// named finds a name in a namespace; a name that is a reference is followed.
func (b *builder) named(namespace, name string) target {
	// A star right behind a reference is there for versions and the like: SAM grants function:${Fn}*.
	if id, ok := reference(strings.TrimSuffix(name, "*")); ok {
		return b.standsFor(id)
	}
	if group, all := strings.CutSuffix(name, "/*"); all && namespace == "scheduler:schedule/" { // all that is made in a group
		return b.named("scheduler:schedule-group/", group)
	}
	if namespace == "kms:alias/" {
		name = strings.TrimPrefix(name, "alias/")
	}
	if n := b.names[namespace+strings.TrimPrefix(name, "/")]; n != nil {
		return target{node: n, byName: !n.External} // a thing outside is nothing but its name
	}
	// Roles and rules have a path or a bus before the name, secrets a suffix of six characters behind it.
	switch namespace {
	case "iam:role/", "iam:policy/", "events:rule/", "scheduler:schedule/":
		if i := strings.LastIndex(name, "/"); i >= 0 {
			return b.named(namespace, name[i+1:])
		}
	case "secretsmanager:secret:":
		if i := strings.LastIndex(name, "-"); i > 0 && len(name)-i == 7 {
			return b.named(namespace, name[:i])
		}
	case "lambda:function:", "sqs:":
		if head, rest, found := cut(name, ":"); found {
			// Lambda takes a partial ARN too, 123456789012:function:name.
			if partial, is := strings.CutPrefix(rest, ":function:"); is && namespace == "lambda:function:" && (head == "${AWS::AccountId}" || len(head) == 12) {
				return b.named(namespace, partial)
			}
			return withRest(b.named(namespace, head), rest)
		}
	}
	return target{}
}
