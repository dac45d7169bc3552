package server

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"sync"

	"github.com/mark3labs/mcp-go/mcp"
)

// mcp-go v1.2.1 knows the protocol's own methods only and has no hook for others. So requests of the skills extension
// are answered in front of it, on both transports, and everything else passes untouched. This file can go once
// mcp-go takes custom methods.

// answer replies to a request of an extension. ok is false for every other message.
func answer(message []byte) (reply []byte, ok bool) {
	// Every message comes this way: one look spares nearly all of them a second parse. Slashes may be escaped in JSON.
	if !bytes.Contains(message, []byte("skills")) && !bytes.Contains(message, []byte("directory")) {
		return nil, false
	}
	var request struct {
		Version string          `json:"jsonrpc"`
		ID      json.RawMessage `json:"id"`
		Method  string          `json:"method"`
		Params  json.RawMessage `json:"params"`
	}
	if json.Unmarshal(message, &request) != nil || request.Version != mcp.JSONRPC_VERSION || len(request.ID) == 0 || string(request.ID) == "null" {
		return nil, false
	}
	method, ok := skillMethods[request.Method]
	if !ok {
		return nil, false
	}
	out := map[string]any{"jsonrpc": mcp.JSONRPC_VERSION, "id": request.ID}
	if result, failure := method(request.Params); failure != nil {
		out["error"] = failure
	} else {
		out["result"] = result
	}
	reply, err := json.Marshal(out)
	return reply, err == nil
}

// extendHTTP answers the extensions' requests and hands on the others.
func extendHTTP(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			next.ServeHTTP(w, r)
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			status := http.StatusBadRequest
			if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
				status = http.StatusRequestEntityTooLarge
			}
			http.Error(w, "reading the request: "+err.Error(), status)
			return
		}
		if reply, ok := answer(body); ok {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write(reply) // a client that went away needs no answer
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		next.ServeHTTP(w, r)
	})
}

// lockedWriter lets two writers share an output: each Write goes out whole.
type lockedWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *lockedWriter) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}

// extendStdio gives the input that mcp-go shall read and the output it shall write, with the extensions' requests
// taken out and answered. The goroutine ends when in does, or when the reader is closed.
func extendStdio(in io.Reader, out io.Writer) (*io.PipeReader, io.Writer) {
	rest, forward := io.Pipe()
	shared := &lockedWriter{w: out}
	go func() {
		r := bufio.NewReader(in)
		for {
			line, err := r.ReadBytes('\n')
			var failed error
			if reply, ok := answer(line); ok {
				_, failed = shared.Write(append(reply, '\n'))
			} else {
				_, failed = forward.Write(line)
			}
			if failed != nil {
				err = failed
			}
			if err != nil {
				_ = forward.CloseWithError(err) // never fails
				return
			}
		}
	}()
	return rest, shared
}
