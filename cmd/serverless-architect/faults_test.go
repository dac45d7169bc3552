//go:build toolchain

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-8eee7107/serverless-architect/tools/stack/stacktest"
)

// fault does something else than to pass a call on, where it returns true. n counts the calls of this operation.
type fault func(w http.ResponseWriter, operation string, n int) bool

// faulty stands before the endpoint.
type faulty struct {
	target string
	fault  fault
	mu     sync.Mutex
	calls  map[string]int
}

func (f *faulty) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return
	}
	operation := stacktest.Operation(req, body)
	f.mu.Lock()
	f.calls[operation]++
	n := f.calls[operation]
	f.mu.Unlock()
	if !f.fault(w, operation, n) {
		stacktest.Forward(w, req, f.target, body)
	}
}

// counted are the calls so far, by operation: a call that the review gave up on may still arrive.
func (f *faulty) counted() map[string]int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return maps.Clone(f.calls)
}

// refuse answers with an error in the protocol of the operation.
func refuse(w http.ResponseWriter, operation string, status int, code, message string) {
	switch operation {
	case "GetResource", "GetQueueAttributes", "DescribeKey", "DescribeLogGroups":
		w.Header().Set("Content-Type", "application/x-amz-json-1.0")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(map[string]string{"__type": code, "message": message})
	case "GetMetricData": // CBOR: a map of two texts
		text := func(s string) []byte { return append([]byte{0x79, byte(len(s) >> 8), byte(len(s))}, s...) }
		w.Header().Set("Content-Type", "application/cbor")
		w.Header().Set("Smithy-Protocol", "rpc-v2-cbor")
		w.WriteHeader(status)
		out := []byte{0xa2}
		for _, s := range []string{"__type", code, "message", message} {
			out = append(out, text(s)...)
		}
		_, _ = w.Write(out)
	case "": // Lambda: REST
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("X-Amzn-ErrorType", code)
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(map[string]string{"message": message})
	default:
		w.Header().Set("Content-Type", "text/xml")
		w.WriteHeader(status)
		fmt.Fprintf(w, "<ErrorResponse><Error><Code>%s</Code><Message>%s</Message></Error></ErrorResponse>", code, message)
	}
}

// cut breaks a connection off: at once, or in the middle of an answer.
func cut(w http.ResponseWriter, half string) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	if half != "" {
		_, _ = conn.Write([]byte("HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: 5000\r\n\r\n" + half))
	} else if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

func only(operation string, do func(w http.ResponseWriter, n int) bool) fault {
	return func(w http.ResponseWriter, op string, n int) bool { return op == operation && do(w, n) }
}

// TestFaultsOnTheWay puts a fault in the way of one kind of call, and shows that the review ends in bounded time with
// what it could get, in clear words. Each row is the table of the package's note.
func TestFaultsOnTheWay(t *testing.T) {
	throttled := func(op string, upTo int) fault {
		return only(op, func(w http.ResponseWriter, n int) bool {
			if n <= upTo {
				refuse(w, op, 400, "Throttling", "Rate exceeded")
			}
			return n <= upTo
		})
	}
	const ever = 1 << 30
	url, key := manyQueues(t)
	for name, c := range map[string]struct {
		fault  fault
		within time.Duration
		code   int    // 3: no report
		words  string // in the report, or on standard error
		whole  bool   // nothing is missing in the end
	}{
		"throttled twice":             {throttled("DescribeStacks", 2), 20 * time.Second, 1, "queue-without-dlq", true},
		"throttled for ever":          {throttled("DescribeStacks", ever), 40 * time.Second, 3, "try again in a minute", false},
		"settings throttled twice":    {throttled("GetResource", 2), 20 * time.Second, 1, "queue-without-dlq", true},
		"settings throttled for ever": {throttled("GetResource", ever), 60 * time.Second, 1, "throttled", false},
		"metrics refused": {only("GetMetricData", func(w http.ResponseWriter, _ int) bool {
			refuse(w, "GetMetricData", 403, "AccessDenied", "no")
			return true
		}), 20 * time.Second, 1, "access denied to cloudwatch:GetMetricData", false},
		"account refused": {only("", func(w http.ResponseWriter, _ int) bool {
			refuse(w, "", 403, "AccessDeniedException", "no")
			return true
		}), 20 * time.Second, 1, "access denied to lambda:GetAccountSettings", false},
		"metrics always an error": {only("GetMetricData", func(w http.ResponseWriter, _ int) bool {
			refuse(w, "GetMetricData", 500, "InternalServiceFault", "oops")
			return true
		}), 60 * time.Second, 1, "InternalServiceFault", false},
		"first call always an error": {only("DescribeStacks", func(w http.ResponseWriter, _ int) bool {
			refuse(w, "DescribeStacks", 500, "InternalFailure", "oops")
			return true
		}), 60 * time.Second, 3, "InternalFailure", false},
		"slow, but in time": {func(_ http.ResponseWriter, _ string, _ int) bool { time.Sleep(400 * time.Millisecond); return false }, 60 * time.Second, 1, "queue-without-dlq", true},
		"connection reset once": {only("GetTemplate", func(w http.ResponseWriter, n int) bool {
			if n == 1 {
				cut(w, "")
			}
			return n == 1
		}), 20 * time.Second, 1, "queue-without-dlq", true},
		"half an answer once": {only("GetTemplate", func(w http.ResponseWriter, n int) bool {
			if n == 1 {
				cut(w, "<GetTemplateResponse><GetTem")
			}
			return n == 1
		}), 20 * time.Second, 1, "queue-without-dlq", true},
		"half an answer always": {only("GetTemplate", func(w http.ResponseWriter, _ int) bool { cut(w, "<GetTemplateResponse><GetTem"); return true }), 60 * time.Second, 3, "reading the template of stack", false},
		"stack deleted between pages": {only("ListStackResources", func(w http.ResponseWriter, n int) bool {
			if n > 1 {
				refuse(w, "ListStackResources", 400, "ValidationError", "Stack with id many does not exist")
			}
			return n > 1
		}), 20 * time.Second, 1, "physical ids are incomplete", false},
		"page token expired": {only("ListStackResources", func(w http.ResponseWriter, n int) bool {
			if n > 1 {
				refuse(w, "ListStackResources", 400, "ValidationError", "Invalid token")
			}
			return n > 1
		}), 20 * time.Second, 1, "physical ids are incomplete", false},
		"resource gone after the list": {only("GetResource", func(w http.ResponseWriter, n int) bool {
			if n == 1 {
				refuse(w, "GetResource", 400, "ResourceNotFoundException", "gone")
			}
			return n == 1
		}), 20 * time.Second, 1, "has it been deleted?", false},
		"an endpoint that never answers": {only("GetResource", func(w http.ResponseWriter, _ int) bool { time.Sleep(90 * time.Second); return true }), 80 * time.Second, 1, "did not answer", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := &faulty{target: url, fault: c.fault, calls: map[string]int{}}
			s := httptest.NewServer(f)
			defer s.CloseClientConnections()
			start := time.Now()
			stdout, stderr, code := live(t, s.URL, key, "test", "review", "--json", "--fail-on", "low", "--stack", "many")
			took := time.Since(start)
			assert.Less(t, took, c.within)
			assert.Equal(t, c.code, code, stderr)
			assert.Contains(t, stdout+stderr, c.words)
			if c.code == exitWorld {
				assert.Empty(t, stdout)
				return
			}
			require.Contains(t, stdout, "queue-without-dlq", "what could be read is reviewed")
			unknown := stdout[strings.Index(stdout, `"unknown": [`):]
			assert.Equal(t, c.whole, strings.HasPrefix(unknown, `"unknown": []`), unknown[:min(len(unknown), 600)])
			t.Logf("%.1f s, calls %v", took.Seconds(), f.counted())
		})
	}
}

// manyQueues is a stack with two pages of resources, which all faults share.
func manyQueues(t *testing.T) (url, key string) {
	t.Helper()
	e := stacktest.Start(t)
	account := e.Account()
	credentials, err := account.Retrieve(t.Context())
	require.NoError(t, err)
	var b strings.Builder
	b.WriteString("Resources:\n  Role: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: 'sts:AssumeRole'}]}}}\n" +
		"  Worker: {Type: AWS::Lambda::Function, Properties: {Timeout: 30, Role: !GetAtt Role.Arn, Code: {ZipFile: x}, Handler: index.handler, Runtime: nodejs24.x}}\n" +
		"  Mapping: {Type: AWS::Lambda::EventSourceMapping, Properties: {FunctionName: !Ref Worker, EventSourceArn: !GetAtt Q0.Arn}}\n")
	for i := range 110 {
		fmt.Fprintf(&b, "  Q%d: {Type: AWS::SQS::Queue}\n", i)
	}
	stacktest.Deploy(t, e.Client(account), "many", b.String(), nil)
	return e.URL, credentials.AccessKeyID
}
