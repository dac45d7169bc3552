package main

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/client/transport"
	"github.com/mark3labs/mcp-go/mcp"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tiktoken-go/tokenizer"

	"github.com/seed-8eee7107/serverless-architect/tools"
)

// program is this test binary under the program's name: testscript.Main put it on the path.
func program(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("serverless-architect")
	require.NoError(t, err)
	return path
}

// environment keeps a test away from the user's credentials and caches.
func environment(t *testing.T) []string {
	return append(os.Environ(), "HOME="+t.TempDir(), "SERVERLESS_ARCHITECT_TODAY=2026-11-23", "AWS_EC2_METADATA_DISABLED=true",
		"AWS_CONFIG_FILE=/dev/null", "AWS_SHARED_CREDENTIALS_FILE=/dev/null", "AWS_REGION=us-east-1", "AWS_ACCESS_KEY_ID=", "AWS_SECRET_ACCESS_KEY=", "AWS_PROFILE=")
}

func stdioClient(t *testing.T, options ...client.ClientOption) *client.Client {
	t.Helper()
	return stdioClientOf(t, nil, options...)
}

// stdioClientOf starts the program with arguments.
func stdioClientOf(t *testing.T, arguments []string, options ...client.ClientOption) *client.Client {
	t.Helper()
	c := client.NewClient(transport.NewStdioWithOptions(program(t), nil, arguments, transport.WithCommandFunc(
		func(ctx context.Context, command string, _ []string, args []string) (*exec.Cmd, error) {
			cmd := exec.CommandContext(ctx, command, args...)
			cmd.Env = environment(t)
			return cmd, nil
		})), options...)
	require.NoError(t, c.Start(t.Context()))
	return shake(t, c)
}

var transports = map[string]func(*testing.T) *client.Client{
	"stdio": func(t *testing.T) *client.Client { return stdioClient(t) },
	"http":  httpClient,
}

// httpServer starts the program on a free port and returns its address.
func httpServer(t *testing.T) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program(t), "serve", "--http", "127.0.0.1:0")
	cmd.Env = environment(t)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	stderr, err := cmd.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Wait() }) // it was interrupted
	line, err := bufio.NewReader(stderr).ReadString('\n')
	require.NoError(t, err)
	go func() { _, _ = io.Copy(io.Discard, stderr) }()
	url := regexp.MustCompile(`http://\S+`).FindString(line)
	require.NotEmpty(t, url, line)
	return url
}

func httpClient(t *testing.T) *client.Client {
	t.Helper()
	c, err := client.NewStreamableHttpClient(httpServer(t))
	require.NoError(t, err)
	require.NoError(t, c.Start(t.Context()))
	return shake(t, c)
}

func shake(t *testing.T, c *client.Client) *client.Client {
	t.Helper()
	t.Cleanup(func() { _ = c.Close() })
	var req mcp.InitializeRequest
	req.Params.ProtocolVersion = mcp.LATEST_PROTOCOL_VERSION
	req.Params.ClientInfo = mcp.Implementation{Name: "test", Version: "1"}
	init, err := c.Initialize(t.Context(), req)
	require.NoError(t, err)
	require.LessOrEqual(t, tokens(t, init.Instructions), 200, "the instructions are read in every chat")
	return c
}

func call(t *testing.T, c *client.Client, name string, arguments map[string]any) *mcp.CallToolResult {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	var req mcp.CallToolRequest
	req.Params.Name, req.Params.Arguments = name, arguments
	out, err := c.CallTool(ctx, req)
	require.NoError(t, err)
	if !out.IsError {
		assert.NoError(t, schemas()[name].Validate(out.StructuredContent), "the result of %s is not as its schema says", name)
	}
	return out
}

// schemas are the compiled output schemas of all tools.
var schemas = sync.OnceValue(func() map[string]*jsonschema.Schema {
	out := map[string]*jsonschema.Schema{}
	for _, tool := range tools.Tools() {
		schema, err := jsonschema.UnmarshalJSON(strings.NewReader(tool.Output))
		if err != nil {
			panic(err)
		}
		c := jsonschema.NewCompiler()
		if err := c.AddResource(tool.Name, schema); err != nil {
			panic(err)
		}
		out[tool.Name] = c.MustCompile(tool.Name)
	}
	return out
})

func text(r *mcp.CallToolResult) string {
	var b strings.Builder
	for _, c := range r.Content {
		if tc, ok := c.(mcp.TextContent); ok {
			b.WriteString(tc.Text)
		}
	}
	return b.String()
}

const flawed = `
Resources:
  Queue: {Type: AWS::SQS::Queue}
  Worker:
    Type: AWS::Lambda::Function
    Properties: {Timeout: 60, Role: 'arn:aws:iam::111122223333:role/worker', Code: {ZipFile: x}, Handler: index.handler, Runtime: nodejs24.x}
  Mapping:
    Type: AWS::Lambda::EventSourceMapping
    Properties: {FunctionName: !Ref Worker, EventSourceArn: !GetAtt Queue.Arn}
`

// TestEveryToolAnswers calls each tool as a client would, over both transports.
func TestEveryToolAnswers(t *testing.T) {
	calls := map[string]struct {
		arguments map[string]any
		want      string // in the text
		refused   bool
	}{
		"search_knowledge":  {arguments: map[string]any{"query": "visibility timeout of an SQS queue that triggers Lambda"}, want: "isibility"},
		"read_knowledge":    {arguments: map[string]any{"id": "facts/sqs"}, want: "sqs."},
		"generate_cdk":      {arguments: map[string]any{"pattern": "queue-worker"}, want: "aws-cdk-lib"},
		"review_template":   {arguments: map[string]any{"template": flawed}, want: "Queue"},
		"draw_architecture": {arguments: map[string]any{"template": flawed}, want: "flowchart"},
		"review_stack":      {arguments: map[string]any{"stack": "orders"}, want: "credentials", refused: true},
	}
	for transport, connect := range transports {
		t.Run(transport, func(t *testing.T) {
			c := connect(t)
			listed, err := c.ListTools(t.Context(), mcp.ListToolsRequest{})
			require.NoError(t, err)
			require.Len(t, listed.Tools, len(calls))
			for _, tool := range listed.Tools {
				example, ok := calls[tool.Name]
				require.True(t, ok, "no call for %s", tool.Name)
				out := call(t, c, tool.Name, example.arguments)
				assert.Equal(t, example.refused, out.IsError, "%s: %s", tool.Name, text(out))
				assert.Contains(t, text(out), example.want, tool.Name)
				assert.Equal(t, example.refused, out.StructuredContent == nil, tool.Name)
			}
		})
	}
}

func TestToolsAreSmallTypedAndHarmless(t *testing.T) {
	c := stdioClient(t)
	listed, err := c.ListTools(t.Context(), mcp.ListToolsRequest{})
	require.NoError(t, err)
	whole, err := json.Marshal(listed)
	require.NoError(t, err)
	n := tokens(t, string(whole))
	t.Logf("tools/list: %d tokens", n)
	require.LessOrEqual(t, n, 2500)
	for _, tool := range listed.Tools {
		a := tool.Annotations
		require.True(t, a.ReadOnlyHint != nil && *a.ReadOnlyHint, tool.Name)
		require.True(t, a.DestructiveHint != nil && !*a.DestructiveHint, tool.Name)
		require.True(t, a.IdempotentHint != nil && *a.IdempotentHint, tool.Name)
		require.True(t, a.OpenWorldHint != nil && *a.OpenWorldHint == strings.Contains("review_stack draw_architecture", tool.Name), tool.Name)
		require.LessOrEqual(t, len(tool.Name), 24)
		require.NotEmpty(t, tool.InputSchema.Properties, tool.Name)
	}
	require.LessOrEqual(t, len(tools.Tools()), 8)
}

func tokens(t *testing.T, s string) int {
	t.Helper()
	enc, err := tokenizer.Get(tokenizer.O200kBase)
	require.NoError(t, err)
	ids, _, err := enc.Encode(s)
	require.NoError(t, err)
	return len(ids)
}

func TestAServerReadsNoFilesBeyondItsReach(t *testing.T) {
	outside := filepath.Join(t.TempDir(), "secret.yaml")
	require.NoError(t, os.WriteFile(outside, []byte(flawed), 0o600))
	for name, connect := range transports {
		out := call(t, connect(t), "review_template", map[string]any{"paths": []string{outside}})
		require.True(t, out.IsError, name)
		require.Contains(t, text(out), "secret.yaml", name)
		require.NotContains(t, text(out), "Worker", name)
	}
}

// folders are the roots a client offers.
type folders []string

func (f folders) ListRoots(context.Context, mcp.ListRootsRequest) (*mcp.ListRootsResult, error) {
	var out mcp.ListRootsResult
	for _, dir := range f {
		out.Roots = append(out.Roots, mcp.Root{URI: "file://" + dir, Name: filepath.Base(dir)})
	}
	return &out, nil
}

func TestTheClientsRootsMayBeRead(t *testing.T) {
	dir := t.TempDir()
	inside := filepath.Join(dir, "template.yaml")
	require.NoError(t, os.WriteFile(inside, []byte(flawed), 0o600))
	c := stdioClient(t, client.WithRootsHandler(folders{dir}))
	out := call(t, c, "review_template", map[string]any{"paths": []string{inside}})
	require.False(t, out.IsError, text(out))
	require.Contains(t, text(out), "ESM001")
	// The client's roots replace the working folder, they do not add to it.
	wd, err := os.Getwd()
	require.NoError(t, err)
	out = call(t, c, "review_template", map[string]any{"paths": []string{filepath.Join(wd, "testdata", "example", "template.yaml")}})
	require.True(t, out.IsError)
}

// TestTheWireSurvivesGarbage speaks raw lines: what is wrong is answered, and the server lives on.
func TestTheWireSurvivesGarbage(t *testing.T) {
	lines := []struct{ send, want string }{
		{`{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}`, `"serverInfo"`},
		{`this is no JSON`, `-32700`},
		{`{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"make_coffee","arguments":{}}}`, `make_coffee`},
		{`{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"search_knowledge","arguments":{"query":5}}}`, `query`},
		{`{"jsonrpc":"2.0","id":4,"method":"tools/call","params":{"name":"search_knowledge","arguments":{"query":"sqs","colour":"red"}}}`, `colour`},
		{`{"jsonrpc":"2.0","id":5,"method":"no/such/method"}`, `-32601`},
		{`{"jsonrpc":"2.0","id":6,"method":"tools/call","params":{"name":"search_knowledge","arguments":{"query":"dead-letter queue"}}}`, `passages`},
	}
	cmd := exec.CommandContext(t.Context(), program(t))
	cmd.Env = environment(t)
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	r := bufio.NewReader(out)
	for _, l := range lines {
		_, err := io.WriteString(in, l.send+"\n")
		require.NoError(t, err)
		answer, err := r.ReadString('\n')
		require.NoError(t, err)
		require.True(t, json.Valid([]byte(answer)), answer)
		require.Contains(t, answer, l.want)
	}
	// Standard input closes while a request is on its way: the program ends cleanly, and soon.
	_, err = io.WriteString(in, strings.Replace(lines[6].send, `"id":6`, `"id":7`, 1)+"\n")
	require.NoError(t, err)
	require.NoError(t, in.Close())
	rest, err := io.ReadAll(r)
	require.NoError(t, err)
	for l := range strings.Lines(string(rest)) {
		require.True(t, json.Valid([]byte(l)), l)
	}
	require.NoError(t, cmd.Wait())
}
