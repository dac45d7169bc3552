package rules

import (
	"math"
	"regexp"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// tokens are spellings that only credentials have, with the words for them.
var tokens = []struct {
	name    string
	pattern *regexp.Regexp
}{
	{"an AWS access key id", regexp.MustCompile(`\b(AKIA|ASIA)[0-9A-Z]{16}\b`)},
	{"a private key", regexp.MustCompile(`-----BEGIN ([A-Z]+ )?PRIVATE KEY-----`)},
	{"a GitHub token", regexp.MustCompile(`\b(gh[pousr]_[0-9A-Za-z]{36,}|github_pat_[0-9A-Za-z_]{40,})`)},
	{"a Slack token", regexp.MustCompile(`\bxox[abprs]-[0-9A-Za-z-]{20,}`)},
	{"a Stripe key", regexp.MustCompile(`\b[rs]k_live_[0-9A-Za-z]{20,}`)},
	{"a signed token (JWT)", regexp.MustCompile(`\beyJ[0-9A-Za-z_-]{10,}\.eyJ[0-9A-Za-z_-]{10,}\.[0-9A-Za-z_-]{10,}`)},
	{"a connection string with a password", regexp.MustCompile(`\b[a-z][a-z0-9+]+://[^\s:/@{}$<>]+:[^\s:/@{}$<>]{4,}@[^\s]+`)},
}

var (
	secretName  = regexp.MustCompile(`(?i)(passw(or)?d|secret|token|api_?key|private_?key|credential)`)
	harmlessEnd = regexp.MustCompile(`(?i)(arn|name|id|ids|url|uri|path|param|parameter|key_?prefix|table|queue|topic|bucket|ttl|timeout|expiry|expiration|validity|length|type|issuer|audience|enabled|endpoint|seconds|minutes|hours|days|version|algorithm|header|region|use|usage|count|limit|max|min)$`)
	placeholder = regexp.MustCompile(`(?i)(change|replace|example|dummy|placeholder|sample|test|fake|local|your|todo|tbd|insert|xxx|\*\*\*|none|null|undefined|default|secret|password|token|unused|<|\{\{)`)
)

// secretIn says what credential a literal text shows, "" where it shows none.
func secretIn(text string) string {
	for _, t := range tokens {
		if found := t.pattern.FindString(text); found != "" && !strings.Contains(found, "EXAMPLE") && !placeholder.MatchString(credentialOf(found)) {
			return t.name
		}
	}
	return ""
}

// credentialOf is the password of a connection string, else the whole text.
func credentialOf(found string) string {
	if _, rest, ok := strings.Cut(found, "://"); ok {
		user, _, _ := strings.Cut(rest, "@")
		_, password, _ := strings.Cut(user, ":")
		return password
	}
	return ""
}

// looksRandom tells a generated secret from a word: long enough, no spaces, letters and digits mixed, and nearly
// as many different characters as such a text has. 3 bits a character lets words, paths and host names pass.
func looksRandom(text string) bool {
	if len(text) < 16 || strings.ContainsAny(text, " /\t\n") || !strings.ContainsAny(text, "0123456789") || placeholder.MatchString(text) {
		return false
	}
	return strings.ContainsAny(strings.ToLower(text), "abcdefghijklmnopqrstuvwxyz") && entropy(text) >= 3
}

// entropy is Shannon's, in bits a character.
func entropy(text string) float64 {
	counts, total := map[rune]float64{}, 0.0
	for _, r := range text {
		counts[r]++
		total++
	}
	sum := 0.0
	for _, n := range counts {
		sum -= n / total * math.Log2(n/total)
	}
	return sum
}

// hidden is a value's place without its text: a finding must not repeat a secret.
func hidden(v graph.Value) graph.Value { return graph.NewString(v.At, "(hidden)") }
