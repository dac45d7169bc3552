package cfn

import (
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

func (x *expander) stateMachine(src *graph.Resource) {
	p, id := src.Properties, src.LogicalID
	m := &sammed{x: x, src: src, props: p}
	fields := []graph.Field{f("StateMachineName", p.Get("Name")), f("StateMachineType", p.Get("Type")),
		f("LoggingConfiguration", p.Get("Logging")), f("TracingConfiguration", p.Get("Tracing")), f("RoleArn", p.Get("Role")),
		f("DefinitionSubstitutions", p.Get("DefinitionSubstitutions")), f("Definition", p.Get("Definition")),
		f("Tags", tagList(src.At, p.Get("Tags"), "stateMachine:createdBy"))}
	if uri := p.Get("DefinitionUri"); uri.Exists() && !p.Get("Definition").Exists() {
		fields = append(fields, x.definitionOf(src, uri))
	}
	m.main = x.primary(src, "AWS::StepFunctions::StateMachine", fields...)
	m.put(m.main)
	if !p.Get("Role").Exists() {
		m.role = &role{id: id + "Role", trust: trustOf(src.At, "states.amazonaws.com"), path: p.Get("RolePath"), boundary: p.Get("PermissionsBoundary"),
			tags: tagList(src.At, p.Get("Tags"), "stateMachine:createdBy")}
		m.role.policies(m, p.Get("Policies"))
		if on, ok := p.Get("Tracing", "Enabled").Truth(); ok && on {
			m.role.attach(m.awsManaged(p.Get("Tracing").At, "AWSXrayWriteOnlyAccess"))
		}
		m.main.Properties = with(m.main.Properties, src.At, x.ref(src.At, id, m.role.id, "Arn"), "RoleArn")
		m.put(m.role.resource(m))
	}
	m.publishMachine()
	for _, e := range p.Get("Events").Fields() {
		m.machineEvent(event{m: m, name: e.Name, id: id + e.Name, typ: literal(e.Value.Get("Type")), props: e.Value.Get("Properties"), at: e.Value.At})
	}
	if ev := p.Get("Events"); ev.Kind == graph.Unknown {
		x.gap(src, ev.At, "the events of %s are not known: %s", id, ev.Reason())
	}
}

// definitionOf reads a definition from a file beside the template.
func (x *expander) definitionOf(src *graph.Resource, uri graph.Value) graph.Field {
	if uri.Kind == graph.Map {
		return f("DefinitionS3Location", uri)
	}
	if bucket, key, ok := s3URI(literal(uri)); ok {
		return f("DefinitionS3Location", obj(uri.At, f("Bucket", str(uri.At, bucket)), f("Key", str(uri.At, key))))
	}
	if v, ok := x.w.loader.plain(src.File, literal(uri)); ok {
		return f("Definition", v)
	}
	return f("Definition", graph.NewUnknown(uri.At, "it is in "+uri.String()+", which is not here"))
}

// publishMachine makes version and alias.
func (m *sammed) publishMachine() {
	alias := m.props.Get("AutoPublishAlias")
	name, ok := alias.Str()
	if !alias.Exists() {
		return
	}
	if !ok {
		m.x.gap(m.src, alias.At, "the name of AutoPublishAlias is not known (%s): the alias is left out", alias.Reason())
		return
	}
	id := m.src.LogicalID
	version := m.resource(id+"Version", "AWS::StepFunctions::StateMachineVersion", alias.At, f("StateMachineArn", m.x.ref(alias.At, id, id, "")),
		f("StateMachineRevisionId", m.x.ref(alias.At, id, id, "StateMachineRevisionId")))
	for _, a := range []string{"DeletionPolicy", "UpdateReplacePolicy"} {
		if !version.Attributes.Get(a).Exists() {
			version.Attributes = with(version.Attributes, alias.At, str(alias.At, "Retain"), a)
		}
	}
	deploy := m.props.Get("DeploymentPreference")
	if !deploy.Exists() {
		deploy = obj(alias.At, f("Type", str(alias.At, "ALL_AT_ONCE")))
	}
	deploy = with(deploy, alias.At, m.x.ref(alias.At, id, id+"Version", ""), "StateMachineVersionArn")
	m.put(version, m.resource(id+"Alias"+name, "AWS::StepFunctions::StateMachineAlias", alias.At, f("Name", alias), f("DeploymentPreference", deploy)))
	if use, ok := m.props.Get("UseAliasAsEventTarget").Truth(); ok && use {
		m.alias = id + "Alias" + name
	}
}

func (m *sammed) machineEvent(e event) {
	switch e.typ {
	case "Schedule":
		e.rule("ScheduleExpression", e.props.Get("Schedule"), "Name")
	case "ScheduleV2":
		e.schedule()
	case "EventBridgeRule", "CloudWatchEvent":
		e.rule("EventPattern", e.props.Get("Pattern"), "RuleName")
	case "Api":
		e.startRoute()
	default:
		m.x.gap(m.src, e.at, "event %s has the type %q, which SAM does not know for state machines", e.name, e.typ)
	}
}

// startRoute adds a route that starts the machine to a REST API.
func (e event) startRoute() {
	made := e.startRole("apigateway.amazonaws.com")
	e.m.put(made)
	path, method, ok := e.route()
	api := e.api("RestApiId", implicitRest)
	if api == nil || !ok || !e.m.x.managed(api) {
		return
	}
	at := e.at
	template := text(at, `{"input": "$util.escapeJavaScript($input.json('$'))", "stateMachineArn": "`, e.m.arn(at), `"}`)
	if plain, ok := e.props.Get("UnescapeMappingTemplate").Truth(); ok && plain {
		template = text(at, `{"input": "$util.escapeJavaScript($input.json('$')).replaceAll("\\'","'")", "stateMachineArn": "`, e.m.arn(at), `"}`)
	}
	status := func(code, note string) graph.Field {
		return f(code, obj(at, f("description", str(at, note))))
	}
	answer := func(code string) graph.Field { return f(code, obj(at, f("statusCode", str(at, code)))) }
	integration := obj(at, f("type", str(at, "aws")), f("httpMethod", str(at, "POST")),
		f("uri", text(at, "arn:", e.m.x.pseudo(at, "Partition"), ":apigateway:", e.m.x.pseudo(at, "Region"), ":states:action/StartExecution")),
		f("responses", obj(at, answer("200"), answer("400"))), f("credentials", e.own(made.LogicalID, "Arn")),
		f("requestTemplates", obj(at, f("application/json", template))))
	e.m.x.addRoute(e, api, path, methodKey(method), obj(at, f("x-amazon-apigateway-integration", integration),
		f("responses", obj(at, status("200", "OK"), status("400", "Bad Request"))), f("security", e.security())))
}

// gradual makes the deployment group of a function; what groups share is made once, at the end.
func (m *sammed) gradual() {
	d := m.props.Get("DeploymentPreference")
	if on, ok := d.Get("Enabled").Truth(); ok && !on {
		return
	}
	if !m.props.Get("AutoPublishAlias").Exists() {
		m.x.gap(m.src, d.At, "DeploymentPreference needs AutoPublishAlias")
		return
	}
	at, id := d.At, m.src.LogicalID
	own := func(logical, attr string) graph.Value {
		return graph.NewRef(at, m.x.s.generatedID(logical, logical), attr)
	}
	alarms := graph.Value{}
	if a := d.Get("Alarms"); a.Kind == graph.List && len(a.Items()) > 0 {
		var names []graph.Value
		for _, n := range a.Items() {
			names = append(names, obj(n.At, f("Name", n)))
		}
		alarms = obj(a.At, f("Enabled", graph.NewBool(a.At, true)), f("Alarms", lst(a.At, names...)))
	} else if a.Kind == graph.Unknown {
		alarms = a
	}
	config := d.Get("Type")
	if t := literal(config); strings.HasPrefix(t, "Canary") || strings.HasPrefix(t, "Linear") || t == "AllAtOnce" {
		config = str(config.At, "CodeDeployDefault.Lambda"+t)
	}
	role := d.Get("Role")
	if !role.Exists() {
		role = own(codeDeployOwn, "Arn")
	}
	m.put(m.resource(id+"DeploymentGroup", "AWS::CodeDeploy::DeploymentGroup", at, f("ApplicationName", own(codeDeployApp, "")),
		f("AlarmConfiguration", alarms), f("AutoRollbackConfiguration", obj(at, f("Enabled", graph.NewBool(at, true)),
			f("Events", strs(at, "DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST")))),
		f("DeploymentConfigName", config), f("DeploymentStyle", obj(at, f("DeploymentType", str(at, "BLUE_GREEN")),
			f("DeploymentOption", str(at, "WITH_TRAFFIC_CONTROL")))), f("ServiceRoleArn", role), f("TriggerConfigurations", d.Get("TriggerConfigurations"))))
	policy := obj(at, f("CodeDeployLambdaAliasUpdate", obj(at, f("ApplicationName", own(codeDeployApp, "")), f("DeploymentGroupName", m.x.ref(at, id, id+"DeploymentGroup", "")),
		f("BeforeAllowTrafficHook", d.Get("Hooks", "PreTraffic")), f("AfterAllowTrafficHook", d.Get("Hooks", "PostTraffic")))))
	for _, r := range m.x.made[id] {
		if r.LogicalID == m.alias {
			r.Attributes = with(r.Attributes, at, policy, "UpdatePolicy")
		}
	}
	m.x.deploys = append(m.x.deploys, m.src)
}

// deployment is what all gradual deployments share.
func (x *expander) deployment() []*graph.Resource {
	if len(x.deploys) == 0 {
		return nil
	}
	src := x.deploys[0]
	at := src.Properties.Get("DeploymentPreference").At
	app := x.resource(src, codeDeployApp, "AWS::CodeDeploy::Application", at, f("ComputePlatform", str(at, "Lambda")))
	out := []*graph.Resource{app}
	for _, d := range x.deploys {
		if !d.Properties.Get("DeploymentPreference", "Role").Exists() {
			m := &sammed{x: x, src: src}
			out = append(out, x.resource(src, codeDeployOwn, "AWS::IAM::Role", at, f("AssumeRolePolicyDocument", trustOf(at, "codedeploy.amazonaws.com")),
				f("ManagedPolicyArns", lst(at, m.awsManaged(at, "service-role/AWSCodeDeployRoleForLambda")))))
			break
		}
	}
	for _, r := range out {
		r.ID = x.s.generatedID(r.LogicalID, r.LogicalID)
		r.Condition = ""
	}
	return out
}
