package cfn

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// samPolicies holds SAM's policy templates, one a line. Source: aws-sam-translator 1.115.0, policy_templates.json
// (Apache-2.0, Amazon Web Services), taken 2026-11-23.
//
//go:embed sam_policies.jsonl
var samPolicies string

// role is the role that SAM makes for a function or state machine, while it is put together.
type role struct {
	id       string
	trust    graph.Value
	managed  []graph.Value
	inline   []graph.Value
	path     graph.Value
	boundary graph.Value
	tags     graph.Value
	once     bool // policies that are there already are not added again: so for what polled events need
}

// copy is the role for another scenario, which may add policies of its own. r may be nil.
func (r *role) copy() *role {
	if r == nil {
		return nil
	}
	out := *r
	out.managed, out.inline = slices.Clip(r.managed), slices.Clip(r.inline)
	return &out
}

// trustOf is the trust policy for a service.
func trustOf(at *graph.Evidence, service string) graph.Value {
	return obj(at, f("Version", str(at, "2012-10-17")), f("Statement", lst(at, obj(at, f("Action", strs(at, "sts:AssumeRole")),
		f("Effect", str(at, "Allow")), f("Principal", obj(at, f("Service", strs(at, service))))))))
}

func (m *sammed) functionRole() *role {
	p, at := m.props, m.src.At
	r := &role{id: m.src.LogicalID + "Role", trust: p.Get("AssumeRolePolicyDocument"), path: p.Get("RolePath"),
		boundary: p.Get("PermissionsBoundary"), tags: tagList(at, p.Get("Tags"), "lambda:createdBy")}
	if !r.trust.Exists() {
		r.trust = trustOf(at, "lambda.amazonaws.com")
	}
	basic := "AWSLambdaBasicExecutionRole"
	if p.Get("DurableConfig").Exists() {
		basic = "AWSLambdaBasicDurableExecutionRolePolicy"
	}
	r.attach(m.awsManaged(at, "service-role/"+basic))
	if tracing(p) {
		r.attach(m.awsManaged(p.Get("Tracing").At, "AWSXrayWriteOnlyAccess"))
	}
	if v := p.Get("VpcConfig"); v.Exists() {
		r.attach(m.awsManaged(v.At, "service-role/AWSLambdaVPCAccessExecutionRole"))
	}
	if dlq := p.Get("DeadLetterQueue"); dlq.Kind == graph.Map {
		action := map[string]string{"SQS": "sqs:SendMessage", "SNS": "sns:Publish"}[literal(dlq.Get("Type"))]
		if why := dlq.Get("Type").Reason(); why != "" {
			r.attach(graph.NewUnknown(dlq.Get("Type").At, why))
		} else if action == "" {
			m.x.gap(m.src, dlq.At, "the Type of DeadLetterQueue is %s, expected SQS or SNS", dlq.Get("Type"))
		} else {
			r.allow("DeadLetterQueuePolicy", dlq.At, dlq.Get("TargetArn"), action)
		}
	}
	return r
}

// awsManaged is the ARN of a managed policy of AWS.
func (m *sammed) awsManaged(at *graph.Evidence, path string) graph.Value {
	return text(at, "arn:", m.x.pseudo(at, "Partition"), ":iam::aws:policy/"+path)
}

// attach adds a managed policy, once.
func (r *role) attach(arn graph.Value) {
	for _, have := range r.managed {
		if have.String() == arn.String() && arn.Kind != graph.Unknown {
			return
		}
	}
	r.managed = append(r.managed, arn)
}

func (r *role) add(name string, at *graph.Evidence, document graph.Value) {
	for _, have := range r.inline {
		if r.once && have.Get("PolicyDocument").String() == document.String() {
			return
		}
	}
	r.inline = append(r.inline, obj(at, f("PolicyName", str(at, name)), f("PolicyDocument", document)))
}

// allow adds an inline policy with one statement.
func (r *role) allow(name string, at *graph.Evidence, resource graph.Value, actions ...string) {
	r.add(name, at, obj(at, f("Version", str(at, "2012-10-17")), f("Statement", lst(at, allowed(at, resource, actions...)))))
}

// allowed is one Allow statement.
func allowed(at *graph.Evidence, resource graph.Value, actions ...string) graph.Value {
	return obj(at, f("Action", strs(at, actions...)), f("Effect", str(at, "Allow")), f("Resource", resource))
}

// sends adds what a destination needs, by its SAM type. Of a type that is not known nothing is known of the right either.
func (r *role) sends(m *sammed, kind graph.Value, id string, target graph.Value, at *graph.Evidence) {
	if why := kind.Reason(); why != "" {
		r.attach(graph.NewUnknown(kind.At, why))
		return
	}
	switch literal(kind) {
	case "SQS":
		r.allow(id+"SQSPolicy", at, target, "sqs:SendMessage")
	case "SNS":
		r.allow(id+"SNSPolicy", at, target, "sns:publish")
	case "EventBridge":
		r.allow(id+"EventBridgePolicy", at, target, "events:PutEvents")
	case "Lambda":
		r.allow(id+"LambdaPolicy", at, target, "lambda:InvokeFunction")
	case "S3", "S3Bucket":
		r.add(id+"S3Policy", at, obj(at, f("Statement", lst(at, allowed(at, text(at, target, "/*"), "s3:PutObject"), allowed(at, target, "s3:ListBucket")))))
	}
}

// policies reads the Policies property: names and ARNs of managed policies, statements, SAM's templates.
func (r *role) policies(m *sammed, policies graph.Value) {
	for i, p := range policies.Each() {
		name := fmt.Sprintf("%sPolicy%d", r.id, i)
		switch {
		case p.Kind == graph.Map && p.Get("Statement").Exists():
			r.inline = append(r.inline, obj(p.At, f("PolicyName", str(p.At, name)), f("PolicyDocument", p)))
		case p.Kind == graph.Map:
			for _, t := range p.Fields() {
				r.template(m, name, t)
			}
		case p.Kind == graph.String:
			if s, ok := p.Str(); ok && !strings.HasPrefix(s, "arn:") {
				p = m.awsManaged(p.At, managedPolicyPath(s))
			}
			r.attach(p)
		default:
			r.attach(p)
		}
	}
}

// template applies one of SAM's policy templates.
func (r *role) template(m *sammed, name string, t graph.Field) {
	doc, ok := m.x.templateOnce(m.src, t)
	if !ok {
		m.x.gap(m.src, t.Value.At, "%s is no policy template of SAM: what it allows is not known", t.Name)
		r.attach(graph.NewUnknown(t.Value.At, t.Name+" is no policy template of SAM"))
		return
	}
	r.inline = append(r.inline, obj(t.Value.At, f("PolicyName", str(t.Value.At, name)), f("PolicyDocument", doc)))
}

// templateKey names an entry of a written resource's policies. The resource is the same one in two scenarios only
// where all in it is, so that its documents are, too.
type templateKey struct {
	src  *graph.Resource
	at   *graph.Evidence
	name string
}

// templateOnce is policyTemplate, done once for all scenarios.
func (x *expander) templateOnce(src *graph.Resource, t graph.Field) (graph.Value, bool) {
	key := templateKey{src, t.Value.At, t.Name}
	if doc, ok := x.s.l.documents[key]; ok {
		return doc, true
	}
	doc, ok := x.policyTemplate(t)
	if ok && t.Value.At != nil {
		if x.s.l.documents == nil {
			x.s.l.documents = map[templateKey]graph.Value{}
		}
		x.s.l.documents[key] = doc
	}
	return doc, ok
}

// policyTemplate is the document of a policy template with its parameters filled in, all at the place of its entry.
func (x *expander) policyTemplate(t graph.Field) (graph.Value, bool) {
	root := x.s.l.ownText(samPolicies, "name", t.Name)
	if root == nil {
		return graph.Value{}, false
	}
	s := &stack{t: &template{file: x.s.t.file}, name: x.s.name, l: x.s.l, values: map[string]graph.Value{}}
	for _, p := range texts(root.get("parameters")) {
		v := t.Value.Get(p)
		if !v.Exists() {
			x.w.loader.gapAt("", t.Value.At, "policy template %s needs %s", t.Name, p)
			v = graph.NewUnknown(t.Value.At, "policy template "+t.Name+" needs "+p)
		}
		s.values[p] = v
	}
	statement := x.w.eval(s, root.get("statement"))
	return obj(t.Value.At, f("Statement", placed(statement, t.Value.At))), true
}

// ownText finds the line of one of our embedded files whose first key has a value, and parses it, once. Nil: there is
// no such line.
func (l *loader) ownText(lines, key, value string) *node {
	start := "{\"" + key + "\":\"" + value + "\","
	if n, ok := l.own[start]; ok {
		return n
	}
	if l.own == nil {
		l.own = map[string]*node{}
	}
	l.own[start] = nil
	if strings.ContainsAny(value, "\"\n") {
		return nil
	}
	_, line, ok := strings.Cut("\n"+lines, "\n"+start)
	if !ok {
		return nil
	}
	line, _, _ = strings.Cut(line, "\n")
	root, _, err := parse(key, []byte(start+line))
	if err != nil { // a test parses every line
		return nil
	}
	l.own[start] = root
	return root
}

// placed gives a value that stands for something written, and all in it, the place where that is written.
func placed(v graph.Value, at *graph.Evidence) graph.Value {
	v.At = at
	switch v.Kind {
	case graph.List:
		items := make([]graph.Value, len(v.Items()))
		for i, it := range v.Items() {
			items[i] = placed(it, at)
		}
		return graph.NewList(at, items...)
	case graph.Map:
		fields := make([]graph.Field, len(v.Fields()))
		for i, fl := range v.Fields() {
			fields[i] = f(fl.Name, placed(fl.Value, at))
		}
		return graph.NewMap(at, fields...)
	}
	return v
}

// resource is the role as AWS::IAM::Role.
func (r *role) resource(m *sammed) *graph.Resource {
	at := m.src.At
	fields := []graph.Field{f("AssumeRolePolicyDocument", r.trust)}
	if len(r.managed) > 0 {
		fields = append(fields, f("ManagedPolicyArns", lst(at, r.managed...)))
	}
	if len(r.inline) > 0 {
		fields = append(fields, f("Policies", lst(at, r.inline...)))
	}
	fields = append(fields, f("Path", r.path), f("PermissionsBoundary", r.boundary), f("Tags", r.tags))
	return m.resource(r.id, "AWS::IAM::Role", at, fields...)
}
