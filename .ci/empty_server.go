//go:build ignore

// Command empty_server is an MCP server with one tool that knows nothing: what mcp-go itself takes to start and answer, which
// the product's time is compared with.
package main

import (
	"context"
	"log"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

func main() {
	s := server.NewMCPServer("empty", "1")
	s.AddTool(mcp.NewTool("search_knowledge", mcp.WithString("query")), func(_ context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		return mcp.NewToolResultText(r.GetString("query", "")), nil
	})
	if err := server.ServeStdio(s); err != nil {
		log.Fatal(err)
	}
}
