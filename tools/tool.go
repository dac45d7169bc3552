// Package tools does what the server and the command line offer: one tool a file, each a typed function that
// the command line calls as it is and that an MCP client reaches through Tools.
//
// It ties the knowledge packages to the outside (files, AWS, the protocol) and decides nothing about
// architecture itself. Tools read only: files below the allowed roots, AWS through Describe, Get and List calls.
package tools

import (
	"context"
	"encoding/json"
	"log/slog"
	"sort"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// Tool is one MCP tool.
type Tool struct {
	Name        string
	Title       string
	Description string
	Input       string // JSON schema of the arguments; a test compares it with the input struct
	Output      string // JSON schema of the structured result, the top two levels
	OpenWorld   bool   // reaches beyond this machine

	call func(context.Context, *Workbench, mcp.CallToolRequest) (Answer, error)
}

// Call runs the tool with the arguments of an MCP call, already decoded from JSON.
func (t Tool) Call(ctx context.Context, w *Workbench, arguments map[string]any) (Answer, error) {
	var req mcp.CallToolRequest
	req.Params.Name, req.Params.Arguments = t.Name, arguments
	return t.call(ctx, w, req)
}

// Answer is what every tool's result can do: be structured content, and be read by a person.
type Answer interface{ Markdown() string }

var registry = map[string]Tool{}

// define registers a tool at start-up.
func define[In any, Out Answer](t Tool, run func(*Workbench, context.Context, In) (Out, error)) bool {
	t.call = func(ctx context.Context, w *Workbench, req mcp.CallToolRequest) (Answer, error) {
		var in In
		if err := req.BindArguments(&in); err != nil {
			return nil, wrong("see the tool's input schema", "reading the arguments of %s: %w", t.Name, err)
		}
		return run(w, ctx, in)
	}
	if _, twice := registry[t.Name]; twice {
		panic("tools: " + t.Name + " is defined twice")
	}
	registry[t.Name] = t
	return true
}

// Tools returns every tool, sorted by name.
func Tools() []Tool {
	out := make([]Tool, 0, len(registry))
	for _, t := range registry {
		out = append(out, t)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Name < out[j].Name })
	return out
}

// Serve turns a tool into what mcp-go serves, answering from w.
func (t Tool) Serve(w *Workbench) server.ServerTool {
	def := mcp.NewToolWithRawSchema(t.Name, t.Description, json.RawMessage(t.Input))
	def.RawOutputSchema = json.RawMessage(t.Output)
	yes, no, open := true, false, t.OpenWorld
	// All four hints are set: left out, they mean "writes, destroys".
	def.Annotations = mcp.ToolAnnotation{Title: t.Title, ReadOnlyHint: &yes, DestructiveHint: &no, IdempotentHint: &yes, OpenWorldHint: &open}
	return server.ServerTool{Tool: def, Handler: func(ctx context.Context, req mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		ctx, drain := progress(ctx, req)
		out, err := t.call(ctx, w, req)
		drain()
		if err != nil {
			return failure(t.Name, err), nil
		}
		return mcp.NewToolResultStructured(out, out.Markdown()), nil
	}}
}

// failure is the one place where a class of error becomes a result. The assistant reads it, so it says what to do.
func failure(tool string, err error) *mcp.CallToolResult {
	if ClassOf(err) != OurBug {
		return mcp.NewToolResultError(err.Error())
	}
	slog.Error("tool failed", "tool", tool, "error", err)
	return mcp.NewToolResultError("something went wrong inside " + tool + " that is not your doing; the server's log has the details")
}
