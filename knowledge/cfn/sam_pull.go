package cfn

import (
	"sort"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// functionEvents makes what the Events of a function come to, in SAM's order.
func (m *sammed) functionEvents() {
	events := m.props.Get("Events")
	if events.Kind == graph.Unknown {
		m.x.gap(m.src, events.At, "the events of %s are not known: %s", m.src.LogicalID, events.Reason())
		return
	}
	fields := append([]graph.Field(nil), events.Fields()...)
	sort.SliceStable(fields, func(i, j int) bool { return eventOrder(fields[i]) < eventOrder(fields[j]) })
	for _, e := range fields {
		m.functionEvent(event{m: m, name: e.Name, id: m.src.LogicalID + e.Name, typ: literal(e.Value.Get("Type")), props: e.Value.Get("Properties"), at: e.Value.At})
	}
}

// eventOrder sorts events by path, so that $default routes come first.
func eventOrder(e graph.Field) string {
	if p := literal(e.Value.Get("Properties", "Path")); p != "" {
		return p
	}
	if literal(e.Value.Get("Type")) == "HttpApi" {
		return "$default"
	}
	return e.Name
}

// event is one entry of Events.
type event struct {
	m        *sammed
	name, id string
	typ      string
	props    graph.Value
	at       *graph.Evidence
}

func (m *sammed) functionEvent(e event) {
	if _, ok := pullSources[e.typ]; ok {
		m.pull(e, e.id)
		return
	}
	switch e.typ {
	case "Api":
		e.restRoute()
	case "HttpApi":
		e.httpRoute()
	case "Schedule":
		e.rule("ScheduleExpression", e.props.Get("Schedule"), "Name")
	case "ScheduleV2":
		e.schedule()
	case "EventBridgeRule", "CloudWatchEvent":
		e.rule("EventPattern", e.props.Get("Pattern"), "RuleName")
	case "S3":
		e.bucket()
	case "SNS":
		e.topic()
	case "Cognito":
		e.userPool()
	case "CloudWatchLogs":
		e.logs()
	case "IoTRule":
		e.iot()
	case "AlexaSkill":
		m.put(e.permission("alexa-appkit.amazon.com", f("EventSourceToken", e.props.Get("SkillId"))))
	default:
		m.x.gap(m.src, e.at, "event %s has the type %q, which SAM does not know", e.name, e.typ)
	}
}

// pullSources tells for each polled event type which property names the source, and the managed policy that SAM
// gives the function's role. Source: aws-sam-translator 1.115.0, model/eventsources/pull.py, checked 2026-11-23.
var pullSources = map[string]struct{ source, policy string }{
	"SQS":              {"Queue", "service-role/AWSLambdaSQSQueueExecutionRole"},
	"Kinesis":          {"Stream", "service-role/AWSLambdaKinesisExecutionRole"},
	"DynamoDB":         {"Stream", "service-role/AWSLambdaDynamoDBExecutionRole"},
	"MSK":              {"Stream", "service-role/AWSLambdaMSKExecutionRole"},
	"MQ":               {"Broker", ""},
	"SelfManagedKafka": {"", ""},
	"DocumentDB":       {"Cluster", ""},
}

// mappingProperties keep their names in the event source mapping.
var mappingProperties = []string{"StartingPosition", "StartingPositionTimestamp", "BatchSize", "Enabled", "MaximumBatchingWindowInSeconds",
	"MaximumRetryAttempts", "BisectBatchOnFunctionError", "MaximumRecordAgeInSeconds", "ParallelizationFactor", "Topics", "Queues",
	"SourceAccessConfigurations", "TumblingWindowInSeconds", "FunctionResponseTypes", "FilterCriteria", "KmsKeyArn", "ScalingConfig",
	"ProvisionedPollerConfig", "MetricsConfig", "LoggingConfig"}

// pull makes an event source mapping of the given id.
func (m *sammed) pull(e event, id string) {
	p, kind := e.props, pullSources[e.typ]
	fields := []graph.Field{f("FunctionName", m.name(e.at))}
	if kind.source != "" {
		fields = append(fields, f("EventSourceArn", p.Get(kind.source)))
	}
	fields = append(fields, pass(p, mappingProperties...)...)
	if servers := p.Get("KafkaBootstrapServers"); servers.Exists() {
		fields = append(fields, f("SelfManagedEventSource", obj(servers.At, f("Endpoints", obj(servers.At, f("KafkaBootstrapServers", servers))))))
	}
	config := map[string]string{"MSK": "AmazonManagedKafkaEventSourceConfig", "SelfManagedKafka": "SelfManagedKafkaEventSourceConfig"}[e.typ]
	if inner := pass(p, "ConsumerGroupId", "SchemaRegistryConfig"); inner != nil && config != "" {
		fields = append(fields, f(config, obj(e.at, inner...)))
	}
	if e.typ == "DocumentDB" {
		fields = append(fields, f("DocumentDBEventSourceConfig", obj(e.at, pass(p, "DatabaseName", "CollectionName", "FullDocument")...)))
	}
	if dest := p.Get("DestinationConfig"); dest.Exists() {
		fields = append(fields, f("DestinationConfig", withoutType(dest)))
	}
	mapping := m.resource(id, "AWS::Lambda::EventSourceMapping", e.at, fields...)
	mapping.Event = e.typ
	m.put(mapping)
	if m.role == nil {
		return
	}
	if kind.policy != "" {
		m.role.attach(m.awsManaged(e.at, kind.policy))
	}
	m.role.once = true
	m.pullPolicies(e)
	if on := p.Get("DestinationConfig", "OnFailure"); on.Exists() {
		m.role.sends(m, on.Get("Type"), id, on.Get("Destination"), on.At)
	}
	m.role.once = false
}

// withoutType drops the Type that only SAM reads.
func withoutType(dest graph.Value) graph.Value {
	on := dest.Get("OnFailure")
	if on.IsUnknown() || !on.Get("Type").Exists() {
		return dest
	}
	var kept []graph.Field
	for _, fl := range on.Fields() {
		if fl.Name != "Type" {
			kept = append(kept, fl)
		}
	}
	return with(dest, dest.At, obj(on.At, kept...), "OnFailure")
}

var networkActions = []string{"ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DeleteNetworkInterface",
	"ec2:DescribeVpcs", "ec2:DescribeSubnets", "ec2:DescribeSecurityGroups"}

// pullPolicies adds the inline policies of sources that need secrets or a network.
func (m *sammed) pullPolicies(e event) {
	var st []graph.Value
	secret := func(types ...string) {
		for _, c := range e.props.Get("SourceAccessConfigurations").Each() {
			for _, t := range types {
				if literal(c.Get("Type")) == t {
					st = append(st, allowed(c.At, c.Get("URI"), "secretsmanager:GetSecretValue"))
				}
			}
		}
	}
	any := str(e.at, "*")
	name := ""
	switch e.typ {
	case "MSK":
		name = "MSKExecutionRolePolicy"
		st = append(st, m.registry(e)...)
		secret("CLIENT_CERTIFICATE_TLS_AUTH")
	case "MQ":
		name = "SamAutoGeneratedAMQPolicy"
		if dynamic, ok := e.props.Get("DynamicPolicyName").Truth(); ok && dynamic {
			name = e.id + "AMQPolicy"
		}
		secret("BASIC_AUTH")
		st = append(st, allowed(e.at, e.props.Get("Broker"), "mq:DescribeBroker"))
	case "SelfManagedKafka":
		name = "SelfManagedKafkaExecutionRolePolicy"
		secret("SASL_SCRAM_256_AUTH", "SASL_SCRAM_512_AUTH", "BASIC_AUTH", "CLIENT_CERTIFICATE_TLS_AUTH", "OAUTHBEARER_AUTH", "SERVER_ROOT_CA_CERTIFICATE")
		for _, c := range e.props.Get("SourceAccessConfigurations").Each() {
			if literal(c.Get("Type")) == "VPC_SUBNET" {
				st = append(st, allowed(c.At, any, networkActions...))
				break
			}
		}
		st = append(st, m.registry(e)...)
	case "DocumentDB":
		name = "SamAutoGeneratedDocumentDBPolicy"
		secret("BASIC_AUTH")
		st = append(st, allowed(e.at, m.x.arn(e.at, "rds", "cluster-pg:*"), "rds:DescribeDBClusterParameters"),
			allowed(e.at, m.x.arn(e.at, "rds", "subgrp:*"), "rds:DescribeDBSubnetGroups"),
			allowed(e.at, e.props.Get("Cluster"), "rds:DescribeDBClusters"), allowed(e.at, any, networkActions...))
	}
	if key := e.props.Get("SecretsManagerKmsKeyId"); key.Exists() && name != "" {
		st = append(st, allowed(key.At, m.x.arn(key.At, "kms", "key/", key), "kms:Decrypt"))
	}
	if len(st) > 0 {
		m.role.add(name, e.at, obj(e.at, f("Version", str(e.at, "2012-10-17")), f("Statement", lst(e.at, st...))))
	}
}

// registry is what a schema registry needs.
func (m *sammed) registry(e event) []graph.Value {
	c := e.props.Get("SchemaRegistryConfig")
	if c.Kind != graph.Map {
		return nil
	}
	var st []graph.Value
	for _, a := range c.Get("AccessConfigs").Each() {
		st = append(st, allowed(a.At, a.Get("URI"), "secretsmanager:GetSecretValue"))
	}
	if uri := c.Get("SchemaRegistryURI"); len(uri.Parts()) > 0 && len(uri.Parts()[0].Literal) > 4 && uri.Parts()[0].Literal[:4] == "arn:" {
		st = append(st, allowed(uri.At, uri, "glue:GetRegistry"), allowed(uri.At, m.x.arn(uri.At, "glue", "schema/*"), "glue:GetSchemaVersion"))
	}
	return st
}
