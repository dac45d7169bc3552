package cfn

import (
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// authorizerPermissions let the API call its authorizers: REST APIs unless told not to, HTTP APIs only if told to.
func (x *expander) authorizerPermissions(src *graph.Resource, auth graph.Value, byDefault bool) {
	for _, a := range auth.Get("Authorizers").Fields() {
		fn := a.Value.Get("FunctionArn")
		if !fn.Exists() || a.Value.Get("UserPoolArn").Exists() {
			continue
		}
		on := byDefault
		if off, ok := a.Value.Get("DisableFunctionDefaultPermissions").Truth(); ok && byDefault {
			on = !off
		}
		if enable, ok := a.Value.Get("EnableFunctionDefaultPermissions").Truth(); ok && !byDefault {
			on = enable
		}
		if !on {
			continue
		}
		at := a.Value.At
		x.put(src, x.resource(src, src.LogicalID+a.Name+"AuthorizerPermission", "AWS::Lambda::Permission", at,
			f("Action", str(at, "lambda:InvokeFunction")), f("FunctionName", fn), f("Principal", str(at, "apigateway.amazonaws.com")),
			f("SourceArn", x.arn(at, "execute-api", x.ref(at, src.LogicalID, src.LogicalID, ""), "/authorizers/*"))))
	}
}

// usagePlan makes plan, key and their connection for one API; shared ones are made at the end.
func (x *expander) usagePlan(src *graph.Resource, stage string) {
	plan := src.Properties.Get("Auth", "UsagePlan")
	id, at := src.LogicalID, plan.At
	switch literal(plan.Get("CreateUsagePlan")) {
	case "SHARED":
		x.plans.shared = append(x.plans.shared, sharedPlan{src, stage, plan})
	case "PER_API":
		x.put(src, x.planOf(src, id, plan, []sharedPlan{{src, stage, plan}})...)
	case "":
		if plan.Exists() {
			x.gap(src, at, "the usage plan of %s has no literal CreateUsagePlan: it is left out", id)
		}
	}
}

func (x *expander) planOf(src *graph.Resource, prefix string, plan graph.Value, apis []sharedPlan) []*graph.Resource {
	at := plan.At
	var stages, keys []graph.Value
	for _, a := range apis {
		api, stage := x.ref(at, a.api.LogicalID, a.api.LogicalID, ""), x.ref(at, a.api.LogicalID, a.stage, "")
		stages = append(stages, obj(at, f("ApiId", api), f("Stage", stage)))
		keys = append(keys, obj(at, f("RestApiId", api), f("StageName", stage)))
	}
	fields := append([]graph.Field{f("ApiStages", lst(at, stages...))}, pass(plan, "UsagePlanName", "Description", "Quota", "Tags", "Throttle")...)
	own := func(logical string) graph.Value { return graph.NewRef(at, x.s.generatedID(src.LogicalID, logical), "") }
	return []*graph.Resource{
		x.resource(src, prefix+"UsagePlan", "AWS::ApiGateway::UsagePlan", at, fields...),
		x.resource(src, prefix+"ApiKey", "AWS::ApiGateway::ApiKey", at, f("Enabled", graph.NewBool(at, true)), f("StageKeys", lst(at, keys...))),
		x.resource(src, prefix+"UsagePlanKey", "AWS::ApiGateway::UsagePlanKey", at, f("KeyId", own(prefix+"ApiKey")),
			f("KeyType", str(at, "API_KEY")), f("UsagePlanId", own(prefix+"UsagePlan"))),
	}
}

func (x *expander) sharedPlan() []*graph.Resource {
	if len(x.plans.shared) == 0 {
		return nil
	}
	first := x.plans.shared[0]
	return x.planOf(first.api, "Serverless", first.plan, x.plans.shared)
}

// domain makes the custom domain with its mappings and DNS records.
func (x *expander) domain(src *graph.Resource, stage string) {
	d := src.Properties.Get("Domain")
	id := x.w.domainID(x.s, src.LogicalID)
	if d.Kind != graph.Map || id == "" {
		return
	}
	at, rest := d.At, src.Type == "AWS::Serverless::Api"
	endpoint := d.Get("EndpointConfiguration")
	if !endpoint.Exists() {
		endpoint = str(at, "REGIONAL")
	}
	private := rest && strings.Contains(id, "V2")
	certificate := "CertificateArn"
	if rest && literal(endpoint) == "REGIONAL" {
		certificate = "RegionalCertificateArn"
	}
	fields := []graph.Field{f("DomainName", d.Get("DomainName"))}
	typ := "AWS::ApiGateway::DomainName"
	switch {
	case rest:
		if private {
			typ = "AWS::ApiGateway::DomainNameV2"
		}
		fields = append(fields, f(certificate, d.Get("CertificateArn")), f("EndpointConfiguration",
			obj(at, f("Types", lst(at, endpoint)), f("IpAddressType", d.Get("IpAddressType")))))
	default:
		typ = "AWS::ApiGatewayV2::DomainName"
		config := append([]graph.Field{f("CertificateArn", d.Get("CertificateArn")), f("EndpointType", endpoint)}, pass(d, "SecurityPolicy", "OwnershipVerificationCertificateArn", "IpAddressType")...)
		fields = append(fields, f("DomainNameConfigurations", lst(at, obj(at, config...))))
	}
	fields = append(fields, pass(d, "MutualTlsAuthentication", "Policy", "EndpointAccessMode")...)
	if rest {
		fields = append(fields, pass(d, "SecurityPolicy", "OwnershipVerificationCertificateArn")...)
	}
	x.put(src, x.resource(src, id, typ, at, fields...))
	x.mappings(src, d, id, stage, private)
	if a := d.Get("AccessAssociation"); a.Exists() && private {
		x.put(src, x.resource(src, "DomainNameAccessAssociation"+x.s.contentHash(src.LogicalID), "AWS::ApiGateway::DomainNameAccessAssociation", a.At,
			f("DomainNameArn", x.ref(a.At, src.LogicalID, id, "")), f("AccessAssociationSourceType", str(a.At, "VPCE")), f("AccessAssociationSource", a.Get("VpcEndpointId"))))
	}
	x.records(src, d, id)
}

// mappings join the domain with the API's stage.
func (x *expander) mappings(src *graph.Resource, d graph.Value, domain, stage string, private bool) {
	at, id := d.At, src.LogicalID
	api, stageRef, name := x.ref(at, id, id, ""), x.ref(at, id, stage, ""), x.ref(at, id, domain, "")
	paths := d.Get("BasePath").Each()
	one := len(paths) == 0
	if one {
		paths = []graph.Value{{}}
	}
	for _, p := range paths {
		if src.Type != "AWS::Serverless::Api" {
			key := strings.Map(func(r rune) rune {
				if strings.ContainsRune("-_/", r) {
					return -1
				}
				return r
			}, literal(p))
			x.put(src, x.resource(src, id+key+"ApiMapping", "AWS::ApiGatewayV2::ApiMapping", at, f("ApiId", api), f("DomainName", name),
				f("Stage", stageRef), f("ApiMappingKey", trimmed(p))))
			continue
		}
		clean := strings.Map(func(r rune) rune {
			if alphanumeric(string(r)) {
				return r
			}
			return -1
		}, literal(p))
		base := p
		if normal, ok := d.Get("NormalizeBasePath").Truth(); (!ok || normal) && p.Exists() {
			base = str(p.At, clean)
		}
		typ, key := "AWS::ApiGateway::BasePathMapping", "DomainName"
		if private {
			typ, key = "AWS::ApiGateway::BasePathMappingV2", "DomainNameArn"
		}
		x.put(src, x.resource(src, id+clean+"BasePathMapping", typ, at, f(key, name), f("RestApiId", api), f("Stage", stageRef), f("BasePath", base)))
	}
}

// trimmed drops the slashes around a literal path.
func trimmed(p graph.Value) graph.Value {
	if s, ok := p.Str(); ok {
		return str(p.At, strings.Trim(s, "/"))
	}
	return p
}

// records makes the DNS records; APIs in the same hosted zone share one group.
func (x *expander) records(src *graph.Resource, d graph.Value, domain string) {
	r := d.Get("Route53")
	if r.Kind != graph.Map {
		return
	}
	n := x.s.property(src.LogicalID, "Domain", "Route53", "HostedZoneId")
	if n == nil {
		n = x.s.property(src.LogicalID, "Domain", "Route53", "HostedZoneName")
	}
	if n == nil {
		x.gap(src, r.At, "Route53 of the domain needs HostedZoneId or HostedZoneName")
		return
	}
	zone, ok := samString(x.w, x.s, n)
	if !ok {
		zone = samJSON(x.s, n)
	}
	record := func(kind string) graph.Value {
		return obj(r.At, f("Name", d.Get("DomainName")), f("Type", str(r.At, kind)), f("AliasTarget",
			obj(r.At, f("DNSName", x.ref(r.At, src.LogicalID, domain, "RegionalDomainName")), f("HostedZoneId", x.ref(r.At, src.LogicalID, domain, "RegionalHostedZoneId")))))
	}
	records := []graph.Value{record("A")}
	if v6, ok := r.Get("IpV6").Truth(); ok && v6 {
		records = append(records, record("AAAA"))
	}
	id := "RecordSetGroup" + shortHash(zone)
	if separate, ok := r.Get("SeparateRecordSetGroup").Truth(); ok && separate {
		x.plans.zones = append(x.plans.zones, x.resource(src, "RecordSetGroup"+x.s.contentHash(src.LogicalID), "AWS::Route53::RecordSetGroup", r.At,
			append(pass(r, "HostedZoneId", "HostedZoneName"), f("RecordSets", lst(r.At, records...)))...))
		return
	}
	for _, z := range x.plans.zones {
		if z.LogicalID == id {
			z.Properties = with(z.Properties, r.At, appended(z.Properties.Get("RecordSets"), r.At, records...), "RecordSets")
			return
		}
	}
	x.plans.zones = append(x.plans.zones, x.resource(src, id, "AWS::Route53::RecordSetGroup", r.At,
		append(pass(r, "HostedZoneId", "HostedZoneName"), f("RecordSets", lst(r.At, records...)))...))
}

// resourcePolicy writes the API's resource policy into its document.
func (x *expander) resourcePolicy(p, body graph.Value) graph.Value {
	if p.IsUnknown() {
		return with(body, p.At, p, "x-amazon-apigateway-policy")
	}
	if p.Kind != graph.Map {
		return body
	}
	at := p.At
	var st []graph.Value
	open := false
	add := func(effect string, principal graph.Value, condition graph.Value, where *graph.Evidence) {
		st = append(st, obj(where, f("Action", str(where, "execute-api:Invoke")), f("Resource", strs(where, "execute-api:/*")),
			f("Effect", str(where, effect)), f("Principal", principal), f("Condition", condition)))
	}
	deny := func(operator, key string, values graph.Value) {
		if !values.Exists() {
			return
		}
		if !open {
			open = true
			add("Allow", str(values.At, "*"), graph.Value{}, values.At)
		}
		add("Deny", str(values.At, "*"), obj(values.At, f(operator, obj(values.At, f(key, values)))), values.At)
	}
	if v := p.Get("AwsAccountWhitelist"); v.Exists() {
		add("Allow", obj(v.At, f("AWS", v)), graph.Value{}, v.At)
	}
	if v := p.Get("AwsAccountBlacklist"); v.Exists() {
		add("Deny", obj(v.At, f("AWS", v)), graph.Value{}, v.At)
	}
	deny("NotIpAddress", "aws:SourceIp", p.Get("IpRangeWhitelist"))
	deny("IpAddress", "aws:SourceIp", p.Get("IpRangeBlacklist"))
	for _, l := range []struct{ list, operator string }{{"Blacklist", "StringEquals"}, {"Whitelist", "StringNotEquals"}} {
		var vpcs, endpoints []graph.Value
		for _, v := range p.Get("SourceVpc" + l.list).Each() {
			if strings.HasPrefix(literal(v), "vpce-") {
				endpoints = append(endpoints, v)
			} else {
				vpcs = append(vpcs, v)
			}
		}
		vpcs = append(vpcs, p.Get("IntrinsicVpc"+l.list).Each()...)
		endpoints = append(endpoints, p.Get("IntrinsicVpce"+l.list).Each()...)
		if vpcs != nil {
			deny(l.operator, "aws:SourceVpc", lst(at, vpcs...))
		}
		if endpoints != nil {
			deny(l.operator, "aws:SourceVpce", lst(at, endpoints...))
		}
	}
	st = append(st, p.Get("CustomStatements").Each()...)
	if st == nil {
		return body
	}
	return with(body, at, obj(at, f("Version", str(at, "2012-10-17")), f("Statement", lst(at, st...))), "x-amazon-apigateway-policy")
}
