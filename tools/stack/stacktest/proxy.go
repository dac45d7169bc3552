package stacktest

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// Operation names the call that a request makes, in whichever of AWS's protocols: "GetResource", "" where it cannot
// be told.
func Operation(req *http.Request, body []byte) string {
	if target := req.Header.Get("X-Amz-Target"); target != "" {
		return target[strings.LastIndexByte(target, '.')+1:]
	}
	if _, name, ok := strings.Cut(req.URL.Path, "/operation/"); ok { // rpc-v2-cbor: CloudWatch
		return name
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return ""
	}
	return form.Get("Action")
}

// Forward passes a request on, with its host as it was: emulators read the service from the signature.
func Forward(w http.ResponseWriter, req *http.Request, target string, body []byte) {
	out, err := http.NewRequestWithContext(req.Context(), req.Method, target+req.URL.RequestURI(), bytes.NewReader(body))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	out.Header, out.Host = req.Header.Clone(), req.Host
	resp, err := http.DefaultClient.Do(out)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	defer resp.Body.Close()
	for name, values := range resp.Header {
		w.Header()[name] = values
	}
	w.WriteHeader(resp.StatusCode)
	_, _ = io.Copy(w, resp.Body) // the client notices a short answer
}
