package stack

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sort"
	"strings"

	"github.com/aws/smithy-go"
)

// Kind says why AWS could not be read.
type Kind string

// The kinds of refusal.
const (
	NotFound      Kind = "not-found"
	Denied        Kind = "denied"
	NoCredentials Kind = "no-credentials"
	Expired       Kind = "expired"
	Throttled     Kind = "throttled"
	Network       Kind = "network"
	Interrupted   Kind = "interrupted"
	Unexpected    Kind = "unexpected"
)

// Error is a refusal in words: what was being done, why it failed, what to try.
type Error struct {
	Kind    Kind
	What    string   // "reading stack orders"
	Detail  string   // what AWS or the network said, shortened
	Action  string   // the IAM action, where one was refused
	Region  string   // where it was tried
	Nearest []string // for NotFound: stacks with similar names
	Total   int      // for NotFound: how many stacks there are
	Err     error
}

func (e *Error) Unwrap() error { return e.Err }

func (e *Error) Error() string {
	s := e.What
	if e.Region != "" {
		s += " in " + e.Region
	}
	return s + ": " + e.Detail
}

// Next says what to try.
func (e *Error) Next() string {
	switch e.Kind {
	case NotFound:
		if len(e.Nearest) > 0 {
			return "did you mean " + strings.Join(e.Nearest, ", ") + "?"
		}
		return fmt.Sprintf("the region has %d other stacks; check --region and --profile", e.Total)
	case Denied:
		return "allow " + e.Action + " to these credentials"
	case NoCredentials:
		return "log in (aws sso login, aws configure) or choose --profile"
	case Expired:
		return "log in again (aws sso login --profile ...)"
	case Throttled:
		return "try again in a minute"
	case Network:
		return "check the network, the proxy settings and --region"
	case Interrupted:
		return "try again, or give it more time"
	}
	return "try again; if it stays, report it with this message"
}

// KindOf returns the kind of an error of this package, Unexpected for any other.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Unexpected
}

// explain turns what the SDK returned into an Error.
func explain(action, what, region string, err error) error {
	e := &Error{Kind: Unexpected, What: what, Detail: short(err.Error()), Action: action, Region: region, Err: err}
	var api smithy.APIError
	var netErr net.Error
	switch {
	case errors.Is(err, context.Canceled):
		e.Kind, e.Detail = Interrupted, "it was cancelled"
	case errors.As(err, &api):
		e.Kind = kindOfCode(api.ErrorCode(), api.ErrorMessage())
		e.Detail = short(api.ErrorCode() + ": " + api.ErrorMessage())
	case mentions(err, "get identity", "failed to refresh cached credentials", "no EC2 IMDS role found", "static credentials are empty"):
		e.Kind, e.Detail = NoCredentials, "no AWS credentials were found"
		if mentions(err, "token has expired", "SSO session", "expired") {
			e.Kind, e.Detail = Expired, "the login has expired"
		}
	case mentions(err, "exceeded maximum number of attempts", "retry quota exceeded") && mentions(err, "Throttl", "Rate exceeded"):
		e.Kind = Throttled
	case errors.Is(err, context.DeadlineExceeded):
		e.Kind, e.Detail = Interrupted, "AWS did not answer in time"
	case errors.As(err, &netErr), mentions(err, "no such host", "connection refused", "connection reset", "EOF", "request send failed"):
		e.Kind, e.Detail = Network, "the endpoint could not be reached ("+short(innermost(err))+")"
	}
	return e
}

func kindOfCode(code, message string) Kind {
	switch code {
	case "AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError", "AuthorizationErrorException", "NotAuthorized":
		return Denied
	case "Throttling", "ThrottlingException", "TooManyRequestsException", "RequestLimitExceeded", "SlowDown":
		return Throttled
	case "ExpiredToken", "ExpiredTokenException", "RequestExpired":
		return Expired
	case "InvalidClientTokenId", "UnrecognizedClientException", "SignatureDoesNotMatch", "AuthFailure", "InvalidAccessKeyId":
		return NoCredentials
	case "ValidationError", "StackNotFoundException":
		if strings.Contains(message, "does not exist") {
			return NotFound
		}
	}
	return Unexpected
}

func mentions(err error, any ...string) bool {
	text := err.Error()
	for _, s := range any {
		if strings.Contains(text, s) {
			return true
		}
	}
	return false
}

// innermost is the first message of a chain: SDK errors wrap five deep.
func innermost(err error) string {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err.Error()
		}
		err = inner
	}
}

// short bounds a foreign message and makes its control characters visible.
func short(s string) string {
	const limit = 300
	if r := []rune(s); len(r) > limit {
		s = string(r[:limit]) + "..."
	}
	q := quote(s)
	return q[1 : len(q)-1]
}

func quote(s string) string { return fmt.Sprintf("%q", s) }

// nearest returns up to three names that share most with the wanted one.
func nearest(want string, names []string) []string {
	type scored struct {
		name  string
		score float64
	}
	var found []scored
	for _, n := range names {
		if s := alike(strings.ToLower(want), strings.ToLower(n)); s >= 0.4 {
			found = append(found, scored{n, s})
		}
	}
	sort.SliceStable(found, func(i, j int) bool { return found[i].score > found[j].score })
	var out []string
	for _, f := range found[:min(3, len(found))] {
		out = append(out, f.name)
	}
	return out
}

// alike is the Dice coefficient of the two texts' letter pairs, 0 to 1.
func alike(a, b string) float64 {
	pairs := map[string]int{}
	for i := 0; i+2 <= len(a); i++ {
		pairs[a[i:i+2]]++
	}
	shared := 0
	for i := 0; i+2 <= len(b); i++ {
		if pairs[b[i:i+2]] > 0 {
			pairs[b[i:i+2]]--
			shared++
		}
	}
	if total := len(a) + len(b) - 2; total > 0 {
		return 2 * float64(shared) / float64(total)
	}
	return 0
}
