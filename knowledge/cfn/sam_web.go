package cfn

import "github.com/seed-8eee7107/serverless-architect/knowledge/graph"

// Web functions, micro VM images and network connectors, as aws-sam-translator 1.115.0 expands them. The name that
// SAM makes up for an unnamed web function is a reference to it here: both mean the same thing.

func (x *expander) webFunction(src *graph.Resource) {
	p, id, at := src.Properties, src.LogicalID, src.At
	role := p.Get("ExecutionRoleArn")
	if !role.Exists() {
		role = x.madeRole(src, "Role", "service-role/AWSLambdaBasicExecutionRole")
	}
	name := p.Get("FunctionName")
	self := x.ref(at, id, id, "")
	service := []graph.Field{f("ExecutionRoleArn", role), f("EnvironmentVariables", p.Get("EnvironmentVariables")),
		f("MaxConcurrencyPerEnvironment", p.Get("MaxConcurrencyPerEnvironment")), f("EgressNetworkConnectorArn", p.Get("EgressNetworkConnectorArn")),
		f("TimeoutSeconds", orElse(p.Get("Timeout"), graph.NewInt(at, 30)))}
	if logging := p.Get("LoggingConfig"); logging.Exists() {
		service = append(service, f("TelemetryConfig", obj(logging.At, f("LoggingConfig", logging))))
	}
	revision := x.resource(src, id+"Revision", "AWS::Lambda::WebFunctionRevision", at, f("FunctionName", self), f("Description", p.Get("RevisionDescription")),
		f("KmsKeyArn", p.Get("KmsKeyArn")), f("BuildConfig", obj(at, f("RuntimeConfig", obj(at, f("Runtime", p.Get("Runtime")))))), f("ServiceConfig", obj(at, service...)))
	endpoint := x.resource(src, id+"Endpoint", "AWS::Lambda::WebFunctionEndpoint", at, f("FunctionName", self), f("EndpointName", orElse(p.Get("EndpointName"), str(at, "prod"))),
		f("EndpointType", orElse(p.Get("EndpointType"), str(at, "HomeRegion"))), f("AuthType", p.Get("AuthType")), f("Regions", p.Get("ReplicaRegions")),
		f("Description", p.Get("EndpointDescription")), f("ScalingConfig", p.Get("ScalingConfig")), f("ThrottleConfig", p.Get("ThrottleConfig")))
	x.put(src, x.primary(src, "AWS::Lambda::WebFunction", f("FunctionName", name), f("Tags", tagList(at, p.Get("Tags"), ""))), revision, endpoint)
}

func (x *expander) microVMImage(src *graph.Resource) {
	p, at := src.Properties, src.At
	role := p.Get("BuildRoleArn")
	if !role.Exists() {
		role = x.madeRole(src, "BuildRole", "")
	}
	x.put(src, x.primary(src, "AWS::Lambda::MicrovmImage", f("Name", p.Get("Name")), f("CodeArtifact", obj(at, f("Uri", p.Get("CodeUri")))),
		f("BaseImageArn", p.Get("BaseImageArn")), f("BaseImageVersion", p.Get("BaseImageVersion")), f("BuildRoleArn", role), f("Logging", p.Get("Logging")),
		f("EgressNetworkConnectors", p.Get("EgressNetworkConnectors")), f("EnvironmentVariables", p.Get("EnvironmentVariables"))))
}

func (x *expander) networkConnector(src *graph.Resource) {
	p, at := src.Properties, src.At
	role := p.Get("OperatorRole")
	if !role.Exists() {
		role = x.madeRole(src, "OperatorRole", "AWSLambdaNetworkConnectorOperatorPolicy")
	}
	x.put(src, x.primary(src, "AWS::Lambda::NetworkConnector", f("Name", p.Get("Name")),
		f("Configuration", obj(at, f("VpcEgressConfiguration", p.Get("VpcConfig")))), f("OperatorRole", role)))
}

// madeRole puts a role beside src, with one of AWS's managed policies ("" for none), and returns its ARN.
func (x *expander) madeRole(src *graph.Resource, suffix, managed string) graph.Value {
	m := &sammed{x: x, src: src}
	r := &role{id: src.LogicalID + suffix, trust: trustOf(src.At, "lambda.amazonaws.com")}
	if managed != "" {
		r.attach(m.awsManaged(src.At, managed))
	}
	x.put(src, r.resource(m))
	return x.ref(src.At, src.LogicalID, r.id, "Arn")
}

func orElse(v, otherwise graph.Value) graph.Value {
	if v.Exists() {
		return v
	}
	return otherwise
}
