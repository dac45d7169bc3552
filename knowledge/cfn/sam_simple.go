package cfn

import (
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

func (x *expander) simpleTable(src *graph.Resource) {
	p, at := src.Properties, src.At
	name, kind := str(at, "id"), str(at, "S")
	if key := p.Get("PrimaryKey"); key.Exists() {
		name, kind = key.Get("Name"), key.Get("Type")
		if short := map[string]string{"String": "S", "Number": "N", "Binary": "B"}[literal(kind)]; short != "" {
			kind = str(kind.At, short)
		}
		at = key.At
	}
	fields := []graph.Field{f("AttributeDefinitions", lst(at, obj(at, f("AttributeName", name), f("AttributeType", kind)))),
		f("KeySchema", lst(at, obj(at, f("AttributeName", name), f("KeyType", str(at, "HASH")))))}
	fields = append(fields, pass(p, "PointInTimeRecoverySpecification", "ProvisionedThroughput", "SSESpecification", "TableName")...)
	if !p.Get("ProvisionedThroughput").Exists() {
		fields = append(fields, f("BillingMode", str(src.At, "PAY_PER_REQUEST")))
	}
	x.put(src, x.primary(src, "AWS::DynamoDB::Table", append(fields, f("Tags", tagList(src.At, p.Get("Tags"), "")))...))
}

// layer makes the layer version. Its id changes with its content, so that old versions can be kept.
func (x *expander) layer(src *graph.Resource) {
	p, id := src.Properties, src.LogicalID
	name := p.Get("LayerName")
	if !name.Exists() {
		name = str(src.At, id)
	}
	content := p.Get("ContentUri")
	if content.Kind == graph.Map {
		content = obj(content.At, f("S3Bucket", content.Get("Bucket")), f("S3Key", content.Get("Key")), f("S3ObjectVersion", content.Get("Version")))
	} else if bucket, key, ok := s3URI(literal(content)); ok {
		content = obj(content.At, f("S3Bucket", str(content.At, bucket)), f("S3Key", str(content.At, key)))
	}
	fields := append([]graph.Field{f("LayerName", name), f("Content", content)}, pass(p, "Description", "CompatibleArchitectures", "CompatibleRuntimes", "LicenseInfo")...)
	r := x.resource(src, id+x.s.contentHash(id), "AWS::Lambda::LayerVersion", nil, fields...)
	r.Metadata, r.Path = src.Metadata, src.Path
	keep := str(src.At, "Retain")
	if strings.EqualFold(literal(p.Get("RetentionPolicy")), "delete") {
		keep = str(p.Get("RetentionPolicy").At, "Delete")
	}
	if !r.Attributes.Get("DeletionPolicy").Exists() || p.Get("RetentionPolicy").Exists() {
		r.Attributes = with(r.Attributes, src.At, keep, "DeletionPolicy")
	}
	x.put(src, r)
}

// application is a nested stack: of a template at hand, or of the Serverless Application Repository.
func (x *expander) application(src *graph.Resource) {
	p := src.Properties
	fields := append(pass(p, "Parameters", "NotificationARNs", "TimeoutInMinutes"), f("TemplateURL", p.Get("Location")),
		f("Tags", tagList(src.At, p.Get("Tags"), "")))
	x.put(src, x.primary(src, "AWS::CloudFormation::Stack", fields...))
}

func (x *expander) capacityProvider(src *graph.Resource) {
	p, id := src.Properties, src.LogicalID
	operator := p.Get("OperatorRole")
	if !operator.Exists() {
		m := &sammed{x: x, src: src}
		r := &role{id: id + "OperatorRole", trust: trustOf(src.At, "lambda.amazonaws.com")}
		r.attach(m.awsManaged(src.At, "AWSLambdaManagedEC2ResourceOperator"))
		x.put(src, r.resource(m))
		operator = x.ref(src.At, id, r.id, "Arn")
	}
	vpc := p.Get("VpcConfig")
	fields := []graph.Field{f("CapacityProviderName", p.Get("CapacityProviderName")), f("PermissionsConfig",
		obj(src.At, f("CapacityProviderOperatorRoleArn", operator)))}
	if vpc.Kind == graph.Map {
		fields = append(fields, f("VpcConfig", obj(vpc.At, f("SubnetIds", vpc.Get("SubnetIds")), f("SecurityGroupIds", vpc.Get("SecurityGroupIds")))))
	}
	scaling := p.Get("ScalingConfig")
	if target := scaling.Get("AverageCPUUtilization"); target.Exists() {
		at := target.At
		scaling = obj(scaling.At, f("MaxVCpuCount", scaling.Get("MaxVCpuCount")), f("ScalingMode", str(at, "Manual")), f("ScalingPolicies",
			lst(at, obj(at, f("PredefinedMetricType", str(at, "LambdaCapacityProviderAverageCPUUtilization")), f("TargetValue", target)))))
	} else if scaling.Kind == graph.Map {
		scaling = with(scaling, scaling.At, str(scaling.At, "Auto"), "ScalingMode")
	}
	fields = append(fields, f("InstanceRequirements", p.Get("InstanceRequirements")), f("CapacityProviderScalingConfig", scaling),
		f("KmsKeyArn", p.Get("KmsKeyArn")), f("Tags", tagList(src.At, p.Get("Tags"), "")))
	x.put(src, x.primary(src, "AWS::Lambda::CapacityProvider", fields...))
}

// webSocketRoute makes route, integration and permission.
func (x *expander) webSocketRoute(src *graph.Resource, api graph.Value, r graph.Field) {
	at, id := r.Value.At, src.LogicalID
	clean := strings.TrimPrefix(r.Name, "$")
	if clean != "" {
		clean = strings.ToUpper(clean[:1]) + strings.ToLower(clean[1:])
	}
	base := id + clean
	fn := r.Value.Get("FunctionArn")
	route := append(pass(r.Value, "ApiKeyRequired", "ModelSelectionExpression", "OperationName", "RequestModels", "RequestParameters", "RouteResponseSelectionExpression"),
		f("RouteKey", str(at, r.Name)), f("ApiId", api), f("Target", text(at, "integrations/", x.ref(at, id, base+"Integration", ""))))
	auth := src.Properties.Get("Auth")
	if kind := auth.Get("AuthType"); kind.Exists() && r.Name == "$connect" {
		route = append(route, f("AuthorizationType", kind))
		if literal(kind) == "CUSTOM" {
			route = append(route, f("AuthorizerId", x.ref(at, id, id+"ConnectAuthorizer", "")))
			x.webSocketAuthorizer(src, api, auth)
		}
	} else if r.Value.IsUnknown() {
		route = append(route, f("AuthorizationType", r.Value)) // nothing is known of the route
	}
	uri := text(at, "arn:", x.pseudo(at, "Partition"), ":apigateway:", x.pseudo(at, "Region"), ":lambda:path/2015-03-31/functions/", fn, "/invocations")
	stage := src.Properties.Get("StageName")
	if !stage.Exists() {
		stage = str(at, "default")
	}
	x.put(src, x.resource(src, base+"Route", "AWS::ApiGatewayV2::Route", at, route...),
		x.resource(src, base+"Integration", "AWS::ApiGatewayV2::Integration", at, f("ApiId", api), f("IntegrationType", str(at, "AWS_PROXY")),
			f("IntegrationUri", uri), f("TimeoutInMillis", r.Value.Get("IntegrationTimeout"))),
		x.resource(src, base+"Permission", "AWS::Lambda::Permission", at, f("Action", str(at, "lambda:InvokeFunction")), f("FunctionName", fn),
			f("Principal", str(at, "apigateway.amazonaws.com")), f("SourceArn", x.arn(at, "execute-api", x.ref(at, id, id, "ApiId"), "/", stage, "/"+r.Name))))
}

func (x *expander) webSocketAuthorizer(src *graph.Resource, api, auth graph.Value) {
	at, id := auth.At, src.LogicalID
	name := auth.Get("Name")
	if !name.Exists() {
		name = str(at, id+"ConnectAuthorizer")
	}
	uri := text(at, "arn:", x.pseudo(at, "Partition"), ":apigateway:", x.pseudo(at, "Region"), ":lambda:path/2015-03-31/functions/", auth.Get("AuthArn"), "/invocations")
	x.put(src, x.resource(src, id+"ConnectAuthorizer", "AWS::ApiGatewayV2::Authorizer", at, f("ApiId", api), f("AuthorizerType", str(at, "REQUEST")),
		f("AuthorizerUri", uri), f("AuthorizerCredentialsArn", auth.Get("InvokeRole")), f("IdentitySource", auth.Get("IdentitySource")), f("Name", name)))
	if !auth.Get("InvokeRole").Exists() {
		x.put(src, x.resource(src, id+"AuthorizerPermission", "AWS::Lambda::Permission", at, f("Action", str(at, "lambda:InvokeFunction")),
			f("FunctionName", auth.Get("AuthArn")), f("Principal", str(at, "apigateway.amazonaws.com")),
			f("SourceArn", x.arn(at, "execute-api", api, "/authorizers/*"))))
	}
}
