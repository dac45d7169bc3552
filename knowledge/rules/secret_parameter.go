package rules

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/lazy"
)

// secretEnd matches ends of names that say that the secret itself is given. "Secret" alone is mostly the name of one.
var secretEnd = lazy.Regexp(`(?i)(passw(or)?d|passwd|pwd|(^|[a-z_])(db|user|admin|root|master|database)_?pass|api_?key|private_?key|secret_?(access_?)?key|(client|shared|signing|webhook|jwt|app|api)_?secret|(access|auth|api|bot|git_?hub|oauth|bearer)_?token)$`)

// givesSecret tells whether a parameter's name says that the secret itself is given.
func givesSecret(name string) bool {
	for _, end := range [...]string{"word", "wd", "pass", "key", "secret", "token"} { // of all that the expression takes
		if at := len(name) - len(end); at >= 0 && strings.EqualFold(name[at:], end) {
			return secretEnd().MatchString(name)
		}
	}
	return false
}

// rightsOnly are types that say who may do what, at length, and are given no secrets.
var rightsOnly = map[string]bool{
	"AWS::IAM::Role": true, "AWS::IAM::Policy": true, "AWS::IAM::ManagedPolicy": true, "AWS::IAM::RolePolicy": true, "AWS::Lambda::Permission": true,
	"AWS::SQS::QueuePolicy": true, "AWS::SNS::TopicPolicy": true, "AWS::S3::BucketPolicy": true,
}

// checkShownParameters looks at all properties for what parameters bring into them: a secret in the open since the
// parameter has no NoEcho, or one that is the parameter's default. It returns what it told, as resource and parameter.
func checkShownParameters(p *Pass) map[string]bool {
	told := map[string]bool{}
	for _, r := range p.Graph.Resources {
		if rightsOnly[r.Type] {
			continue
		}
		for _, f := range p.Graph.Given(r) {
			name, v := f.Name, f.Value
			parameter, isDefault := shownBy(name, v)
			if parameter == "" {
				continue
			}
			key := r.WrittenID() + " " + parameter
			if told[key] {
				continue
			}
			told[key] = true
			h := Hit{Resource: r, Node: p.Graph.Node(r.ID), Values: append([]graph.Value{hidden(v)}, parameterPlace(p.Graph, parameter, v)...), Severity: High, Fix: "Set NoEcho: true on parameter " + parameter + ", or better hand over the ARN of a secret that Secrets Manager makes.",
				Message: fmt.Sprintf("%s of %s comes from parameter %s, which has no NoEcho: everyone who may describe the stack reads the secret", name, plainID(r.ID), parameter)}
			if isDefault {
				h.Severity, h.Fix = "", ""
				h.Message = fmt.Sprintf("%s of %s holds the default of parameter %s, which looks like a secret", name, plainID(r.ID), parameter)
			}
			p.Report(h)
		}
	}
	return told
}

// parameterPlace is where the parameter that brings in a value is written, nil where that is not known.
func parameterPlace(g *graph.Graph, name string, v graph.Value) []graph.Value {
	for _, parameter := range g.Parameters {
		if parameter.Name == name && v.At != nil && parameter.At != nil && parameter.At.File == v.At.File {
			return []graph.Value{graph.NewString(parameter.At, "no NoEcho")}
		}
	}
	return nil
}

// checkUntold looks at parameters that no finding on a resource speaks of: their defaults hide nothing, NoEcho or not, and
// a password is shown also where nothing uses it. told is what was told, as resource and parameter.
func checkUntold(p *Pass, told map[string]bool) {
	for _, parameter := range p.Graph.Parameters {
		text, _ := parameter.Default.Str()
		what := secretIn(text)
		asked := !parameter.NoEcho && parameter.Type == "String" && !parameter.Default.Exists() && givesSecret(parameter.Name)
		if parameter.At == nil || what == "" && !asked || toldOf(told, parameter.Name) {
			continue
		}
		users, inEnvironment := usersOf(p.Graph, parameter.Name)
		h := Hit{Place: &Place{ID: parameter.Name, Type: "AWS::CloudFormation::Parameter", File: parameter.At.File}, RelatedResources: users}
		switch {
		case what != "" && !inEnvironment: // which has a rule of its own
			h.Values, h.Message = []graph.Value{hidden(parameter.Default)}, fmt.Sprintf("the default of parameter %s holds %s", parameter.Name, what)
			if parameter.NoEcho {
				h.Message += ": NoEcho hides it from who reads the stack, not from who reads the template"
			}
		case what == "" && len(users) == 0:
			h.Severity, h.Values = High, []graph.Value{graph.NewString(parameter.At, "no NoEcho")}
			h.Fix = "Take the parameter out, or set NoEcho: true."
			h.Message = fmt.Sprintf("parameter %s has no NoEcho, and no resource here uses it: everyone who may describe the stack reads the secret", parameter.Name)
		default:
			continue
		}
		p.Report(h)
	}
}

func toldOf(told map[string]bool, parameter string) bool {
	for key := range told {
		if strings.HasSuffix(key, " "+parameter) {
			return true
		}
	}
	return false
}

// usersOf are the resources with a property that a parameter goes into, and whether one is a variable of an environment.
func usersOf(g *graph.Graph, parameter string) (users []*graph.Resource, inEnvironment bool) {
	bare, secret := "parameter "+parameter+" has no default", "parameter "+parameter+" is a secret (NoEcho)"
	for _, r := range g.Resources {
		used := false
		for _, f := range g.Given(r) {
			v := f.Value
			by := v.At != nil && v.At.From != nil && v.At.From.Name == parameter
			for _, part := range v.Parts() {
				by = by || part.Unknown == bare || part.Unknown == secret
			}
			used = used || by
			inEnvironment = inEnvironment || by && v.At != nil && strings.Contains(v.At.Path, "/Environment/Variables/")
		}
		if used {
			users = append(users, r)
		}
	}
	return users, inEnvironment
}

// shownBy names the parameter that brings a secret into a property, and tells whether its default is the secret.
func shownBy(name string, v graph.Value) (parameter string, isDefault bool) {
	if v.Kind == graph.Unknown || v.Kind == graph.String && v.Reason() != "" {
		before := ""
		for _, part := range v.Parts() {
			before += part.Literal
			given := parameterOf(part.Unknown)
			if given != "" && givesSecret(given) && !namesSecret(before) && (!harmlessEnd().MatchString(name) || strings.Contains(before, "://")) {
				return given, false
			}
		}
		return "", false
	}
	text, whole := v.Str()
	if !whole || v.Kind != graph.String || v.At == nil || v.At.From == nil {
		return "", false
	}
	from := v.At.From
	switch environment := strings.Contains(v.At.Path, "/Environment/Variables/"); {
	case environment && (secretIn(text) != "" || looksLikeSecret(name, text)): // which has a rule of its own
	case !environment && from.Default != "" && (secretIn(text) != "" || looksLikeSecret(from.Name, text)):
		return from.Name, true
	case givesSecret(from.Name) && !harmlessEnd().MatchString(name): // a placeholder by default
		return from.Name, false
	}
	return "", false
}

// namesSecret tells whether what follows a text is the name of a secret, in a dynamic reference or an ARN.
func namesSecret(before string) bool {
	return strings.LastIndex(before, "{{resolve:") > strings.LastIndex(before, "}}") || strings.HasPrefix(before, "arn:") || strings.HasPrefix(before, "/")
}

// withNames visits all values below one, with the name of the field that each stands in.
func withNames(v graph.Value, name string, visit func(name string, v graph.Value)) {
	visit(name, v)
	for _, it := range v.Items() {
		withNames(it, name, visit)
	}
	for _, f := range v.Fields() {
		withNames(f.Value, f.Name, visit)
	}
}

// plainParameter names the parameter without a default, and without NoEcho, that a secret property takes its value from,
// where the parameter's name says that it is a secret.
func plainParameter(v graph.Value) string {
	if v.Reason() == "" { // of all settings of all things: most are known, or not there
		return ""
	}
	reasons := []string{v.Reason()}
	for _, part := range v.Parts() {
		reasons = append(reasons, part.Unknown)
	}
	for _, reason := range reasons {
		if name := parameterOf(reason); name != "" && namesASecret(name) && !harmlessEnd().MatchString(name) {
			return name
		}
	}
	return ""
}

// parameterOf names the parameter whose value is not known for want of a default. Reasons of others differ.
func parameterOf(reason string) string {
	name, ok := strings.CutPrefix(reason, "parameter ")
	name, bare := strings.CutSuffix(name, " has no default")
	if !ok || !bare {
		return ""
	}
	return name
}
