package stack

import (
	"encoding/json"
	"fmt"
	"regexp"
	"sort"
	"strconv"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// agreement says whether a template's value and a live one mean the same.
type agreement int

const (
	agrees agreement = iota
	unsure           // it cannot be told: never a difference
	differs
)

// agree compares a template's value with a live one.
func (c *compare) agree(t graph.Value, l any) agreement {
	switch t.Kind {
	case graph.Unknown:
		return unsure
	case graph.Absent, graph.Null:
		if nothing(l) {
			return agrees
		}
		return differs
	case graph.List:
		return c.agreeList(t.Items(), l)
	case graph.Map:
		return c.agreeMap(t, l)
	}
	switch live := l.(type) {
	case []any: // a single value stands for a list of one
		if len(live) == 1 {
			return c.agree(t, live[0])
		}
		return differs
	case map[string]any:
		text, ok := t.Str()
		if tree, isJSON := document(text); ok && isJSON {
			if sameData(tree, l) {
				return agrees
			}
			return differs
		}
		if !ok {
			return unsure // a text of references that makes a document
		}
		return differs
	}
	return c.agreeText(t, plain(l))
}

func plain(l any) string {
	switch l := l.(type) {
	case string:
		return l
	case json.Number:
		return l.String()
	}
	return fmt.Sprint(l)
}

func (c *compare) agreeText(t graph.Value, live string) agreement {
	text, literal := t.Str()
	if literal {
		text = c.pseudo.Replace(text)
		if text == live || strings.EqualFold(text, live) && isTruth(text) || sameNumber(text, live) {
			return agrees
		}
		a, okA := document(text)
		b, okB := document(live)
		if okA && okB && sameData(a, b) || strings.TrimSpace(text) == strings.TrimSpace(live) {
			return agrees
		}
		if strings.Contains(text, "${AWS::") {
			return unsure
		}
		return differs
	}
	var pattern strings.Builder
	sure := true
	for _, p := range t.Parts() {
		switch {
		case p.Unknown != "":
			sure = false
			pattern.WriteString(".*")
		case p.Ref == nil:
			pattern.WriteString(regexp.QuoteMeta(c.pseudo.Replace(p.Literal)))
		default:
			r := c.byID[p.Ref.Resource]
			if r == nil || r.Physical == "" || !namesThing(p.Ref.Attribute) {
				sure = false
				pattern.WriteString(".*")
				continue
			}
			pattern.WriteString(".*" + regexp.QuoteMeta(last(r.Physical)) + ".*")
		}
	}
	fits, err := regexp.MatchString("(?s)^"+pattern.String()+"$", live)
	switch {
	case err != nil:
		return unsure
	case fits:
		return agrees
	case sure && len(t.Parts()) == 1:
		return differs
	}
	return unsure
}

// namesThing tells the attributes whose value holds the thing's name.
func namesThing(attribute string) bool {
	switch attribute {
	case "", "Arn", "QueueName", "TopicArn", "TopicName", "StreamArn", "QueueUrl":
		return true
	}
	return false
}

// last is the last step of a physical id: a queue's is its URL, a topic's its ARN.
func last(id string) string { return id[strings.LastIndexAny(id, "/:|")+1:] }

func isTruth(s string) bool { return strings.EqualFold(s, "true") || strings.EqualFold(s, "false") }

func sameNumber(a, b string) bool {
	x, errX := strconv.ParseFloat(a, 64)
	y, errY := strconv.ParseFloat(b, 64)
	return errX == nil && errY == nil && x == y
}

func (c *compare) agreeList(items []graph.Value, l any) agreement {
	live, ok := l.([]any)
	if !ok {
		if len(items) == 0 && nothing(l) {
			return agrees
		}
		if len(items) == 1 {
			return c.agree(items[0], l)
		}
		return differs
	}
	if len(items) != len(live) {
		return differs
	}
	used := make([]bool, len(live))
	worst := agrees
	for _, item := range items {
		best, at := differs, -1
		for j, x := range live {
			if used[j] {
				continue
			}
			if a := c.agree(item, opened(item, x)); a < best {
				best, at = a, j
			}
		}
		if at < 0 {
			return differs
		}
		used[at] = true
		worst = max(worst, best)
	}
	return worst
}

// agreeMap looks at the names that the template has: AWS adds others.
func (c *compare) agreeMap(t graph.Value, l any) agreement {
	live, ok := opened(t, l).(map[string]any)
	if !ok {
		return differs
	}
	worst := agrees
	for _, f := range t.Fields() {
		x, there := live[f.Name]
		switch {
		case !there && nothing(f.Value.Plain()):
		case !there && within[f.Name]:
			return differs
		case !there:
			worst = max(worst, unsure)
		default:
			worst = max(worst, c.agree(f.Value, opened(f.Value, x)))
		}
	}
	for name, x := range live {
		if within[name] && !t.Get(name).Exists() && !nothing(x) {
			return differs
		}
	}
	return worst
}

// value turns live data into a Value. ARNs and names of the system's own resources become references to them, and
// those of the own account and region are spelt as a template spells them.
func (c *compare) value(l any, at *graph.Evidence) graph.Value {
	switch l := l.(type) {
	case nil:
		return graph.Value{At: at}
	case bool:
		return graph.NewBool(at, l).WithOrigin(graph.Live)
	case json.Number:
		return graph.NewNumber(at, l.String()).WithOrigin(graph.Live)
	case float64:
		return graph.NewNumber(at, strconv.FormatFloat(l, 'g', -1, 64)).WithOrigin(graph.Live)
	case []any:
		items := make([]graph.Value, len(l))
		for i, x := range l {
			items[i] = c.value(x, at)
		}
		return graph.NewList(at, items...).WithOrigin(graph.Live)
	case map[string]any:
		names := make([]string, 0, len(l))
		for name := range l {
			names = append(names, name)
		}
		sort.Strings(names)
		fields := make([]graph.Field, len(names))
		for i, name := range names {
			fields[i] = graph.Field{Name: name, Value: c.value(l[name], at)}
		}
		return graph.NewMap(at, fields...).WithOrigin(graph.Live)
	case string:
		return c.named(l, at).WithOrigin(graph.Live)
	}
	return graph.NewUnknown(at, "the live value has an unexpected form")
}

func (c *compare) named(s string, at *graph.Evidence) graph.Value {
	if r := c.byPhysical[s]; r != nil && len(s) > 8 {
		return graph.NewRef(at, r.ID, "")
	}
	f := strings.SplitN(s, ":", 6)
	if len(f) != 6 || f[0] != "arn" {
		return graph.NewString(at, s)
	}
	for id, r := range c.byPhysical {
		service := strings.ToLower(strings.Split(r.Type+"::", "::")[1])
		if service == f[2] && last(id) == last(f[5]) && (f[4] == c.account || f[4] == "") && (f[3] == c.region || f[3] == "") {
			return graph.NewRef(at, r.ID, "Arn")
		}
	}
	if f[3] == c.region && f[4] == c.account {
		f[3], f[4] = "${AWS::Region}", "${AWS::AccountId}"
	}
	return graph.NewString(at, strings.Join(f, ":"))
}

// policyDocument tells the settings that hold an IAM policy.
func policyDocument(path string) bool {
	return strings.HasSuffix(path, "PolicyDocument") || path == "KeyPolicy"
}

// policy compares two policies by the number, effects and actions of their statements: AWS spells principals and
// resources in its own way.
func (c *compare) policy(path string, t graph.Value, l any) graph.Value {
	if text, ok := l.(string); ok {
		if tree, isJSON := document(text); isJSON {
			l = tree
		}
	}
	doc, ok := l.(map[string]any)
	if !ok || t.Kind != graph.Map {
		return t
	}
	statements, single := doc["Statement"].([]any)
	if !single && doc["Statement"] != nil {
		statements = []any{doc["Statement"]}
	}
	written := t.Get("Statement").Each()
	same := len(written) == len(statements)
	used := make([]bool, len(statements))
	for _, w := range written {
		found := false
		for j, s := range statements {
			m, _ := s.(map[string]any)
			if !found && !used[j] && c.agree(w.Get("Effect"), m["Effect"]) != differs && c.agreeActions(w, m) != differs {
				used[j], found = true, true
			}
		}
		same = same && found
	}
	if same {
		return t
	}
	return c.changed(path, t, c.value(l, t.At))
}

func (c *compare) agreeActions(w graph.Value, m map[string]any) agreement {
	worst := agrees
	for _, name := range []string{"Action", "NotAction"} {
		live := m[name]
		if _, list := live.([]any); !list && live != nil {
			live = []any{live}
		}
		list := w.Get(name).Each()
		if len(list) == 0 && nothing(live) {
			continue
		}
		worst = max(worst, c.agreeList(list, live))
	}
	return worst
}
