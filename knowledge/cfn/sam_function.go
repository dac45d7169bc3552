package cfn

import (
	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// sammed is a SAM function or state machine while it is expanded.
type sammed struct {
	x     *expander
	src   *graph.Resource
	props graph.Value
	main  *graph.Resource
	role  *role  // nil where the template names one
	alias string // logical id of the alias that events go to, "" if none
}

// arn is what event sources call: the alias where there is one.
func (m *sammed) arn(at *graph.Evidence) graph.Value {
	if m.alias != "" {
		return m.x.ref(at, m.src.LogicalID, m.alias, "")
	}
	if m.main.Type == "AWS::StepFunctions::StateMachine" {
		return m.x.ref(at, m.src.LogicalID, m.src.LogicalID, "")
	}
	return m.x.ref(at, m.src.LogicalID, m.src.LogicalID, "Arn")
}

// name is how permissions and mappings name the function.
func (m *sammed) name(at *graph.Evidence) graph.Value {
	if m.alias != "" {
		return m.x.ref(at, m.src.LogicalID, m.alias, "")
	}
	return m.x.ref(at, m.src.LogicalID, m.src.LogicalID, "")
}

func (m *sammed) put(r ...*graph.Resource) { m.x.put(m.src, r...) }

// resource makes a resource generated for m.
func (m *sammed) resource(logical, typ string, at *graph.Evidence, fields ...graph.Field) *graph.Resource {
	return m.x.resource(m.src, logical, typ, at, fields...)
}

// functionProperties keep their names. Source: aws-sam-translator 1.115.0, checked 2026-11-23.
var functionProperties = []string{"FunctionName", "Handler", "Runtime", "Description", "MemorySize", "Timeout", "VpcConfig", "Role",
	"Environment", "KmsKeyArn", "ReservedConcurrentExecutions", "Layers", "FileSystemConfigs", "ImageConfig", "PackageType",
	"Architectures", "SnapStart", "EphemeralStorage", "CodeSigningConfigArn", "RuntimeManagementConfig", "LoggingConfig",
	"TenancyConfig", "RecursiveLoop", "DurableConfig", "FunctionScalingConfig", "PublishToLatestPublished"}

// function makes what a function comes to. What depends on the function alone is made once for all scenarios, in
// which it is the same.
func (x *expander) function(src *graph.Resource) {
	if made, ok := x.s.alone[src]; ok {
		x.put(src, made...)
		return
	}
	m, before := x.withoutEvents(src)
	m.functionEvents()
	if m.role != nil {
		m.put(before.roleOf(m))
	}
	if ownOnly(src.Properties) {
		if x.s.alone == nil {
			x.s.alone = map[*graph.Resource][]*graph.Resource{}
		}
		x.s.alone[src] = x.made[src.LogicalID]
	}
}

// eventless is a function before its events are looked at. It is shared between scenarios and never changed, but for the
// role that is put down once.
type eventless struct {
	m    sammed
	made []*graph.Resource
	role *graph.Resource // for a function whose events add nothing to its role; nil until it was needed
}

// withoutEvents makes a function but for its events, or takes it from an earlier scenario. A function with a gradual
// deployment is made each time: the deployment changes what was made.
func (x *expander) withoutEvents(src *graph.Resource) (*sammed, *eventless) {
	if known := x.s.eventless[src]; known != nil {
		x.put(src, known.made...)
		m := known.m
		m.x, m.role = x, m.role.copy()
		return &m, known
	}
	m := x.makeFunction(src)
	made := &eventless{m: *m, made: x.made[src.LogicalID]}
	made.m.role = m.role.copy()
	if !src.Properties.Get("DeploymentPreference").Exists() {
		if x.s.eventless == nil {
			x.s.eventless = map[*graph.Resource]*eventless{}
		}
		x.s.eventless[src] = made
	}
	return m, made
}

// roleOf is the role of m, which was made from e: the same resource in all scenarios whose events add nothing to it.
func (e *eventless) roleOf(m *sammed) *graph.Resource {
	if len(m.role.managed) != len(e.m.role.managed) || len(m.role.inline) != len(e.m.role.inline) {
		return m.role.resource(m)
	}
	if e.role == nil {
		e.role = m.role.resource(m)
	}
	return e.role
}

// ownOnly tells whether a function changes and sees nothing but what is made for it: no API that it is a route of, no
// bucket, user pool or topic that its events stand in, no deployment that it shares.
func ownOnly(p graph.Value) bool {
	if p.Get("DeploymentPreference").Exists() {
		return false
	}
	for _, e := range p.Get("Events").Fields() {
		switch literal(e.Value.Get("Type")) {
		case "Api", "HttpApi", "S3", "Cognito", "SNS":
			return false
		}
	}
	return true
}

func (x *expander) makeFunction(src *graph.Resource) *sammed {
	p := src.Properties
	m := &sammed{x: x, src: src, props: p}
	fields := pass(p, functionProperties...)
	fields = append(fields, f("Code", codeOf(p)), f("Tags", tagList(src.At, p.Get("Tags"), "lambda:createdBy")))
	if on := p.Get("Tracing"); tracing(p) {
		fields = append(fields, f("TracingConfig", obj(on.At, f("Mode", on))))
	}
	if dlq := p.Get("DeadLetterQueue"); dlq.Kind == graph.Map {
		fields = append(fields, f("DeadLetterConfig", obj(dlq.At, f("TargetArn", dlq.Get("TargetArn")))))
	} else if dlq.IsUnknown() {
		fields = append(fields, f("DeadLetterConfig", dlq))
	}
	if cp := p.Get("CapacityProviderConfig"); cp.Kind == graph.Map {
		inner := append([]graph.Field{f("CapacityProviderArn", cp.Get("Arn"))},
			pass(cp, "PerExecutionEnvironmentMaxConcurrency", "ExecutionEnvironmentMemoryGiBPerVCpu")...)
		fields = append(fields, f("CapacityProviderConfig", obj(cp.At, f("LambdaManagedInstancesCapacityProviderConfig", obj(cp.At, inner...)))))
	}
	m.main = x.primary(src, "AWS::Lambda::Function", fields...)
	m.put(m.main)
	if !p.Get("Role").Exists() {
		m.role = m.functionRole()
		m.main.Properties = with(m.main.Properties, src.At, x.ref(src.At, src.LogicalID, m.role.id, "Arn"), "Role")
	}
	m.publish()
	m.url()
	m.eventInvoke()
	if m.role != nil {
		m.role.policies(m, p.Get("Policies"))
	}
	if p.Get("DeploymentPreference").Kind == graph.Map {
		m.gradual()
	}
	return m
}

// tracing tells whether SAM gives the function X-Ray rights: Disabled is as good as nothing.
func tracing(p graph.Value) bool {
	v := p.Get("Tracing")
	s, ok := v.Str()
	return v.Exists() && !(ok && s == "Disabled")
}

// codeOf turns CodeUri, InlineCode or ImageUri into Code. A local path stays a text, as in templates before
// packaging.
func codeOf(p graph.Value) graph.Value {
	switch code, inline, image := p.Get("CodeUri"), p.Get("InlineCode"), p.Get("ImageUri"); {
	case inline.Exists():
		return obj(inline.At, f("ZipFile", inline))
	case image.Exists():
		return obj(image.At, f("ImageUri", image))
	case code.Kind == graph.Map:
		return obj(code.At, f("S3Bucket", code.Get("Bucket")), f("S3Key", code.Get("Key")), f("S3ObjectVersion", code.Get("Version")))
	case code.Exists():
		if bucket, key, ok := s3URI(literal(code)); ok {
			return obj(code.At, f("S3Bucket", str(code.At, bucket)), f("S3Key", str(code.At, key)))
		}
		return code
	}
	return graph.Value{}
}

// tagList turns SAM's mapping of tags into a list of them. A key of SAM's own stands before them.
func tagList(at *graph.Evidence, tags graph.Value, own string) graph.Value {
	var items []graph.Value
	if own != "" {
		items = append(items, obj(at, f("Key", str(at, own)), f("Value", str(at, "SAM"))))
	}
	switch tags.Kind {
	case graph.Map:
		for _, t := range tags.Fields() {
			items = append(items, obj(t.Value.At, f("Key", str(t.Value.At, t.Name)), f("Value", t.Value)))
		}
	case graph.Unknown:
		return tags
	case graph.List:
		items = append(items, tags.Items()...)
	}
	if items == nil {
		return graph.Value{}
	}
	return graph.NewList(at, items...)
}

// publish makes version and alias.
func (m *sammed) publish() {
	alias := m.props.Get("AutoPublishAlias")
	if !alias.Exists() {
		return
	}
	id := m.src.LogicalID
	name, ok := alias.Str()
	if !ok { // whatever its name, there is one
		m.x.gap(m.src, alias.At, "the name of AutoPublishAlias is not known: %s", alias.Reason())
	}
	versionID := id + "Version" + m.x.s.contentHash(id)
	version := m.resource(versionID, "AWS::Lambda::Version", alias.At, f("FunctionName", m.x.ref(alias.At, id, id, "")),
		f("Description", m.props.Get("VersionDescription")))
	if m.props.Get("CapacityProviderConfig").Exists() {
		version.Properties = obj(alias.At, append(version.Properties.Fields(), f("FunctionScalingConfig", m.props.Get("FunctionScalingConfig")))...)
	}
	keep := str(alias.At, "Retain")
	if p := m.props.Get("VersionDeletionPolicy"); p.Exists() {
		keep = p
	}
	if !version.Attributes.Get("DeletionPolicy").Exists() {
		version.Attributes = with(version.Attributes, alias.At, keep, "DeletionPolicy")
	}
	m.alias = aliasID(id, name)
	m.put(version, m.resource(m.alias, "AWS::Lambda::Alias", alias.At, f("Name", alias), f("FunctionName", m.x.ref(alias.At, id, id, "")),
		f("FunctionVersion", m.x.ref(alias.At, id, versionID, "Version")),
		f("ProvisionedConcurrencyConfig", m.props.Get("ProvisionedConcurrencyConfig"))))
}

// url makes the function URL, with its permissions where anyone may call it.
func (m *sammed) url() {
	u := m.props.Get("FunctionUrlConfig")
	if !u.Exists() {
		return
	}
	id := m.src.LogicalID
	target := m.name(u.At)
	fields := append([]graph.Field{f("TargetFunctionArn", target)}, pass(u, "AuthType", "Cors", "InvokeMode")...)
	m.put(m.resource(id+"Url", "AWS::Lambda::Url", u.At, fields...))
	if literal(u.Get("AuthType")) != "NONE" {
		return
	}
	star := str(u.At, "*")
	m.put(m.resource(id+"UrlPublicPermissions", "AWS::Lambda::Permission", u.At, f("Action", str(u.At, "lambda:InvokeFunctionUrl")),
		f("FunctionName", target), f("Principal", star), f("FunctionUrlAuthType", u.Get("AuthType"))),
		m.resource(id+"URLInvokeAllowPublicAccess", "AWS::Lambda::Permission", u.At, f("Action", str(u.At, "lambda:InvokeFunction")),
			f("FunctionName", target), f("Principal", star), f("InvokedViaFunctionUrl", graph.NewBool(u.At, true))))
}

// eventInvoke makes the configuration of asynchronous calls, and the queue or topic of a destination without one.
func (m *sammed) eventInvoke() {
	c := m.props.Get("EventInvokeConfig")
	if c.Kind != graph.Map {
		return
	}
	id := m.src.LogicalID + "EventInvokeConfig"
	var dests []graph.Field
	for _, on := range []string{"OnSuccess", "OnFailure"} {
		d := c.Get("DestinationConfig", on)
		if d.Kind != graph.Map {
			continue
		}
		target := d.Get("Destination")
		kind := d.Get("Type")
		if !target.Exists() {
			target = m.destination(id+on, kind, d)
		}
		dests = append(dests, f(on, obj(d.At, f("Destination", target))))
		if m.role != nil {
			m.role.sends(m, kind, id+on, target, d.At)
		}
	}
	qualifier := str(c.At, "$LATEST")
	if m.alias != "" {
		qualifier = m.props.Get("AutoPublishAlias")
	}
	fields := []graph.Field{f("FunctionName", m.x.ref(c.At, m.src.LogicalID, m.src.LogicalID, "")), f("Qualifier", qualifier)}
	if dests != nil {
		fields = append(fields, f("DestinationConfig", obj(c.Get("DestinationConfig").At, dests...)))
	}
	m.put(m.resource(id, "AWS::Lambda::EventInvokeConfig", c.At, append(fields, pass(c, "MaximumEventAgeInSeconds", "MaximumRetryAttempts")...)...))
}

func (m *sammed) destination(id string, kind, d graph.Value) graph.Value {
	if why := kind.Reason(); why != "" {
		return graph.NewUnknown(kind.At, why)
	}
	switch literal(kind) {
	case "SQS":
		m.put(m.resource(id+"Queue", "AWS::SQS::Queue", d.At))
		return m.x.ref(d.At, m.src.LogicalID, id+"Queue", "Arn")
	case "SNS":
		m.put(m.resource(id+"Topic", "AWS::SNS::Topic", d.At))
		return m.x.ref(d.At, m.src.LogicalID, id+"Topic", "")
	}
	m.x.gap(m.src, d.At, "a destination of type %q needs a Destination", literal(kind))
	return graph.Value{}
}
