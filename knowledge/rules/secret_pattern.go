package rules

import (
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/lazy"
)

// tokens are spellings that only credentials have, with the words for them.
var tokens = []struct {
	name    string
	marks   []string // one of them is in each: most texts have none, and expressions take their time
	pattern func() *regexp.Regexp
}{
	{"an AWS access key id", []string{"AKIA", "ASIA"}, lazy.Regexp(`\b(AKIA|ASIA)[0-9A-Z]{16}\b`)},
	{"a private key", []string{"-----BEGIN"}, lazy.Regexp(`-----BEGIN ([A-Z]+ )?PRIVATE KEY-----`)},
	{"a GitHub token", []string{"ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"}, lazy.Regexp(`\b(gh[pousr]_[0-9A-Za-z]{36,}|github_pat_[0-9A-Za-z_]{40,})`)},
	{"a Slack token", []string{"xox"}, lazy.Regexp(`\bxox[abprs]-[0-9A-Za-z-]{20,}`)},
	{"a Stripe key", []string{"k_live_"}, lazy.Regexp(`\b[rs]k_live_[0-9A-Za-z]{20,}`)},
	{"a SendGrid key", []string{"SG."}, lazy.Regexp(`\bSG\.[0-9A-Za-z_-]{16,}\.[0-9A-Za-z_-]{16,}`)},
	{"a GitLab token", []string{"glpat-"}, lazy.Regexp(`\bglpat-[0-9A-Za-z_-]{20,}`)},
	{"a signed token (JWT)", []string{"eyJ"}, lazy.Regexp(`\beyJ[0-9A-Za-z_-]{10,}\.eyJ[0-9A-Za-z_-]{10,}\.[0-9A-Za-z_-]{10,}`)},
	{"a connection string with a password", []string{"://"}, lazy.Regexp(`\b[a-z][a-z0-9+]+://[^\s:/@{}$<>]+:[^\s:/@{}$<>]{4,}@[^\s]+`)},
	// Of ODBC, JDBC and Azure, where the password is one of several settings.
	{"a connection string with a password", []string{"assword", "ASSWORD", "pwd", "Pwd", "PWD", "AccountKey", "AccessKey"}, lazy.Regexp(`(?i)\b[a-z][a-z0-9 ]*=[^;&=\s]+[;& ]\s*(password|pwd|accountkey|sharedaccesskey)\s*=\s*[^;&\s{}$<>]{4,}`)},
}

var (
	secretName  = lazy.Regexp(`(?i)(passw(or)?d|secret|token|api[_-]?key|private[_-]?key|credential)`)
	harmlessEnd = lazy.Regexp(`(?i)(arn|name|id|ids|url|uri|path|param|parameter|key_?prefix|table|queue|topic|bucket|ttl|timeout|expiry|expiration|validity|length|type|issuer|audience|enabled|endpoint|seconds|minutes|hours|days|version|algorithm|header|region|use|usage|count|limit|max|min|field|prefix|label|policy|format|mode|provider|store|service|alias|key_?alias)$`)
	passwordEnd = lazy.Regexp(`(?i)(passw(or)?d|passwd|pwd|(^|_)pass)$`)
	accessKey   = lazy.Regexp(`^[0-9A-Za-z/+]{40}$`)
	placeholder = lazy.Regexp(`(?i)(change|replace|example|dummy|placeholder|sample|test|fake|local|your|todo|tbd|insert|xxx|\*\*\*|none|null|undefined|default|secret|password|token|unused|<|\{\{)`)

	// What is surely no secret: a request to put one there, or a word that stands for one.
	stub = lazy.Regexp(`(?i)(change|replace|example|dummy|placeholder|your|todo|tbd|insert|xxx|\*\*\*|undefined|<|\{\{|\$\{)|^(my|the|some|a|db)?[-_ ]?(secret|password|passwd|token|test|default|none|null|local|fake|sample|unused)[-_ ]?(here|value|key)?$`)
)

// secretIn says what credential a literal text shows, "" where it shows none.
func secretIn(text string) string {
	for _, t := range tokens {
		if !slices.ContainsFunc(t.marks, func(mark string) bool { return strings.Contains(text, mark) }) {
			continue
		}
		if found := t.pattern().FindString(text); found != "" && !stub().MatchString(credentialOf(found)) {
			return t.name
		}
	}
	return ""
}

// ownText is what stands in a text itself. What is put in when it is deployed shows as <>, which is part of no credential.
func ownText(v graph.Value) string {
	if v.Kind != graph.String {
		return ""
	}
	if text, whole := v.Str(); whole {
		return text
	}
	var s strings.Builder
	for _, part := range v.Parts() {
		if s.WriteString(part.Literal); part.Literal == "" {
			s.WriteString("<>")
		}
	}
	return s.String()
}

// credentialOf is the password of a connection string, else nothing.
func credentialOf(found string) string {
	if _, rest, ok := strings.Cut(found, "://"); ok && strings.Contains(rest, "@") {
		user, _, _ := strings.Cut(rest, "@")
		_, password, _ := strings.Cut(user, ":")
		return password
	}
	return found[strings.LastIndexByte(found, '=')+1:]
}

// looksRandom tells a generated secret from a word: long enough, no spaces, letters and digits mixed, and nearly
// as many different characters as such a text has. 3 bits a character lets words, paths and host names pass.
func looksRandom(text string) bool {
	if len(text) < 16 || strings.ContainsAny(text, " /\t\n") || !strings.ContainsAny(text, "0123456789") || placeholder().MatchString(text) {
		return false
	}
	return strings.ContainsAny(strings.ToLower(text), "abcdefghijklmnopqrstuvwxyz") && entropy(text) >= 3
}

// looksLikeSecret tells a secret from what else a variable with a secret's name may hold: a random text, the secret half
// of an access key, or a password as people make them up.
func looksLikeSecret(name, text string) bool {
	switch {
	case !namesASecret(name) || harmlessEnd().MatchString(name):
		return false
	case accessKey().MatchString(text), looksRandom(text):
		return true
	case len(text) < 8 || strings.ContainsAny(text, " /\t\n") || strings.HasPrefix(text, "arn:") || stub().MatchString(text):
		return false
	}
	kinds := characterKinds(text)
	return kinds >= 3 && strings.ContainsAny(text, "0123456789") || kinds >= 2 && passwordEnd().MatchString(name) && strings.ContainsAny(text, "0123456789")
}

// namesASecret tells whether a name is one of a secret.
func namesASecret(name string) bool {
	return speaksOfSecrets(name) && (secretName().MatchString(name) || passwordEnd().MatchString(name))
}

// speaksOfSecrets passes over most names before an expression has to: each that the expressions here look for has one of
// these words.
func speaksOfSecrets(name string) bool {
	lower := strings.ToLower(name)
	for _, word := range [...]string{"pass", "pwd", "secret", "token", "key", "credential"} {
		if strings.Contains(lower, word) {
			return true
		}
	}
	return false
}

// characterKinds counts small letters, capitals, digits and signs, each once. The hyphen and its like join words in
// names of all sorts, and do not count.
func characterKinds(text string) int {
	var small, capital, digit, sign int
	for _, r := range text {
		switch {
		case unicode.IsLower(r):
			small = 1
		case unicode.IsUpper(r):
			capital = 1
		case unicode.IsDigit(r):
			digit = 1
		case !strings.ContainsRune("-_.:", r):
			sign = 1
		}
	}
	return small + capital + digit + sign
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
