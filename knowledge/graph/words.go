package graph

import "strings"

// Kind says what a node is, in one word of a closed list. The same words are used in graph/1, in
// sketches and in blueprints.
type Kind string

// The kinds of node. A resource that fits none of the named kinds is Other; it keeps its type.
const (
	Function      Kind = "function"
	FunctionURL   Kind = "functionUrl"
	RestAPI       Kind = "restApi"
	HTTPAPI       Kind = "httpApi"
	WebSocketAPI  Kind = "webSocketApi"
	GraphQLAPI    Kind = "graphqlApi"
	EventAPI      Kind = "eventApi"
	Queue         Kind = "queue"
	Topic         Kind = "topic"
	EventBus      Kind = "eventBus"
	Rule          Kind = "rule"
	Pipe          Kind = "pipe"
	Schedule      Kind = "schedule"
	ScheduleGroup Kind = "scheduleGroup"
	Stream        Kind = "stream"
	Table         Kind = "table"
	Bucket        Kind = "bucket"
	StateMachine  Kind = "stateMachine"
	UserPool      Kind = "userPool"
	IdentityPool  Kind = "identityPool"
	Key           Kind = "key"
	Role          Kind = "role"
	Alarm         Kind = "alarm"
	LogGroup      Kind = "logGroup"
	Alias         Kind = "alias"
	Deployment    Kind = "deployment"
	Secret        Kind = "secret"
	Parameter     Kind = "parameter"
	Database      Kind = "database"
	Endpoint      Kind = "endpoint"
	VPC           Kind = "vpc"
	Subnet        Kind = "subnet"
	SecurityGroup Kind = "securityGroup"
	Broker        Kind = "broker"
	Cluster       Kind = "cluster"
	Firehose      Kind = "firehose"
	Policy        Kind = "policy"
	Layer         Kind = "layer"
	Other         Kind = "other"
)

// Kinds lists every kind once, in the order of the constants above.
var Kinds = []Kind{
	Function, FunctionURL, RestAPI, HTTPAPI, WebSocketAPI, GraphQLAPI, EventAPI, Queue, Topic, EventBus, Rule, Pipe,
	Schedule, ScheduleGroup, Stream, Table, Bucket, StateMachine, UserPool, IdentityPool, Key, Role, Alarm, LogGroup, Alias,
	Deployment, Secret, Parameter, Database, Endpoint, VPC, Subnet, SecurityGroup, Broker, Cluster, Firehose,
	Policy, Layer, Other,
}

// EdgeKind says what one node does to another. Every edge reads From → To.
type EdgeKind string

// The kinds of edge.
const (
	Polls      EdgeKind = "polls"      // source → function (data flows that way); also source → pipe
	Invokes    EdgeKind = "invokes"    // caller → callee, also API → function
	Routes     EdgeKind = "routes"     // rule, bus, pipe, schedule, topic, bucket → target
	Writes     EdgeKind = "writes"     // actor → store or channel
	Reads      EdgeKind = "reads"      // reader → store
	FailsTo    EdgeKind = "failsTo"    // function, queue, rule, ... → failure target
	Alarms     EdgeKind = "alarms"     // alarm → watched
	Notifies   EdgeKind = "notifies"   // alarm → action target
	Logs       EdgeKind = "logs"       // log group → owner
	Encrypts   EdgeKind = "encrypts"   // key → resource
	Authorizes EdgeKind = "authorizes" // API → the authorizer's pool or function
	Deploys    EdgeKind = "deploys"    // alias or deployment → function
	Grants     EdgeKind = "grants"     // role → resource
	Assumes    EdgeKind = "assumes"    // function, machine, rule, pipe, ... → its role
	AttachedTo EdgeKind = "attachedTo" // function, endpoint, ... → subnet, security group or VPC
)

// Mode says how the called side is called. It is empty where the question makes no sense.
type Mode string

// The modes of an edge.
const (
	Sync  Mode = "sync"
	Async Mode = "async"
	Poll  Mode = "poll"
)

// Strength says how sure an edge is.
type Strength string

// The strengths of an edge, strongest first.
const (
	Certain  Strength = "certain"  // one property names both ends, or a grant on the very thing and an environment reference agree
	Likely   Strength = "likely"   // inferred: a grant on the very thing without other sign of use, a wildcard grant confirmed by an environment reference, a match by name
	Wildcard Strength = "wildcard" // only a grant with wildcards allows it
)

// LowerFirst turns a property name into a setting's name: VisibilityTimeout → visibilityTimeout.
func LowerFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}

// UpperFirst turns a setting's name into the property's.
func UpperFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
