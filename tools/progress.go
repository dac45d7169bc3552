package tools

import (
	"context"
	"sync"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"github.com/seed-8eee7107/serverless-architect/tools/stack"
)

const (
	progressEvery = 200 * time.Millisecond // an assistant's client shows no more
	drainAtMost   = time.Second
	// drainPause lets the transport write what it has taken from the channel. mcp-go v1.2.1 writes results and
	// notifications from two goroutines, and loses or misorders the last notification of a call without a pause.
	drainPause = 20 * time.Millisecond
)

// notifier sends progress notifications of one call, where its client has asked for them.
type notifier struct {
	ctx   context.Context
	token mcp.ProgressToken
	mu    sync.Mutex
	last  time.Time
	sent  float64
}

// progress prepares ctx for a call; drain is to be called before the call's result is returned.
func progress(ctx context.Context, req mcp.CallToolRequest) (_ context.Context, drain func()) {
	s := server.ServerFromContext(ctx)
	if s == nil || req.Params.Meta == nil || req.Params.Meta.ProgressToken == nil {
		return ctx, func() {}
	}
	n := &notifier{ctx: ctx, token: req.Params.Meta.ProgressToken}
	return stack.WithProgress(ctx, func(done, total int, what string) { n.send(s, done, total, what) }), n.drain
}

// send passes progress on, at most every 200 ms. Progress must grow: what comes late from another goroutine is
// dropped.
func (n *notifier) send(s *server.MCPServer, done, total int, what string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	now := time.Now()
	if float64(done) <= n.sent || now.Sub(n.last) < progressEvery && done < total {
		return
	}
	n.last, n.sent = now, float64(done)
	// A client that is gone needs no progress.
	_ = s.SendNotificationToClient(n.ctx, "notifications/progress", map[string]any{"progressToken": n.token, "progress": done, "total": total, "message": what})
}

// drain waits until the notifications are on their way: a result must not overtake them.
func (n *notifier) drain() {
	n.mu.Lock()
	sent := n.sent > 0
	n.mu.Unlock()
	session := server.ClientSessionFromContext(n.ctx)
	if !sent || session == nil {
		return
	}
	for deadline := time.Now().Add(drainAtMost); len(session.NotificationChannel()) > 0 && time.Now().Before(deadline); {
		time.Sleep(5 * time.Millisecond)
	}
	time.Sleep(drainPause)
}
