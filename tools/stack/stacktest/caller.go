package stacktest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// Caller makes plain, signed calls to an endpoint: tests need a call or two of many services, for which a client
// library each would be much.
type Caller struct{ URL, Key, Secret string }

// Refusal is what the endpoint answered instead.
type Refusal struct {
	Status        int
	Code, Message string
}

func (r *Refusal) Error() string { return fmt.Sprintf("%d %s: %s", r.Status, r.Code, r.Message) }

// JSON calls an operation of a service that speaks JSON, such as ("sqs", "AmazonSQS.GetQueueAttributes").
func (c Caller) JSON(service, target string, in map[string]any) (map[string]any, error) {
	body, err := json.Marshal(in)
	if err != nil {
		return nil, err
	}
	return c.send(service, http.MethodPost, "/", body, "application/x-amz-json-1.1", target)
}

// REST calls a path of a service that speaks JSON over HTTP verbs: Lambda, Scheduler, Pipes.
func (c Caller) REST(service, method, path string, in map[string]any) (map[string]any, error) {
	var body []byte
	if in != nil {
		var err error
		if body, err = json.Marshal(in); err != nil {
			return nil, err
		}
	}
	return c.send(service, method, path, body, "application/json", "")
}

// Query calls an operation of a service that speaks forms and XML: IAM, SNS, CloudWatch. Lists come as "member".
func (c Caller) Query(service, version, action string, in map[string]string) (map[string]any, error) {
	form := url.Values{"Action": {action}, "Version": {version}}
	for k, v := range in {
		form.Set(k, v)
	}
	return c.send(service, http.MethodPost, "/", []byte(form.Encode()), "application/x-www-form-urlencoded", "")
}

// Put stores an object, or makes the bucket where path has one step only.
func (c Caller) Put(path, content string) error {
	_, err := c.send("s3", http.MethodPut, path, []byte(content), "application/octet-stream", "")
	return err
}

func (c Caller) send(service, method, path string, body []byte, kind, target string) (map[string]any, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, c.URL+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", kind)
	if target != "" {
		req.Header.Set("X-Amz-Target", target)
	}
	sum := sha256.Sum256(body)
	if err := v4.NewSigner().SignHTTP(ctx, aws.Credentials{AccessKeyID: c.Key, SecretAccessKey: c.Secret}, req, hex.EncodeToString(sum[:]), service, Region, time.Now()); err != nil {
		return nil, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	out := map[string]any{}
	if text := bytes.TrimSpace(answer); bytes.HasPrefix(text, []byte("<")) {
		tree, _ := element(xml.NewDecoder(bytes.NewReader(text))).(map[string]any)
		out = tree
	} else if len(text) > 0 {
		d := json.NewDecoder(bytes.NewReader(text))
		d.UseNumber()
		if err := d.Decode(&out); err != nil {
			return nil, fmt.Errorf("%s %s: %w: %s", service, target, err, text)
		}
	}
	if resp.StatusCode >= 300 {
		return nil, refused(resp, out)
	}
	return out, nil
}

func refused(resp *http.Response, out map[string]any) *Refusal {
	r := &Refusal{Status: resp.StatusCode}
	if e, ok := dig(out, "ErrorResponse", "Error").(map[string]any); ok {
		out = e
	}
	for _, name := range []string{"__type", "Code", "code"} {
		if s, ok := out[name].(string); ok && r.Code == "" {
			r.Code = s[strings.LastIndexByte(s, '#')+1:]
		}
	}
	if r.Code == "" {
		r.Code, _, _ = strings.Cut(resp.Header.Get("X-Amzn-Errortype"), ":")
	}
	for _, name := range []string{"message", "Message"} {
		if s, ok := out[name].(string); ok {
			r.Message = s
		}
	}
	return r
}

// element reads XML as maps; what occurs several times, or is called member or entry, is a list.
func element(d *xml.Decoder) any {
	out := map[string]any{}
	var text strings.Builder
	for {
		token, err := d.Token()
		if err != nil {
			return out
		}
		switch t := token.(type) {
		case xml.CharData:
			text.Write(t)
		case xml.EndElement:
			if len(out) == 0 {
				return strings.TrimSpace(text.String())
			}
			return out
		case xml.StartElement:
			name, child := t.Name.Local, element(d)
			list, several := out[name].([]any)
			switch old, there := out[name]; {
			case several:
				out[name] = append(list, child)
			case there:
				out[name] = []any{old, child}
			case name == "member" || name == "entry":
				out[name] = []any{child}
			default:
				out[name] = child
			}
		}
	}
}

// dig walks down maps; nil where a step is missing.
func dig(v any, path ...string) any {
	for _, name := range path {
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = m[name]
	}
	return v
}
