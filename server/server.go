// Package server carries the tools: an MCP server over stdio or streamable HTTP, with the knowledge as
// resources. It guards the transports (origins, sizes, times) and knows nothing about architecture.
package server

import (
	"context"
	"log/slog"
	"net/url"
	"path/filepath"
	"runtime"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"github.com/seed-8eee7107/serverless-architect/tools"
)

// Name is the server's name in the protocol.
const Name = "serverless-architect"

// instructions are read by every assistant in every chat: under 200 tokens, a test counts them.
const instructions = `Serverless and event-driven architecture on AWS: dated, sourced answers; CDK code that is proven to synthesise; review of whole templates and deployed stacks as one connected system. Offline unless review_stack is used; nothing is ever changed.
- Question about a limit, setting, error, pattern, or what is new: search_knowledge first (it is newer than your training), read_knowledge for a whole page or an AWS::X::Y type.
- Asked for infrastructure: generate_cdk with a pattern's slug or a sketch, not code from memory. Then adapt it.
- Asked whether a template or stack is sound: review_template or review_stack; draw_architecture shows it.
Findings name file, line and fix; "unknown" means undecided, not wrong.`

// New makes an MCP server that answers from w. Each transport passes its own workbench: they differ in which
// files may be read.
func New(w *tools.Workbench, log *slog.Logger) *server.MCPServer {
	s := server.NewMCPServer(Name, w.Version,
		server.WithTitle("Serverless Architect"),
		server.WithInstructions(instructions),
		server.WithLogger(log),
		server.WithRecovery(),
		server.WithInputSchemaValidation(),
		server.WithToolCapabilities(false),
		server.WithResourceCapabilities(false, false),
		server.WithExtensions(map[string]any{skillsExtension: map[string]any{"directoryRead": true}}),
		server.WithRoots(),
		server.WithLegacyServerInitiatedRequests(),
		server.WithPromptCapabilities(false),
		server.WithCompletions(),
		server.WithPromptCompletionProvider(completer{}),
		server.WithResourceCompletionProvider(completer{}),
	)
	for _, t := range tools.Tools() {
		served := t.Serve(w)
		s.AddTool(served.Tool, served.Handler)
	}
	addResources(s, w)
	addSkill(s)
	addPrompts(s, w)
	if w.RootsOf == nil && !w.Reach.Any && len(w.Reach.Roots) > 0 {
		w.RootsOf = func(ctx context.Context) []string { return clientRoots(ctx, s) }
	}
	return s
}

// clientRoots asks the client which folders it allows. A client that has none, or does not answer soon, gives nil:
// the workbench's own roots hold.
func clientRoots(ctx context.Context, s *server.MCPServer) []string {
	session, ok := server.ClientSessionFromContext(ctx).(server.SessionWithClientInfo)
	if !ok || session.GetClientCapabilities().Roots == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	result, err := s.RequestRoots(ctx, mcp.ListRootsRequest{})
	if err != nil {
		slog.Debug("roots", "error", err)
		return nil
	}
	var out []string
	for _, r := range result.Roots {
		if u, err := url.Parse(r.URI); err == nil && u.Scheme == "file" {
			path := filepath.FromSlash(u.Path)
			if runtime.GOOS == "windows" && len(path) > 2 && path[2] == ':' {
				path = path[1:] // file:///C:/x has the path /C:/x
			}
			out = append(out, path)
		}
	}
	return out
}
