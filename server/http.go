package server

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/mark3labs/mcp-go/server"
)

// HTTPOptions says how the server listens.
type HTTPOptions struct {
	Addr    string   // host:port; a bare :port means loopback
	Token   string   // bearer token that every request must carry; "" asks for none
	Origins []string // origins of web pages that may call, besides loopback ones
}

// The guards of the HTTP side. mcp-go reads bodies whole and answers any origin, so they stand in front of it.
const (
	maxBody      = 4 << 20 // bytes of one request; the largest sensible one is a template of 1 MB
	headerTime   = 5 * time.Second
	bodyTime     = 30 * time.Second
	idleTime     = 2 * time.Minute
	sessionIdle  = 30 * time.Minute
	shutdownTime = 5 * time.Second
)

// ServeHTTP speaks MCP at /mcp until ctx is done. ready, where not nil, is called with the address once it listens.
func ServeHTTP(ctx context.Context, s *server.MCPServer, o HTTPOptions, logger *slog.Logger, ready func(net.Addr)) error {
	host, _, err := net.SplitHostPort(o.Addr)
	if err != nil {
		return err
	}
	addr := o.Addr
	if host == "" {
		addr = "127.0.0.1" + o.Addr
	}
	if !loopback(host) && o.Token == "" {
		return errors.New("an address beyond this machine needs --token-file: without one anybody who reaches it could use it")
	}
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	mcp := server.NewStreamableHTTPServer(s, server.WithSessionIdleTTL(sessionIdle), server.WithStreamableHTTPLogger(logger))
	mux := http.NewServeMux()
	mux.Handle("/mcp", guard(extendHTTP(mcp), o))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	srv := &http.Server{Handler: mux, ReadHeaderTimeout: headerTime, IdleTimeout: idleTime,
		ErrorLog: slog.NewLogLogger(logger.Handler(), slog.LevelWarn)}
	if ready != nil {
		ready(listener.Addr())
	}
	done := make(chan error, 1)
	go func() { done <- srv.Serve(listener) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTime)
	defer cancel()
	mcp.CloseSessions(stop)
	if err := srv.Shutdown(stop); err != nil {
		return srv.Close() // streams that are still open are cut
	}
	return nil
}

// guard refuses what mcp-go lets pass: foreign origins and hosts, wrong tokens, large and slow bodies.
func guard(next http.Handler, o HTTPOptions) http.Handler {
	want := sha256.Sum256([]byte("Bearer " + o.Token))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if origin := r.Header.Get("Origin"); origin != "" && !allowed(origin, o.Origins) {
			http.Error(w, "origin not allowed; start the server with --allow-origin to admit it", http.StatusForbidden)
			return
		}
		if o.Token == "" && !loopback(hostOnly(r.Host)) {
			http.Error(w, "host not allowed", http.StatusForbidden)
			return
		}
		if o.Token != "" {
			// Hashing makes the comparison's time independent of the length too.
			got := sha256.Sum256([]byte(r.Header.Get("Authorization")))
			if subtle.ConstantTimeCompare(got[:], want[:]) != 1 {
				w.Header().Set("WWW-Authenticate", `Bearer realm="serverless-architect"`)
				http.Error(w, "a bearer token is needed", http.StatusUnauthorized)
				return
			}
		}
		if r.ContentLength > maxBody {
			http.Error(w, "request larger than 4 MiB", http.StatusRequestEntityTooLarge)
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		if r.Method == http.MethodPost {
			// Only reading the body is timed: an answer may stream for longer.
			_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(bodyTime))
		}
		next.ServeHTTP(w, r)
	})
}

func allowed(origin string, extra []string) bool {
	for _, o := range extra {
		if strings.EqualFold(o, origin) {
			return true
		}
	}
	u, err := url.Parse(origin)
	return err == nil && u.Hostname() != "" && loopback(u.Hostname())
}

func hostOnly(hostport string) string {
	if host, _, err := net.SplitHostPort(hostport); err == nil {
		return host
	}
	return strings.Trim(hostport, "[]")
}

func loopback(host string) bool {
	if host == "" || strings.EqualFold(host, "localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
