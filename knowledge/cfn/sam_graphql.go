package cfn

import (
	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// graphQL makes the AppSync API: schema, keys, data sources with roles, functions and resolvers.
func (x *expander) graphQL(src *graph.Resource) {
	p, id := src.Properties, src.LogicalID
	apiID := x.ref(src.At, id, id, "ApiId")
	name := p.Get("Name")
	if !name.Exists() {
		name = str(src.At, id)
	}
	fields := append([]graph.Field{f("Name", name)}, pass(p, "Visibility", "OwnerContact", "IntrospectionConfig", "QueryDepthLimit", "ResolverCountLimit", "XrayEnabled")...)
	fields = append(fields, f("LogConfig", x.graphQLLogging(src)), f("Tags", tagList(src.At, p.Get("Tags"), "")))
	fields = append(fields, x.graphQLAuth(src)...)
	x.put(src, x.primary(src, "AWS::AppSync::GraphQLApi", fields...))

	schema := []graph.Field{f("ApiId", apiID), f("Definition", p.Get("SchemaInline"))}
	if uri := p.Get("SchemaUri"); uri.Exists() {
		schema = append(schema, f("DefinitionS3Location", uri))
	}
	x.put(src, x.resource(src, id+"Schema", "AWS::AppSync::GraphQLSchema", nil, schema...))
	for _, k := range p.Get("ApiKeys").Fields() {
		x.put(src, x.resource(src, id+k.Name, "AWS::AppSync::ApiKey", k.Value.At, append(pass(k.Value, "ApiKeyId", "Description"), f("ApiId", apiID), f("Expires", k.Value.Get("ExpiresOn")))...))
	}
	if c := p.Get("Cache"); c.Exists() {
		x.put(src, x.resource(src, id+"ApiCache", "AWS::AppSync::ApiCache", c.At, append(pass(c, "ApiCachingBehavior", "AtRestEncryptionEnabled", "TransitEncryptionEnabled", "Type"), f("ApiId", apiID), f("TTL", c.Get("Ttl")))...))
	}
	if d := p.Get("DomainName"); d.Exists() {
		x.put(src, x.resource(src, id+"DomainName", "AWS::AppSync::DomainName", d.At, pass(d, "CertificateArn", "DomainName", "Description")...),
			x.resource(src, id+"DomainNameApiAssociation", "AWS::AppSync::DomainNameApiAssociation", d.At, f("ApiId", apiID), f("DomainName", x.ref(d.At, id, id+"DomainName", "DomainName"))))
	}
	sources := x.dataSources(src, apiID)
	x.resolvers(src, apiID, sources)
}

func (x *expander) graphQLLogging(src *graph.Resource) graph.Value {
	l, id := src.Properties.Get("Logging"), src.LogicalID
	if on, ok := l.Truth(); ok && !on {
		return graph.Value{}
	}
	at := src.At
	if l.Kind == graph.Map {
		at = l.At
		if l.Get("CloudWatchLogsRoleArn").Exists() {
			return l
		}
	}
	m := &sammed{x: x, src: src}
	r := &role{id: id + "CloudWatchRole", trust: trustOf(at, "appsync.amazonaws.com")}
	r.attach(m.awsManaged(at, "service-role/AWSAppSyncPushToCloudWatchLogs"))
	x.put(src, r.resource(m))
	level := l.Get("FieldLogLevel")
	if !level.Exists() {
		level = str(at, "ALL")
	}
	return obj(at, append(pass(l, "ExcludeVerboseContent"), f("CloudWatchLogsRoleArn", x.ref(at, id, r.id, "Arn")), f("FieldLogLevel", level))...)
}

// graphQLAuth is the way callers are let in; authorizer functions get a permission.
func (x *expander) graphQLAuth(src *graph.Resource) []graph.Field {
	auth := src.Properties.Get("Auth")
	configs := func(v graph.Value) []graph.Field {
		return []graph.Field{f("AuthenticationType", v.Get("Type")), f("LambdaAuthorizerConfig", v.Get("LambdaAuthorizer")),
			f("OpenIDConnectConfig", v.Get("OpenIDConnect")), f("UserPoolConfig", v.Get("UserPool"))}
	}
	number := 0
	permit := func(v graph.Value) {
		if fn := v.Get("LambdaAuthorizer", "AuthorizerUri"); fn.Exists() {
			number++
			suffix := ""
			if number > 1 {
				suffix = "1"
			}
			x.put(src, x.resource(src, src.LogicalID+"ToLambdaAuthConnector"+suffix+"WriteLambdaPermission", "AWS::Lambda::Permission", v.At,
				f("Action", str(v.At, "lambda:InvokeFunction")), f("FunctionName", fn), f("Principal", str(v.At, "appsync.amazonaws.com")),
				f("SourceArn", x.ref(v.At, src.LogicalID, src.LogicalID, ""))))
		}
	}
	fields := configs(auth)
	permit(auth)
	var more []graph.Value
	for _, a := range auth.Get("Additional").Each() {
		more = append(more, obj(a.At, configs(a)...))
		permit(a)
	}
	if more != nil {
		fields = append(fields, f("AdditionalAuthenticationProviders", lst(auth.At, more...)))
	}
	return fields
}

// dataSources makes the data sources with a role each; the result tells their names as functions use them.
func (x *expander) dataSources(src *graph.Resource, apiID graph.Value) map[string]graph.Value {
	names := map[string]graph.Value{}
	id := src.LogicalID
	put := func(d graph.Field, kind, typ, connector string, target graph.Value, inner graph.Field, st ...graph.Value) {
		at, ds := d.Value.At, id+d.Name+kind+"DataSource"
		name := d.Value.Get("Name")
		if !name.Exists() {
			name = str(at, d.Name)
		}
		roleArn := d.Value.Get("ServiceRoleArn")
		if !roleArn.Exists() {
			m := &sammed{x: x, src: src}
			r := &role{id: ds + "Role", trust: trustOf(at, "appsync.amazonaws.com")}
			x.put(src, r.resource(m), x.resource(src, ds+connector+"Policy", "AWS::IAM::ManagedPolicy", at,
				f("PolicyDocument", obj(at, f("Version", str(at, "2012-10-17")), f("Statement", lst(at, st...)))), f("Roles", lst(at, x.ref(at, id, r.id, "")))))
			roleArn = x.ref(at, id, r.id, "Arn")
		}
		x.put(src, x.resource(src, ds, "AWS::AppSync::DataSource", at, f("ApiId", apiID), f("Name", name), f("Type", str(at, typ)),
			f("Description", d.Value.Get("Description")), inner, f("ServiceRoleArn", roleArn)))
		names[d.Name] = x.ref(at, id, ds, "Name")
	}
	for _, d := range src.Properties.Get("DataSources", "DynamoDb").Fields() {
		v, at := d.Value, d.Value.At
		table := v.Get("TableArn")
		if !table.Exists() {
			table = x.arn(at, "dynamodb", "table/", v.Get("TableName"))
		}
		region := v.Get("Region")
		if !region.Exists() {
			region = x.pseudo(at, "Region")
		}
		config := append(pass(v, "TableName", "UseCallerCredentials", "Versioned"), f("AwsRegion", region), f("DeltaSyncConfig", v.Get("DeltaSync")))
		put(d, "DynamoDB", "AMAZON_DYNAMODB", "ToTableConnector", table, f("DynamoDBConfig", obj(at, config...)), x.tableRights(v, table)...)
	}
	for _, d := range src.Properties.Get("DataSources", "Lambda").Fields() {
		fn, at := d.Value.Get("FunctionArn"), d.Value.At
		put(d, "Lambda", "AWS_LAMBDA", "ToLambdaConnector", fn, f("LambdaConfig", obj(at, f("LambdaFunctionArn", fn))),
			obj(at, f("Effect", str(at, "Allow")), f("Action", strs(at, "lambda:InvokeAsync", "lambda:InvokeFunction")), f("Resource", lst(at, fn, text(at, fn, ":*")))))
	}
	return names
}

func (x *expander) tableRights(v, table graph.Value) []graph.Value {
	at := v.At
	wanted := map[string]bool{"Read": true, "Write": true}
	if p := v.Get("Permissions"); p.Exists() {
		wanted = map[string]bool{}
		for _, w := range p.Each() {
			wanted[literal(w)] = true
		}
	}
	on := lst(at, table, text(at, table, "/index/*"))
	var st []graph.Value
	if wanted["Read"] {
		st = append(st, allowed(at, on, "dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan", "dynamodb:BatchGetItem", "dynamodb:ConditionCheckItem", "dynamodb:PartiQLSelect"))
	}
	if wanted["Write"] {
		st = append(st, allowed(at, on, "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:BatchWriteItem",
			"dynamodb:PartiQLDelete", "dynamodb:PartiQLInsert", "dynamodb:PartiQLUpdate"))
	}
	return st
}

// runtimeOf is a function's runtime under CloudFormation's names.
func runtimeOf(v graph.Value) graph.Value {
	r := v.Get("Runtime")
	if r.Kind != graph.Map {
		return r
	}
	return obj(r.At, f("Name", r.Get("Name")), f("RuntimeVersion", r.Get("Version")))
}

// resolvers makes functions, and pipeline resolvers that run them.
func (x *expander) resolvers(src *graph.Resource, apiID graph.Value, sources map[string]graph.Value) {
	p, id := src.Properties, src.LogicalID
	none := false
	for _, fn := range p.Get("Functions").Fields() {
		v, at := fn.Value, fn.Value.At
		source := v.Get("DataSource")
		if literal(source) == "None" || literal(source) == "NONE" || literal(source) == "none" {
			none = true
			source = x.ref(at, id, id+"NoneDataSource", "Name")
		} else if known, ok := sources[literal(source)]; ok {
			source = known
		}
		name := v.Get("Name")
		if !name.Exists() {
			name = str(at, fn.Name)
		}
		x.put(src, x.resource(src, id+fn.Name, "AWS::AppSync::FunctionConfiguration", at, append(pass(v, "Description", "MaxBatchSize"), f("Runtime", runtimeOf(v)),
			f("ApiId", apiID), f("Name", name), f("DataSourceName", source), f("Code", v.Get("InlineCode")), f("CodeS3Location", v.Get("CodeUri")), f("SyncConfig", v.Get("Sync")))...))
	}
	for _, t := range p.Get("Resolvers").Fields() {
		for _, r := range t.Value.Fields() {
			v, at := r.Value, r.Value.At
			field := v.Get("FieldName")
			if !field.Exists() {
				field = str(at, r.Name)
			}
			var pipeline []graph.Value
			for _, step := range v.Get("Pipeline").Each() {
				if name, ok := step.Str(); ok {
					step = x.ref(step.At, id, id+name, "FunctionId")
				}
				pipeline = append(pipeline, step)
			}
			x.put(src, x.resource(src, id+t.Name+r.Name, "AWS::AppSync::Resolver", at, append(pass(v, "MaxBatchSize"), f("Runtime", runtimeOf(v)), f("ApiId", apiID),
				f("TypeName", str(at, t.Name)), f("FieldName", field), f("Kind", str(at, "PIPELINE")), f("Code", v.Get("InlineCode")), f("CodeS3Location", v.Get("CodeUri")),
				f("CachingConfig", v.Get("Caching")), f("SyncConfig", v.Get("Sync")), f("PipelineConfig", obj(at, f("Functions", lst(at, pipeline...)))))...))
		}
	}
	if none {
		x.put(src, x.resource(src, id+"NoneDataSource", "AWS::AppSync::DataSource", nil, f("ApiId", apiID), f("Name", str(src.At, id+"NoneDataSource")), f("Type", str(src.At, "NONE"))))
	}
}
