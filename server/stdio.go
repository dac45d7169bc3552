package server

import (
	"context"
	"errors"
	"io"
	"log/slog"

	"github.com/mark3labs/mcp-go/server"
)

// ServeStdio speaks MCP on in and out until in ends or ctx is done. Nothing but the protocol goes to out.
func ServeStdio(ctx context.Context, s *server.MCPServer, in io.Reader, out io.Writer, logger *slog.Logger) error {
	stdio := server.NewStdioServer(s)
	stdio.SetErrorLogger(slog.NewLogLogger(logger.Handler(), slog.LevelWarn))
	rest, shared := extendStdio(in, out)
	defer rest.Close() // lets the reader of in go; never fails
	err := stdio.Listen(ctx, rest, shared)
	if errors.Is(err, io.EOF) || errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}
