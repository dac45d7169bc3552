package stacktest

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/tools/stack"
)

// front stands before the emulator. Cloud Control, which the emulator keeps apart from its stacks, it answers itself,
// from the emulator's own state, read by calls of each service with the rights of the caller, as AWS's read handlers
// do. Everything else it passes on. The models have the property names of the registry schemas (cfn-lint 1.58.0).
type front struct {
	direct string
	mu     sync.Mutex
	secret map[string]string // of access keys that are not "test"
	rights map[string]string // the policies of these keys

	templates map[string]map[string]*graph.Resource // ACCOUNT/STACK → resources by logical id
	physical  map[string]string                     // ACCOUNT/graph id → physical id
}

func newFront(t testing.TB, direct string) (*front, string) {
	f := &front{direct: direct, secret: map[string]string{}, rights: map[string]string{}, templates: map[string]map[string]*graph.Resource{}, physical: map[string]string{}}
	s := httptest.NewServer(f)
	t.Cleanup(s.Close)
	return f, s.URL
}

func (f *front) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return // the client has gone
	}
	if req.Header.Get("X-Amz-Target") != "CloudApiService.GetResource" {
		Forward(w, req, f.direct, body)
		return
	}
	var in struct{ TypeName, Identifier string }
	_ = json.Unmarshal(body, &in) // an empty type is answered below
	properties, err := f.get(req, in.TypeName, in.Identifier)
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	if err != nil {
		answerRefusal(w, in.TypeName, err)
		return
	}
	text, _ := json.Marshal(properties)
	_ = json.NewEncoder(w).Encode(map[string]any{"TypeName": in.TypeName,
		"ResourceDescription": map[string]any{"Identifier": in.Identifier, "Properties": string(text)}})
}

var errUnsupported = errors.New("unsupported")

func (f *front) get(req *http.Request, typ, id string) (map[string]any, error) {
	_, rest, _ := strings.Cut(req.Header.Get("Authorization"), "Credential=")
	key, _, _ := strings.Cut(rest, "/")
	f.mu.Lock()
	secret, rights := f.secret[key], f.rights[key]
	f.mu.Unlock()
	if secret == "" {
		secret = "test"
	}
	c := Caller{URL: f.direct, Key: key, Secret: secret}
	// With AUTH=true the caller must have the right to call Cloud Control at all; the emulator checks that.
	if _, err := c.JSON("cloudcontrolapi", "CloudApiService.GetResource", map[string]any{"TypeName": typ, "Identifier": "not-there"}); denied(err) {
		return nil, err
	}
	// The handlers below make one or two calls each. AWS's own make more, for tags and the like, and fail where they may not.
	for _, action := range stack.ReadPermissions(typ) {
		if rights != "" && !strings.Contains(rights, `"`+action+`"`) {
			return nil, &Refusal{Status: http.StatusForbidden, Code: "AccessDeniedException", Message: "The caller is not authorized to perform: " + action + " on resource: " + id}
		}
	}
	read := handlers[typ]
	if read == nil {
		return nil, errUnsupported
	}
	properties, err := read(c, id)
	if err == nil {
		f.restore(c, typ, id, properties)
	}
	return properties, err
}

func denied(err error) bool {
	var r *Refusal
	return errors.As(err, &r) && strings.HasPrefix(r.Code, "AccessDenied")
}

func answerRefusal(w http.ResponseWriter, typ string, err error) {
	code, message := "GeneralServiceException", err.Error()
	var r *Refusal
	switch {
	case errors.Is(err, errUnsupported):
		code, message = "UnsupportedActionException", "Resource type "+typ+" does not support READ action"
	case errors.As(err, &r) && strings.Contains(r.Message, "cloudformation:GetResource"):
		code, message = "AccessDeniedException", r.Message
	case denied(err):
		message = "AccessDenied. " + r.Message
	case errors.As(err, &r) && (strings.Contains(r.Code, "NotFound") || strings.Contains(r.Code, "NoSuch") || strings.Contains(r.Code, "NonExistent")):
		code = "ResourceNotFoundException"
	}
	w.WriteHeader(http.StatusBadRequest)
	_ = json.NewEncoder(w).Encode(map[string]any{"__type": code, "message": message})
}

// handlers read one resource each: the properties of its type, as Cloud Control names them.
var handlers = map[string]func(Caller, string) (map[string]any, error){
	"AWS::SQS::Queue": func(c Caller, id string) (map[string]any, error) {
		out, err := c.JSON("sqs", "AmazonSQS.GetQueueAttributes", map[string]any{"QueueUrl": id, "AttributeNames": []string{"All"}})
		return typed(out, err, "Attributes", "", "QueueArn=Arn")
	},
	"AWS::SNS::Topic": func(c Caller, id string) (map[string]any, error) {
		out, err := c.Query("sns", "2010-03-31", "GetTopicAttributes", map[string]string{"TopicArn": id})
		return typed(entries(out, "GetTopicAttributesResponse", "GetTopicAttributesResult"), err, "", "Policy EffectiveDeliveryPolicy", "")
	},
	"AWS::SNS::Subscription": func(c Caller, id string) (map[string]any, error) {
		out, err := c.Query("sns", "2010-03-31", "GetSubscriptionAttributes", map[string]string{"SubscriptionArn": id})
		return typed(entries(out, "GetSubscriptionAttributesResponse", "GetSubscriptionAttributesResult"), err, "", "", "")
	},
	"AWS::Lambda::Function": readFunction,
	"AWS::Lambda::EventSourceMapping": func(c Caller, id string) (map[string]any, error) {
		out, err := c.REST("lambda", http.MethodGet, "/2015-03-31/event-source-mappings/"+id, nil)
		if err == nil {
			out["Enabled"] = strings.HasPrefix(out["State"].(string), "Enabl")
			out["FunctionName"] = out["FunctionArn"]
		}
		return out, err
	},
	"AWS::Lambda::Url": func(c Caller, id string) (map[string]any, error) {
		return c.REST("lambda", http.MethodGet, "/2021-10-31/functions/"+url.PathEscape(id)+"/url", nil)
	},
	"AWS::Lambda::EventInvokeConfig": func(c Caller, id string) (map[string]any, error) {
		function, qualifier, _ := strings.Cut(id, "|")
		return c.REST("lambda", http.MethodGet, "/2019-09-25/functions/"+function+"/event-invoke-config?Qualifier="+url.QueryEscape(qualifier), nil)
	},
	"AWS::Events::Rule": readRule,
	"AWS::Scheduler::Schedule": func(c Caller, id string) (map[string]any, error) {
		return c.REST("scheduler", http.MethodGet, "/schedules/"+id, nil)
	},
	"AWS::Pipes::Pipe": func(c Caller, id string) (map[string]any, error) {
		return c.REST("pipes", http.MethodGet, "/v1/pipes/"+id, nil)
	},
	"AWS::DynamoDB::Table": readTable,
	"AWS::CloudWatch::Alarm": func(c Caller, id string) (map[string]any, error) {
		out, err := c.JSON("monitoring", "GraniteServiceVersion20100801.DescribeAlarms", map[string]any{"AlarmNames": []string{id}})
		return firstOf(out, err, "MetricAlarms")
	},
	"AWS::Logs::LogGroup": func(c Caller, id string) (map[string]any, error) {
		out, err := c.JSON("logs", "Logs_20140328.DescribeLogGroups", map[string]any{"logGroupNamePrefix": id})
		group, err := firstOf(out, err, "logGroups")
		if err != nil {
			return nil, err
		}
		return map[string]any{"LogGroupName": id, "RetentionInDays": group["retentionInDays"], "KmsKeyId": group["kmsKeyId"], "Arn": group["arn"]}, nil
	},
	"AWS::IAM::Role": readRole,
	"AWS::KMS::Key":  readKey,
	"AWS::Kinesis::Stream": func(c Caller, id string) (map[string]any, error) {
		out, err := c.JSON("kinesis", "Kinesis_20131202.DescribeStreamSummary", map[string]any{"StreamName": id})
		if err != nil {
			return nil, err
		}
		s, _ := out["StreamDescriptionSummary"].(map[string]any)
		properties := map[string]any{"Name": id, "RetentionPeriodHours": s["RetentionPeriodHours"], "ShardCount": s["OpenShardCount"], "Arn": s["StreamARN"]}
		if s["EncryptionType"] == "KMS" {
			properties["StreamEncryption"] = map[string]any{"EncryptionType": "KMS", "KeyId": s["KeyId"]}
		}
		return properties, nil
	},
	"AWS::StepFunctions::StateMachine": func(c Caller, id string) (map[string]any, error) {
		out, err := c.JSON("states", "AWSStepFunctions.DescribeStateMachine", map[string]any{"stateMachineArn": id})
		if err != nil {
			return nil, err
		}
		properties := map[string]any{"Arn": id, "RoleArn": out["roleArn"], "StateMachineType": out["type"], "DefinitionString": out["definition"], "LoggingConfiguration": upper(out["loggingConfiguration"])}
		if t, ok := out["tracingConfiguration"]; ok {
			properties["TracingConfiguration"] = upper(t)
		}
		return properties, nil
	},
	"AWS::S3::Bucket": readBucket,
}

func readFunction(c Caller, id string) (map[string]any, error) {
	out, err := c.REST("lambda", http.MethodGet, "/2015-03-31/functions/"+id, nil)
	if err != nil {
		return nil, err
	}
	p, _ := out["Configuration"].(map[string]any)
	p["ReservedConcurrentExecutions"] = dig(out, "Concurrency", "ReservedConcurrentExecutions")
	p["KmsKeyArn"] = p["KMSKeyArn"]
	if layers, ok := p["Layers"].([]any); ok {
		for i, l := range layers {
			if arn := dig(l, "Arn"); arn != nil {
				layers[i] = arn
			}
		}
	}
	p["RecursiveLoop"] = "Terminate"
	return p, nil
}

// readRule takes an ARN: arn:aws:events:REGION:ACCOUNT:rule/[BUS/]NAME.
func readRule(c Caller, id string) (map[string]any, error) {
	_, path, _ := strings.Cut(id, ":rule/")
	bus, name, named := strings.Cut(path, "/")
	if !named {
		bus, name = "default", path
	}
	rule, err := c.JSON("events", "AWSEvents.DescribeRule", map[string]any{"Name": name, "EventBusName": bus})
	if err != nil {
		return nil, err
	}
	targets, err := c.JSON("events", "AWSEvents.ListTargetsByRule", map[string]any{"Rule": name, "EventBusName": bus})
	if err != nil {
		return nil, err
	}
	rule["Targets"] = targets["Targets"]
	return rule, nil
}

func readTable(c Caller, id string) (map[string]any, error) {
	out, err := c.JSON("dynamodb", "DynamoDB_20120810.DescribeTable", map[string]any{"TableName": id})
	if err != nil {
		return nil, err
	}
	t, _ := out["Table"].(map[string]any)
	t["BillingMode"] = dig(t, "BillingModeSummary", "BillingMode")
	t["TableClass"] = dig(t, "TableClassSummary", "TableClass")
	if dig(t, "SSEDescription", "Status") == "ENABLED" {
		t["SSESpecification"] = map[string]any{"SSEEnabled": true}
	}
	backups, err := c.JSON("dynamodb", "DynamoDB_20120810.DescribeContinuousBackups", map[string]any{"TableName": id})
	if err != nil {
		return nil, err
	}
	on := dig(backups, "ContinuousBackupsDescription", "PointInTimeRecoveryDescription", "PointInTimeRecoveryStatus") == "ENABLED"
	t["PointInTimeRecoverySpecification"] = map[string]any{"PointInTimeRecoveryEnabled": on}
	ttl, err := c.JSON("dynamodb", "DynamoDB_20120810.DescribeTimeToLive", map[string]any{"TableName": id})
	if err != nil {
		return nil, err
	}
	if dig(ttl, "TimeToLiveDescription", "TimeToLiveStatus") == "ENABLED" {
		t["TimeToLiveSpecification"] = map[string]any{"Enabled": true, "AttributeName": dig(ttl, "TimeToLiveDescription", "AttributeName")}
	}
	return t, nil
}

func readRole(c Caller, id string) (map[string]any, error) {
	call := func(action string, in map[string]string) (map[string]any, error) {
		in["RoleName"] = id
		out, err := c.Query("iam", "2010-05-08", action, in)
		result, _ := dig(out, action+"Response", action+"Result").(map[string]any)
		return result, err
	}
	role, err := call("GetRole", map[string]string{})
	if err != nil {
		return nil, err
	}
	p, _ := role["Role"].(map[string]any)
	p["AssumeRolePolicyDocument"] = unescaped(p["AssumeRolePolicyDocument"])
	p["PermissionsBoundary"] = dig(p, "PermissionsBoundary", "PermissionsBoundaryArn")
	attached, err := call("ListAttachedRolePolicies", map[string]string{})
	if err != nil {
		return nil, err
	}
	arns := []any{}
	members, _ := dig(attached, "AttachedPolicies", "member").([]any)
	for _, m := range members {
		arns = append(arns, dig(m, "PolicyArn"))
	}
	p["ManagedPolicyArns"] = arns
	inline, err := call("ListRolePolicies", map[string]string{})
	if err != nil {
		return nil, err
	}
	policies := []any{}
	names, _ := dig(inline, "PolicyNames", "member").([]any)
	for _, name := range names {
		policy, err := call("GetRolePolicy", map[string]string{"PolicyName": name.(string)})
		if err != nil {
			return nil, err
		}
		policies = append(policies, map[string]any{"PolicyName": name, "PolicyDocument": unescaped(policy["PolicyDocument"])})
	}
	p["Policies"] = policies
	return p, nil
}

func readKey(c Caller, id string) (map[string]any, error) {
	key, err := c.JSON("kms", "TrentService.DescribeKey", map[string]any{"KeyId": id})
	if err != nil {
		return nil, err
	}
	rotation, err := c.JSON("kms", "TrentService.GetKeyRotationStatus", map[string]any{"KeyId": id})
	if err != nil {
		return nil, err
	}
	policy, err := c.JSON("kms", "TrentService.GetKeyPolicy", map[string]any{"KeyId": id, "PolicyName": "default"})
	if err != nil {
		return nil, err
	}
	text, _ := policy["Policy"].(string)
	return map[string]any{"KeyId": id, "Enabled": dig(key, "KeyMetadata", "Enabled"), "EnableKeyRotation": rotation["KeyRotationEnabled"], "KeyPolicy": parsed(text)}, nil
}

func readBucket(c Caller, id string) (map[string]any, error) {
	p := map[string]any{"BucketName": id}
	versioning, err := c.REST("s3", http.MethodGet, "/"+id+"?versioning=", nil)
	if err != nil {
		return nil, err
	}
	if status := dig(versioning, "VersioningConfiguration", "Status"); status != nil {
		p["VersioningConfiguration"] = map[string]any{"Status": status}
	}
	if block, err := c.REST("s3", http.MethodGet, "/"+id+"?publicAccessBlock=", nil); err == nil {
		p["PublicAccessBlockConfiguration"] = block["PublicAccessBlockConfiguration"]
	}
	return p, nil
}
