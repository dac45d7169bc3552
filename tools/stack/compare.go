package stack

import (
	"bytes"
	"encoding/json"
	"regexp"
	"sort"
	"strconv"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/services"
)

// compare lays live settings over those of the template. One serves one stack.
type compare struct {
	partition, region, account string
	hidden                     []string // names of parameters whose values must not be seen
	pseudo                     *strings.Replacer
	byID                       map[string]*graph.Resource
	byPhysical                 map[string]*graph.Resource

	at      *graph.Evidence // of the resource at hand
	changes []graph.Change
}

func newCompare(st *Stack, resources []*graph.Resource) *compare {
	c := &compare{hidden: st.Hidden, byID: map[string]*graph.Resource{}, byPhysical: map[string]*graph.Resource{}, partition: "aws", region: st.Region}
	if f := strings.Split(st.ID, ":"); len(f) > 5 {
		c.partition, c.region, c.account = f[1], f[3], f[4]
	}
	suffix := "amazonaws.com"
	if c.partition == "aws-cn" {
		suffix += ".cn"
	}
	c.pseudo = strings.NewReplacer("${AWS::Partition}", c.partition, "${AWS::Region}", c.region, "${AWS::AccountId}", c.account,
		"${AWS::URLSuffix}", suffix, "${AWS::StackName}", st.Name, "${AWS::StackId}", st.ID)
	for _, r := range resources {
		c.byID[r.ID] = r
		if r.Physical != "" {
			c.byPhysical[r.Physical] = r
		}
	}
	return c
}

// overlay puts the live settings of a resource into its properties, and notes what differs.
func (c *compare) overlay(r *graph.Resource, live map[string]any) {
	c.at, c.changes = r.At, nil
	written := map[string]graph.Value{}
	var order []string
	for _, f := range r.Properties.Fields() {
		if _, twice := written[f.Name]; !twice {
			order = append(order, f.Name)
		}
		written[f.Name] = f.Value
	}
	for _, rule := range rulesOf(r.Type) {
		t, l := written[rule.name], live[rule.name]
		if rule.name == "Environment" {
			c.environment(t, l)
			continue
		}
		v := c.top(r.Type, rule, t, l)
		if _, there := written[rule.name]; !there && v.Exists() {
			order = append(order, rule.name)
		}
		written[rule.name] = v
	}
	fields := make([]graph.Field, 0, len(order))
	for _, name := range order {
		if written[name].Exists() {
			fields = append(fields, graph.Field{Name: name, Value: written[name]})
		}
	}
	at := r.Properties.At
	if at == nil {
		at = r.At
	}
	r.Properties = graph.NewMap(at, fields...)
	for _, ch := range c.changes {
		top, _, _ := strings.Cut(ch.Setting, "/")
		if !unstable[r.Type+"/"+top] {
			r.Drift = append(r.Drift, ch)
		}
	}
}

// top decides one setting of a resource.
func (c *compare) top(typ string, rule rule, t graph.Value, l any) graph.Value {
	defaults := rule.defaults
	if d := services.DefaultOf(typ, rule.name); d.Exists() {
		defaults = append(defaults, d.Plain())
	}
	isDefault := func(same func(d any) bool) bool {
		for _, d := range defaults {
			if same(d) {
				return true
			}
		}
		return false
	}
	told := rule.optional || len(defaults) > 0 // a missing setting says something
	switch {
	case !t.Exists() && nothing(l), t.Exists() && nothing(l) && !told:
		return t
	case !t.Exists():
		if !told || isDefault(func(d any) bool { return sameData(d, l) }) {
			return t
		}
		return c.changed(rule.name, t, c.value(l, c.at))
	case nothing(l):
		if t.IsUnknown() || nothing(t.Plain()) || isDefault(func(d any) bool { return c.agree(t, d) != differs }) {
			return t
		}
		return c.changed(rule.name, t, graph.Value{At: t.At})
	}
	return c.merge(rule.name, t, l)
}

// changed notes a difference and returns what is deployed.
func (c *compare) changed(setting string, t, live graph.Value) graph.Value {
	c.changes = append(c.changes, graph.Change{Setting: setting, Template: t, Live: live})
	return live
}

// merge decides a setting that both sides have. Where only a part of it differs the rest keeps its references.
func (c *compare) merge(path string, t graph.Value, l any) graph.Value {
	if t.IsUnknown() || secretive(t, c.hidden) {
		if secretive(t, c.hidden) {
			return t
		}
		return c.value(l, t.At)
	}
	if policyDocument(path) {
		return c.policy(path, t, l)
	}
	l = opened(t, l)
	switch agreement := c.agree(t, l); {
	case agreement == agrees:
		return t.WithOrigin(graph.Live)
	case agreement == unsure && t.Kind != graph.Map && t.Kind != graph.List:
		return t
	}
	switch live := l.(type) {
	case map[string]any:
		if t.Kind == graph.Map {
			return c.mergeMap(path, t, live)
		}
	case []any:
		if t.Kind == graph.List {
			return c.mergeList(path, t, live)
		}
	}
	return c.changed(path, t, c.value(l, t.At))
}

func (c *compare) mergeMap(path string, t graph.Value, live map[string]any) graph.Value {
	var fields []graph.Field
	seen := map[string]bool{}
	for _, f := range t.Fields() {
		seen[f.Name] = true
		l, there := live[f.Name]
		switch {
		case there && !nothing(l):
			f.Value = c.merge(path+"/"+f.Name, f.Value, l)
		case within[f.Name] && !nothing(f.Value.Plain()):
			f.Value = c.changed(path+"/"+f.Name, f.Value, graph.Value{At: f.Value.At})
		}
		if f.Value.Exists() {
			fields = append(fields, f)
		}
	}
	names := make([]string, 0, len(live))
	for name := range live {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		if !seen[name] && within[name] && !nothing(live[name]) {
			fields = append(fields, graph.Field{Name: name, Value: c.changed(path+"/"+name, graph.Value{}, c.value(live[name], t.At))})
		}
	}
	return graph.NewMap(t.At, fields...).WithOrigin(t.Origin)
}

// mergeList pairs the elements by what names them, else by what is equal. Lists that others add to (a role's
// policies) tell nothing by an element more.
func (c *compare) mergeList(path string, t graph.Value, live []any) graph.Value {
	var items []graph.Value
	used := make([]bool, len(live))
	for i, item := range t.Items() {
		j := c.partner(item, live, used)
		element := path + "/" + elementName(item, i)
		if j < 0 {
			if gone := c.changed(element, item, graph.Value{At: item.At}); gone.Exists() {
				items = append(items, gone)
			}
			continue
		}
		used[j] = true
		items = append(items, c.merge(element, item, live[j]))
	}
	if !openList[path] {
		for j, l := range live {
			if !used[j] {
				v := c.value(l, t.At)
				items = append(items, c.changed(path+"/"+elementName(v, j), graph.Value{}, v))
			}
		}
	}
	return graph.NewList(t.At, items...)
}

// openList are lists to which other resources add.
var openList = map[string]bool{"Policies": true, "ManagedPolicyArns": true}

// elementNames are the properties that name an element of a list.
var elementNames = []string{"Id", "PolicyName", "IndexName", "AttributeName", "Key", "Name", "Sid"}

func elementName(v graph.Value, i int) string {
	for _, name := range elementNames {
		if s, ok := v.Get(name).Str(); ok {
			return s
		}
	}
	return strconv.Itoa(i)
}

func (c *compare) partner(item graph.Value, live []any, used []bool) int {
	for _, name := range elementNames {
		if !item.Get(name).Exists() {
			continue
		}
		for j, l := range live {
			if m, ok := l.(map[string]any); ok && !used[j] && c.agree(item.Get(name), m[name]) == agrees {
				return j
			}
		}
		return -1
	}
	for _, wanted := range []agreement{agrees, unsure} {
		for j, l := range live {
			if !used[j] && c.agree(item, opened(item, l)) == wanted {
				return j
			}
		}
	}
	if item.Kind == graph.Map { // unnamed and not equal: the element at the same place
		for j := range live {
			if !used[j] {
				return j
			}
		}
	}
	return -1
}

// environment compares the names of variables, and whether values differ; values themselves are secrets and stay out.
func (c *compare) environment(t graph.Value, l any) {
	vars := t.Get("Variables")
	m, _ := l.(map[string]any)
	live, _ := m["Variables"].(map[string]any)
	if vars.Kind == graph.Unknown || live == nil { // also where the key that encrypts them may not be used
		return
	}
	word := func(at *graph.Evidence, s string) graph.Value { return graph.NewString(at, s) }
	for _, f := range vars.Fields() {
		setting := "Environment/Variables/" + f.Name
		got, there := live[f.Name]
		switch {
		case !there:
			c.changed(setting, word(f.Value.At, "(set)"), graph.Value{At: f.Value.At})
		case !secretive(f.Value, c.hidden) && c.agree(f.Value, got) == differs:
			c.changed(setting, word(f.Value.At, "(another value)"), word(f.Value.At, "(not shown)").WithOrigin(graph.Live))
		}
	}
	names := make([]string, 0, len(live))
	for name := range live {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		if !vars.Get(name).Exists() {
			c.changed("Environment/Variables/"+name, graph.Value{}, word(c.at, "(set)").WithOrigin(graph.Live))
		}
	}
}

// secretive tells a value that comes from a hidden parameter or from a secret store: what is live there is a secret.
func secretive(v graph.Value, hidden []string) bool {
	found := false
	v.Walk(func(w graph.Value) {
		reason := w.Reason()
		text, _ := w.Str()
		if strings.HasPrefix(reason, "dynamic reference") || strings.Contains(text, "{{resolve:") {
			found = true
		}
		for _, name := range hidden {
			if regexp.MustCompile(`\bparameter ` + regexp.QuoteMeta(name) + `\b`).MatchString(reason) {
				found = true
			}
		}
	})
	return found
}

// opened reads a text that holds JSON where the template has the tree itself.
func opened(t graph.Value, l any) any {
	s, ok := l.(string)
	if !ok || t.Kind != graph.Map && t.Kind != graph.List {
		return l
	}
	if tree, ok := document(s); ok {
		return tree
	}
	return l
}

func document(s string) (any, bool) {
	s = strings.TrimSpace(s)
	if !strings.HasPrefix(s, "{") && !strings.HasPrefix(s, "[") {
		return nil, false
	}
	d := json.NewDecoder(strings.NewReader(s))
	d.UseNumber()
	var tree any
	if d.Decode(&tree) != nil {
		return nil, false
	}
	return tree, true
}

// sameData compares two trees of JSON.
func sameData(a, b any) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	if errX != nil || errY != nil {
		return false
	}
	return bytes.Equal(x, y) || strings.Trim(strings.ToLower(string(x)), `"`) == strings.Trim(strings.ToLower(string(y)), `"`)
}

// nothing tells what says nothing: missing, empty, or made of such.
func nothing(l any) bool {
	switch l := l.(type) {
	case nil:
		return true
	case string:
		return l == ""
	case []any:
		for _, x := range l {
			if !nothing(x) {
				return false
			}
		}
		return true
	case map[string]any:
		for _, x := range l {
			if !nothing(x) {
				return false
			}
		}
		return true
	}
	return false
}
