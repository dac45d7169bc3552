package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/mcp"
	"github.com/stretchr/testify/require"
)

// readResource gives the text of a resource, or what the server said against it.
func readResource(t *testing.T, c *client.Client, uri string) (string, error) {
	t.Helper()
	var req mcp.ReadResourceRequest
	req.Params.URI = uri
	out, err := c.ReadResource(t.Context(), req)
	if err != nil {
		return "", err
	}
	return out.Contents[0].(mcp.TextResourceContents).Text, nil
}

func TestResourcesCanBeListedAndRead(t *testing.T) {
	c := stdioClient(t)
	listed, err := c.ListResources(t.Context(), mcp.ListResourcesRequest{})
	require.NoError(t, err)
	uris := map[string]string{
		"serverless://patterns/queue-worker":                              "# Queue worker",
		"serverless://guides/eda/sqs-lambda":                              "isibility timeout",
		"serverless://rules/queue-visibility-below-function-timeout":      "ESM001",
		"serverless://facts/sqs":                                          "sqs.",
		"skill://serverless-architect/patterns/queue-worker.yaml":         "nodes:",
		"skill://serverless-architect/guides/eda/sqs-lambda.md":           "isibility timeout",
		"skill://serverless-architect/rules/fifo-target-without-group.md": "FIFO",
	}
	for _, r := range listed.Resources {
		uris[r.URI] = ""
	}
	require.Contains(t, uris, "serverless://patterns")
	require.Contains(t, uris, "skill://serverless-architect/SKILL.md")
	for uri, want := range uris {
		text, err := readResource(t, c, uri)
		require.NoError(t, err, uri)
		require.NotEmpty(t, text, uri)
		require.Contains(t, text, want, uri)
	}
	for _, uri := range []string{"serverless://guides/eda/none", "serverless://rules/none", "skill://serverless-architect/guides", "skill://serverless-architect/../go.mod", "skill://serverless-architect/references.go"} {
		_, err := readResource(t, c, uri)
		require.ErrorContains(t, err, "not found", uri)
	}
}

func TestTemplatesAndPromptsCompleteTheirArguments(t *testing.T) {
	c := stdioClient(t)
	templates, err := c.ListResourceTemplates(t.Context(), mcp.ListResourceTemplatesRequest{})
	require.NoError(t, err)
	var offered []string
	for _, tmpl := range templates.ResourceTemplates {
		offered = append(offered, tmpl.URITemplate.Raw())
	}
	require.ElementsMatch(t, []string{"serverless://guides/{domain}/{topic}", "serverless://patterns/{slug}", "serverless://rules/{id}", "serverless://facts/{table}", "skill://serverless-architect/{+path}"}, offered)

	page := func(uri string) any { return mcp.ResourceReference{Type: "ref/resource", URI: uri} }
	ask := func(name string) any { return mcp.PromptReference{Type: "ref/prompt", Name: name} }
	for _, k := range []struct {
		ref             any
		argument, typed string
		given           map[string]string
		want            string // among the values; "": there is none
	}{
		{page("serverless://patterns/{slug}"), "slug", "queue-", nil, "queue-worker"},
		{page("serverless://rules/{id}"), "id", "queue-vis", nil, "queue-visibility-below-function-timeout"},
		{page("serverless://facts/{table}"), "table", "sq", nil, "sqs"},
		{page("serverless://guides/{domain}/{topic}"), "domain", "", nil, "observability"},
		{page("serverless://guides/{domain}/{topic}"), "topic", "sqs-l", map[string]string{"domain": "eda"}, "sqs-lambda"},
		{page("serverless://guides/{domain}/{topic}"), "topic", "sqs-l", nil, ""},
		{page("serverless://patterns/{slug}"), "slug", "no-such", nil, ""},
		{ask("design"), "language", "", nil, "typescript"},
		{ask("explain"), "topic", "guides/eda/sqs-l", nil, "guides/eda/sqs-lambda"},
		{ask("review"), "target", "", nil, ""},
	} {
		var req mcp.CompleteRequest
		req.Params.Ref = k.ref
		req.Params.Argument.Name, req.Params.Argument.Value = k.argument, k.typed
		req.Params.Context.Arguments = k.given
		out, err := c.Complete(t.Context(), req)
		require.NoError(t, err)
		require.LessOrEqual(t, len(out.Completion.Values), 100)
		if k.want == "" {
			require.Equal(t, []string{}, out.Completion.Values, k.argument)
			continue
		}
		require.Contains(t, out.Completion.Values, k.want)
	}
}

func TestPromptsBringWhatTheKnowledgeSays(t *testing.T) {
	c := stdioClient(t)
	listed, err := c.ListPrompts(t.Context(), mcp.ListPromptsRequest{})
	require.NoError(t, err)
	calls := map[string]struct {
		given map[string]string
		want  []string
	}{
		"design":  {map[string]string{"requirements": "orders by HTTP, 50 a second, none may be lost", "language": "python"}, []string{"orders by HTTP", `language "python"`, "queue-worker", "guides/"}},
		"review":  {map[string]string{"target": "stack:orders", "concern": "lost events"}, []string{`review_stack with stack "orders"`, "lost events", "guides/"}},
		"migrate": {map[string]string{"from": "cron jobs on EC2"}, []string{"cron jobs on EC2", "Propose the target", "guides/"}},
		"explain": {map[string]string{"topic": "guides/eda/sqs-lambda#visibility-timeout"}, []string{"isibility timeout", "checked 20"}},
	}
	require.Len(t, listed.Prompts, len(calls))
	for _, p := range listed.Prompts {
		var req mcp.GetPromptRequest
		req.Params.Name, req.Params.Arguments = p.Name, calls[p.Name].given
		out, err := c.GetPrompt(t.Context(), req)
		require.NoError(t, err, p.Name)
		text := out.Messages[0].Content.(mcp.TextContent).Text
		for _, want := range calls[p.Name].want {
			require.Contains(t, text, want, p.Name)
		}
		require.LessOrEqual(t, tokens(t, text), 6000, "%s: a prompt must leave room for the work", p.Name)

		req.Params.Arguments = nil
		_, err = c.GetPrompt(t.Context(), req)
		require.ErrorContains(t, err, p.Name, "what is missing is said")
	}
}

// The user's own pages are read over MCP too.
func TestTheServerSearchesTheUsersOwnPages(t *testing.T) {
	own := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(own, "names.md"), []byte("# Queue names\n\nOur SQS queues are called after the zebra convention.\n"), 0o600))
	c := stdioClientOf(t, []string{"serve", "--knowledge", own})
	out := call(t, c, "search_knowledge", map[string]any{"query": "zebra convention of queue names"})
	require.Contains(t, text(out), "zebra convention")
}
