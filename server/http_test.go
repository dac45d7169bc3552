package server

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestGuardRefusesWhatShouldNotCall(t *testing.T) {
	inner := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		buf := make([]byte, 64<<10)
		for {
			if _, err := r.Body.Read(buf); err != nil {
				if strings.Contains(err.Error(), "too large") {
					w.WriteHeader(http.StatusRequestEntityTooLarge)
				}
				return
			}
		}
	})
	for name, c := range map[string]struct {
		host, origin, token, auth string
		body                      int
		chunked                   bool
		want                      int
	}{
		"a local client":                   {host: "127.0.0.1:8080", want: 200},
		"localhost page":                   {host: "localhost:8080", origin: "http://localhost:3000", want: 200},
		"foreign page":                     {host: "127.0.0.1:8080", origin: "https://evil.example", want: 403},
		"page of a sandboxed frame":        {host: "127.0.0.1:8080", origin: "null", want: 403},
		"lookalike origin":                 {host: "127.0.0.1:8080", origin: "http://localhost.evil.example", want: 403},
		"admitted page":                    {host: "127.0.0.1:8080", origin: "https://ide.example", want: 200},
		"rebound host":                     {host: "evil.example", want: 403},
		"missing token":                    {host: "host.example", token: "s3cret", want: 401},
		"wrong token":                      {host: "host.example", token: "s3cret", auth: "Bearer s3cre", want: 401},
		"right token":                      {host: "host.example", token: "s3cret", auth: "Bearer s3cret", want: 200},
		"large body":                       {host: "127.0.0.1", body: maxBody + 1, want: 413},
		"large body without a told length": {host: "127.0.0.1", body: maxBody + 1, chunked: true, want: 413},
	} {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodPost, "/mcp", strings.NewReader(strings.Repeat("x", c.body)))
			r.Host = c.host
			if c.chunked {
				r.ContentLength = -1
			}
			if c.origin != "" {
				r.Header.Set("Origin", c.origin)
			}
			if c.auth != "" {
				r.Header.Set("Authorization", c.auth)
			}
			w := httptest.NewRecorder()
			guard(inner, HTTPOptions{Token: c.token, Origins: []string{"https://ide.example"}}).ServeHTTP(w, r)
			require.Equal(t, c.want, w.Code)
		})
	}
}
