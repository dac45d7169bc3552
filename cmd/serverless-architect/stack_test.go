//go:build toolchain

package main

import (
	"context"
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-8eee7107/serverless-architect/tools"
	"github.com/seed-8eee7107/serverless-architect/tools/stack"
	"github.com/seed-8eee7107/serverless-architect/tools/stack/stacktest"
)

// live runs the program against an endpoint, as a user with credentials would.
func live(t *testing.T, url, key, secret string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, program(t), args...)
	cmd.Env = append(environment(t), "AWS_ENDPOINT_URL="+url, "AWS_REGION="+stacktest.Region, "AWS_ACCESS_KEY_ID="+key, "AWS_SECRET_ACCESS_KEY="+secret)
	var out, errs strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &errs
	_ = cmd.Run() // the exit code says it
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

// TestADeployedStackGivesTheFindingsOfItsTemplate creates every real template that the emulator can create as it is,
// and compares the two reviews.
func TestADeployedStackGivesTheFindingsOfItsTemplate(t *testing.T) {
	e := stacktest.Start(t)
	found, err := filepath.Glob(filepath.Join(root(t), ".ci", "templates", "c*", "*"))
	require.NoError(t, err)
	deployed := 0
	for _, path := range found {
		account := e.Account()
		credentials, err := account.Retrieve(t.Context())
		require.NoError(t, err)
		template, err := os.ReadFile(path)
		require.NoError(t, err)
		if !stacktest.TryDeploy(t, e.Client(account), "reviewed", string(template)) {
			continue // the emulator does not know a type, or the template needs what stands elsewhere
		}
		deployed++
		fromFile, _, _ := live(t, e.URL, credentials.AccessKeyID, "test", "review", "--json", path)
		fromStack, stderr, _ := live(t, e.URL, credentials.AccessKeyID, "test", "review", "--json", "--stack", "reviewed")
		require.NotEmpty(t, fromStack, stderr)
		// The real parameter values decide the conditions: what holds in one branch only may be gone, nothing is new.
		assert.Subset(t, places(t, fromFile), places(t, fromStack), filepath.Base(path))
		assert.Subset(t, places(t, fromStack), unconditional(t, fromFile), filepath.Base(path))
	}
	t.Logf("%d of %d templates could be created and compared", deployed, len(found))
	require.GreaterOrEqual(t, deployed, 12)
}

// places lists a report's findings by severity, rule and resource, without those that only a deployed stack can have.
func places(t *testing.T, report string) []string {
	t.Helper()
	return list(t, report, func(string) bool { return true })
}

// unconditional lists those that hold in every branch.
func unconditional(t *testing.T, report string) []string {
	t.Helper()
	return list(t, report, func(when string) bool { return when == "" })
}

func list(t *testing.T, report string, admit func(when string) bool) []string {
	t.Helper()
	var r struct {
		Findings []struct {
			Rule, Code, Severity, When string
			Resource                   struct{ ID string }
		}
	}
	require.NoError(t, json.Unmarshal([]byte(report), &r), report)
	out := []string{}
	for _, f := range r.Findings {
		if admit(f.When) && !strings.HasPrefix(f.Code, "LIV") {
			out = append(out, f.Severity+" "+f.Rule+" "+f.Resource.ID)
		}
	}
	return out
}

func TestRealParameterValuesDecide(t *testing.T) {
	const template = `
Parameters: {Wait: {Type: Number, Default: 30}}
Resources:
  Queue: {Type: AWS::SQS::Queue, Properties: {VisibilityTimeout: !Ref Wait}}
  Role: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: 'sts:AssumeRole'}]}}}
  Worker: {Type: AWS::Lambda::Function, Properties: {Timeout: 60, Role: !GetAtt Role.Arn, Code: {ZipFile: x}, Handler: index.handler, Runtime: nodejs24.x}}
  Mapping: {Type: AWS::Lambda::EventSourceMapping, Properties: {FunctionName: !Ref Worker, EventSourceArn: !GetAtt Queue.Arn}}
`
	e := stacktest.Start(t)
	account := e.Account()
	credentials, err := account.Retrieve(t.Context())
	require.NoError(t, err)
	stacktest.Deploy(t, e.Client(account), "long", template, map[string]string{"Wait": "400"})
	stacktest.Deploy(t, e.Client(account), "short", template, nil)
	const rule = "high queue-visibility-below-function-timeout Queue"
	report, _, _ := live(t, e.URL, credentials.AccessKeyID, "test", "review", "--json", "--stack", "long")
	require.NotContains(t, strings.Join(places(t, report), "\n"), "queue-visibility-below-function-timeout")
	report, _, code := live(t, e.URL, credentials.AccessKeyID, "test", "review", "--json", "--stack", "short")
	require.Contains(t, strings.Join(places(t, report), "\n"), "queue-visibility-below-function-timeout")
	require.Equal(t, exitFindings, code, rule)

	_, stderr, code := live(t, e.URL, credentials.AccessKeyID, "test", "review", "--stack", "lon")
	require.Equal(t, exitInput, code)
	require.Contains(t, stderr, "did you mean long?")
}

// TestTheWorldsRefusalsAreClear meets each refusal of AWS and of the network. The messages are stored in
// testdata/refusals; UPDATE_SCRIPTS rewrites them.
func TestTheWorldsRefusalsAreClear(t *testing.T) {
	answer := func(status int, code, message string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/xml")
			w.WriteHeader(status)
			_, _ = w.Write([]byte("<ErrorResponse><Error><Code>" + code + "</Code><Message>" + message + "</Message></Error></ErrorResponse>"))
		}
	}
	for name, handler := range map[string]http.HandlerFunc{
		"access-denied":    answer(403, "AccessDenied", "User: arn:aws:iam::111122223333:user/x is not authorized to perform: cloudformation:DescribeStacks"),
		"throttled":        answer(400, "Throttling", "Rate exceeded"),
		"expired":          answer(403, "ExpiredToken", "The security token included in the request is expired"),
		"bad-credentials":  answer(403, "InvalidClientTokenId", "The security token included in the request is invalid"),
		"unknown-stack":    answer(400, "ValidationError", "Stack with id orders does not exist"),
		"server-error":     answer(500, "InternalFailure", "oops"),
		"connection-reset": func(w http.ResponseWriter, _ *http.Request) { reset(w) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := httptest.NewServer(handler)
			defer s.Close()
			stdout, stderr, code := live(t, s.URL, "AKIDEXAMPLE", "secret", "review", "--stack", "orders")
			require.Empty(t, stdout)
			require.NotContains(t, stderr, "secret")
			// Ports differ from run to run, and so do the transport's own words for a connection that ended.
			stderr = regexp.MustCompile(`could not be reached \([^)]+\)`).ReplaceAllString(stderr, "could not be reached (WHY)")
			got := fmt.Sprintf("exit code %d\n%s", code, regexp.MustCompile(`127\.0\.0\.1:\d+`).ReplaceAllString(stderr, "127.0.0.1:PORT"))
			golden := filepath.Join("testdata", "refusals", name+".txt")
			if update {
				require.NoError(t, os.WriteFile(golden, []byte(got), 0o644))
			}
			want, err := os.ReadFile(golden)
			require.NoError(t, err)
			require.Equal(t, string(want), got)
		})
	}
}

// TestAnExpiredSingleSignOnSaysHowToLogIn has a profile of IAM Identity Center, whose kept token has expired, and one
// that never logged in: neither needs a network to be told.
func TestAnExpiredSingleSignOnSaysHowToLogIn(t *testing.T) {
	s := httptest.NewServer(http.NotFoundHandler())
	defer s.Close()
	for name, token := range map[string]string{
		"expired": `{"startUrl":"https://corp.example.com/start","region":"us-east-1","accessToken":"kept-secret","expiresAt":"2020-01-01T00:00:00Z"}`,
		"absent":  "",
	} {
		t.Run(name, func(t *testing.T) {
			home := t.TempDir()
			cache := filepath.Join(home, ".aws", "sso", "cache")
			require.NoError(t, os.MkdirAll(cache, 0o700))
			config := "[profile corp]\nsso_session = corp\nsso_account_id = 111122223333\nsso_role_name = Reader\nregion = us-east-1\n" +
				"[sso-session corp]\nsso_start_url = https://corp.example.com/start\nsso_region = us-east-1\n"
			require.NoError(t, os.WriteFile(filepath.Join(home, ".aws", "config"), []byte(config), 0o600))
			if token != "" {
				sum := sha1.Sum([]byte("corp"))
				require.NoError(t, os.WriteFile(filepath.Join(cache, hex.EncodeToString(sum[:])+".json"), []byte(token), 0o600))
			}
			cmd := exec.CommandContext(t.Context(), program(t), "review", "--stack", "orders", "--profile", "corp")
			cmd.Env = append(environment(t), "HOME="+home, "AWS_CONFIG_FILE="+filepath.Join(home, ".aws", "config"), "AWS_ENDPOINT_URL="+s.URL)
			out, err := cmd.CombinedOutput()
			require.Error(t, err)
			require.Equal(t, exitWorld, cmd.ProcessState.ExitCode(), string(out))
			require.Contains(t, string(out), "aws sso login")
			require.Equal(t, token != "", strings.Contains(string(out), "the login has expired"), string(out))
			require.NotContains(t, string(out), "kept-secret")
		})
	}
}

// reset closes the connection without an answer.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // a reset, not an end
	}
	_ = conn.Close()
}

// unread are resources of the types that live.yaml lacks, because the emulator's own state says nothing of them.
const unread = `
  Version: {Type: AWS::Lambda::Version, Properties: {FunctionName: !Ref F}}
  Alias: {Type: AWS::Lambda::Alias, Properties: {FunctionName: !Ref F, FunctionVersion: !GetAtt Version.Version, Name: live}}
  Users: {Type: AWS::Cognito::UserPool}
  Rest: {Type: AWS::ApiGateway::RestApi, Properties: {Name: rest}}
  Get: {Type: AWS::ApiGateway::Method, Properties: {RestApiId: !Ref Rest, ResourceId: !GetAtt Rest.RootResourceId, HttpMethod: GET, AuthorizationType: AWS_IAM, Integration: {Type: MOCK}}}
  Deployment: {Type: AWS::ApiGateway::Deployment, DependsOn: Get, Properties: {RestApiId: !Ref Rest}}
  Stage: {Type: AWS::ApiGateway::Stage, Properties: {RestApiId: !Ref Rest, DeploymentId: !Ref Deployment, StageName: prod}}
  Http: {Type: AWS::ApiGatewayV2::Api, Properties: {Name: http, ProtocolType: HTTP}}
  HttpStage: {Type: AWS::ApiGatewayV2::Stage, Properties: {ApiId: !Ref Http, StageName: prod, AutoDeploy: true}}
  Mail: {Type: AWS::SNS::Subscription, Properties: {TopicArn: !Ref T, Protocol: email, Endpoint: a@example.com}}
  Imports: {Type: AWS::SNS::Subscription, Properties: {TopicArn: !Ref T, Protocol: sqs, Endpoint: !ImportValue shared}}
`

// TestThePublishedPolicySuffices reviews a stack as a user who may do exactly what permissions prints, on an emulator
// that enforces policies, and then without one action after the other: the review must end, and name what it lost. The
// stack has each type that is read; our Cloud Control refuses a read that lacks any right of the type's handler.
func TestThePublishedPolicySuffices(t *testing.T) {
	e := stacktest.Start(t, "AUTH=true")
	admin := stacktest.RootCredentials()
	template, err := os.ReadFile(filepath.Join(root(t), "tools", "stack", "testdata", "live.yaml"))
	require.NoError(t, err)
	stacktest.Deploy(t, e.Client(admin), "shared", "Resources: {Q: {Type: 'AWS::SQS::Queue'}}\nOutputs: {Q: {Value: !GetAtt Q.Arn, Export: {Name: shared}}}", nil)
	stacktest.Deploy(t, e.Client(admin), "orders", string(template)+unread, nil)
	policy, _, code := live(t, e.URL, "test", "test", "permissions")
	require.Equal(t, exitDone, code)
	// The emulator takes the reading of one mapping for the listing of all.
	const mapping = `"lambda:GetEventSourceMapping"`
	policy = strings.Replace(policy, mapping, mapping+`,"lambda:ListEventSourceMappings"`, 1)
	t.Setenv("AWS_ENDPOINT_URL", e.URL)
	t.Setenv("AWS_REGION", stacktest.Region)
	review := func(name, policy string) (string, error) {
		key, secret := e.User(t, name, policy)
		t.Setenv("AWS_ACCESS_KEY_ID", key)
		t.Setenv("AWS_SECRET_ACCESS_KEY", secret)
		full, err := (&tools.Workbench{Today: today()}).ReviewStackFully(t.Context(), tools.StackInput{Stack: "orders"})
		if err != nil {
			return "", err
		}
		text, err := json.Marshal(full.Report)
		require.NoError(t, err)
		return string(text), nil
	}
	whole, err := review("reviewer", policy)
	require.NoError(t, err)
	require.NotContains(t, whole, "access denied to")
	for _, action := range stack.Actions() {
		less := strings.Replace(policy, `"`+action+`"`, `"cloudformation:ListTypes"`, 1)
		if action == "lambda:GetEventSourceMapping" {
			less = strings.Replace(less, `"lambda:ListEventSourceMappings"`, `"cloudformation:ListTypes"`, 1)
		}
		text, err := review("without-"+strings.ReplaceAll(action, ":", "-"), less)
		if err != nil {
			text = err.Error()
		}
		switch action {
		case "cloudwatch:GetMetricData", "lambda:GetAccountSettings":
			// the emulator does not check these: TestFaultsOnTheWay refuses them
		default:
			assert.Contains(t, text, action, "nothing is said of its loss")
			assert.NotContains(t, whole, action, "it is named without a loss")
		}
	}
}

// TestOnlyReadingCallsGoOut records what a review really sends.
func TestOnlyReadingCallsGoOut(t *testing.T) {
	e := stacktest.Start(t)
	account := e.Account()
	credentials, err := account.Retrieve(t.Context())
	require.NoError(t, err)
	template, err := os.ReadFile(filepath.Join(root(t), "tools", "stack", "testdata", "live.yaml"))
	require.NoError(t, err)
	stacktest.Deploy(t, e.Client(account), "shared", "Resources: {Q: {Type: 'AWS::SQS::Queue'}}\nOutputs: {Q: {Value: !GetAtt Q.Arn, Export: {Name: shared}}}", nil)
	stacktest.Deploy(t, e.Client(account), "orders", string(template)+"  Mail: {Type: AWS::SNS::Subscription, Properties: {TopicArn: !Ref T, Protocol: email, Endpoint: a@example.com}}\n"+
		"  Imports: {Type: AWS::SNS::Subscription, Properties: {TopicArn: !Ref T, Protocol: sqs, Endpoint: !ImportValue shared}}\n", nil)
	recorder := &recorder{target: e.URL}
	s := httptest.NewServer(recorder)
	defer s.Close()
	_, stderr, _ := live(t, s.URL, credentials.AccessKeyID, "test", "review", "--stack", "orders")
	require.NotEmpty(t, recorder.made(), stderr)
	seen := map[string]bool{}
	for _, call := range recorder.made() {
		require.Regexp(t, `^(Describe|Get|List)[A-Z]|^GET /`, call) // Lambda's calls are verbs and paths
		seen[call] = true
	}
	for _, call := range []string{"DescribeStacks", "GetTemplate", "ListStackResources", "ListExports", "GetResource", "GetMetricData", "GetQueueAttributes", "DescribeKey", "DescribeLogGroups", "ListSubscriptionsByTopic"} {
		require.True(t, seen[call], "%s was not tried", call)
	}
	_, _, _ = live(t, s.URL, credentials.AccessKeyID, "test", "review", "--all-stacks")
	for _, call := range recorder.made() {
		require.Regexp(t, `^(Describe|Get|List)[A-Z]|^GET /`, call)
	}
}

// recorder passes requests on and keeps the names of the operations.
type recorder struct {
	target string
	mu     sync.Mutex
	calls  []string
}

func (r *recorder) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	operation := stacktest.Operation(req, body)
	if operation == "" {
		operation = req.Method + " " + req.URL.Path
	}
	r.mu.Lock()
	r.calls = append(r.calls, operation)
	r.mu.Unlock()
	stacktest.Forward(w, req, r.target, body)
}

// made are the operations so far: a call that the review gave up on may still arrive.
func (r *recorder) made() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.calls)
}
