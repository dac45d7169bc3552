//go:build toolchain

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/client/transport"
	"github.com/mark3labs/mcp-go/mcp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-8eee7107/serverless-architect/tools/stack/stacktest"
)

// liveClients connect to servers that reach an emulated AWS.
func liveClients(url, key string) map[string]func(*testing.T) *client.Client {
	account := []string{"AWS_ENDPOINT_URL=" + url, "AWS_ACCESS_KEY_ID=" + key, "AWS_SECRET_ACCESS_KEY=test"}
	return map[string]func(*testing.T) *client.Client{
		"stdio": func(t *testing.T) *client.Client {
			c := client.NewClient(transport.NewStdioWithOptions(program(t), nil, nil, transport.WithCommandFunc(
				func(ctx context.Context, command string, _ []string, args []string) (*exec.Cmd, error) {
					cmd := exec.CommandContext(ctx, command, args...)
					cmd.Env = append(environment(t), account...)
					return cmd, nil
				})))
			require.NoError(t, c.Start(t.Context()))
			return shake(t, c)
		},
		"http": func(t *testing.T) *client.Client {
			cmd := exec.CommandContext(t.Context(), program(t), "serve", "--http", "127.0.0.1:0")
			cmd.Env = append(environment(t), account...)
			cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
			stderr, err := cmd.StderrPipe()
			require.NoError(t, err)
			require.NoError(t, cmd.Start())
			t.Cleanup(func() { _ = cmd.Wait() }) // it was interrupted
			line, err := bufio.NewReader(stderr).ReadString('\n')
			require.NoError(t, err)
			go func() { _, _ = io.Copy(io.Discard, stderr) }()
			c, err := client.NewStreamableHttpClient(regexp.MustCompile(`http://\S+`).FindString(line))
			require.NoError(t, err)
			require.NoError(t, c.Start(t.Context()))
			return shake(t, c)
		},
	}
}

// slowly passes everything on and lets settings take their time.
func slowly(t *testing.T, target string, pause time.Duration) *faulty {
	t.Helper()
	return &faulty{target: target, calls: map[string]int{}, fault: only("GetResource", func(http.ResponseWriter, int) bool {
		time.Sleep(pause)
		return false
	})}
}

func TestProgressArrivesBeforeTheResult(t *testing.T) {
	url, key := manyQueues(t)
	s := httptest.NewServer(slowly(t, url, 40*time.Millisecond))
	defer s.Close()
	for name, connect := range liveClients(s.URL, key) {
		t.Run(name, func(t *testing.T) {
			c := connect(t)
			var mu sync.Mutex
			var seen []float64
			c.OnNotification(func(n mcp.JSONRPCNotification) {
				if n.Method == "notifications/progress" {
					mu.Lock()
					defer mu.Unlock()
					seen = append(seen, n.Params.AdditionalFields["progress"].(float64))
				}
			})
			for range 5 {
				mu.Lock()
				seen = nil
				mu.Unlock()
				var req mcp.CallToolRequest
				req.Params.Name, req.Params.Arguments = "review_stack", map[string]any{"stack": "many"}
				req.Params.Meta = &mcp.Meta{ProgressToken: "p"}
				out, err := c.CallTool(t.Context(), req)
				require.NoError(t, err)
				require.False(t, out.IsError, text(out))
				mu.Lock()
				got := append([]float64{}, seen...)
				mu.Unlock()
				require.GreaterOrEqual(t, len(got), 2)
				assert.IsIncreasing(t, got)
				assert.Equal(t, 113.0, got[len(got)-1], "the last one, too, is there when the result is")
			}
		})
	}
}

func TestACancelledReviewStopsCallingAWS(t *testing.T) {
	url, key := manyQueues(t)
	f := slowly(t, url, 300*time.Millisecond)
	s := httptest.NewServer(f)
	defer s.Close()
	total := func() int {
		n := 0
		for _, calls := range f.counted() {
			n += calls
		}
		return n
	}
	for name, connect := range liveClients(s.URL, key) {
		t.Run(name, func(t *testing.T) {
			c := connect(t)
			before := total()
			ctx, cancel := context.WithCancel(t.Context())
			go func() {
				for total() < before+20 {
					time.Sleep(10 * time.Millisecond)
				}
				cancel()
			}()
			var req mcp.CallToolRequest
			req.Params.Name, req.Params.Arguments = "review_stack", map[string]any{"stack": "many"}
			_, err := c.CallTool(ctx, req)
			require.Error(t, err)
			time.Sleep(time.Second)
			atOnce := total()
			time.Sleep(1500 * time.Millisecond)
			assert.Equal(t, atOnce, total(), "no call later than a second")
			assert.Less(t, total()-before, 60, "the stack has 113 resources")
			assert.NotEmpty(t, call(t, c, "read_knowledge", map[string]any{"id": "facts/sqs"}).Content, "the server lives on")
		})
	}
}

// A chat's worth of calls: the list, a review within its budget, one finding whole (without a further call to AWS),
// many stacks, and an unknown name.
func TestAChatAboutDeployedStacks(t *testing.T) {
	url, key := manyQueues(t)
	account := stacktest.AccountOf(key)
	e := &stacktest.Emulator{URL: url}
	stacktest.Deploy(t, e.Client(account), "orders", behaving, nil)
	stacktest.Deploy(t, e.Client(account), "busy", "Resources:\n  Role: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: 'sts:AssumeRole'}]}}}\n"+
		"  Busy: {Type: AWS::Lambda::Function, Properties: {ReservedConcurrentExecutions: 400, Role: !GetAtt Role.Arn, Code: {ZipFile: x}, Handler: index.handler, Runtime: nodejs24.x}}\n"+
		"  Bus: {Type: AWS::Events::Rule, Properties: {EventBusName: orders, EventPattern: {source: [y]}, Targets: [{Id: f, Arn: !GetAtt Busy.Arn}]}}\n", nil)
	f := &faulty{target: url, calls: map[string]int{}, fault: func(http.ResponseWriter, string, int) bool { return false }}
	s := httptest.NewServer(f)
	defer s.Close()
	c := liveClients(s.URL, key)["stdio"](t)

	list := text(call(t, c, "review_stack", map[string]any{}))
	assert.Regexp(t, `orders.*CREATE_COMPLETE, \d{4}-\d\d-\d\d, 1\d resources`, list)

	out := call(t, c, "review_stack", map[string]any{"stack": "orders", "max_tokens": 600})
	require.False(t, out.IsError, text(out))
	assert.Less(t, len(text(out)), 600*4+400)
	structured, err := json.Marshal(out.StructuredContent)
	require.NoError(t, err)
	var r struct {
		Findings []struct{ ID, Message string }
	}
	require.NoError(t, json.Unmarshal(structured, &r))
	require.NotEmpty(t, r.Findings)

	f.mu.Lock()
	f.calls = map[string]int{}
	f.mu.Unlock()
	detail := text(call(t, c, "review_stack", map[string]any{"stack": "orders", "detail": r.Findings[0].ID}))
	assert.Contains(t, detail, strings.Split(r.Findings[0].Message, ":")[0])
	assert.Empty(t, f.counted(), "details come from the last ten minutes' review")

	many := call(t, c, "review_stack", map[string]any{"match": "*"})
	require.False(t, many.IsError, text(many))
	assert.Contains(t, text(many), "3 stacks, worst first")
	assert.Contains(t, text(many), "reserve 400 of the account's 573 concurrent executions")
	assert.Contains(t, text(many), "`orders` takes the events of 2 stacks: busy, orders")

	unknown := call(t, c, "review_stack", map[string]any{"stack": "order"})
	assert.True(t, unknown.IsError)
	assert.Contains(t, text(unknown), "did you mean orders?")
}
