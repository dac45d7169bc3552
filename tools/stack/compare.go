package stack

import (
	"sort"
	"strconv"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/services"
)

// compare lays live settings over those of the template. One serves one stack.
type compare struct {
	partition, region, account string
	suffix                     string   // amazonaws.com, and what it is elsewhere
	hidden                     []string // names of parameters whose values must not be seen
	pseudo                     *strings.Replacer
	byID                       map[string]*graph.Resource
	byPhysical                 map[string]*graph.Resource

	at      *graph.Evidence // of the resource at hand
	changes []graph.Change
}

func newCompare(st *Stack, resources []*graph.Resource) *compare {
	c := &compare{byID: map[string]*graph.Resource{}, byPhysical: map[string]*graph.Resource{}, partition: "aws", region: st.Region}
	if f := strings.Split(st.ID, ":"); len(f) > 5 {
		c.partition, c.region, c.account = f[1], f[3], f[4]
	}
	for _, s := range st.All() {
		c.hidden = append(c.hidden, s.Hidden...)
	}
	c.in(st)
	for _, r := range resources {
		c.byID[r.ID] = r
		if r.Physical != "" {
			c.byPhysical[r.Physical] = r
		}
	}
	return c
}

// in says whose resources are compared: pseudo parameters mean that stack.
func (c *compare) in(st *Stack) {
	c.suffix = "amazonaws.com"
	if c.partition == "aws-cn" {
		c.suffix += ".cn"
	}
	c.pseudo = strings.NewReplacer("${AWS::Partition}", c.partition, "${AWS::Region}", c.region, "${AWS::AccountId}", c.account,
		"${AWS::URLSuffix}", c.suffix, "${AWS::StackName}", st.Name, "${AWS::StackId}", st.ID)
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
		if r.Type == "AWS::IAM::Role" {
			l = c.own(rule.name, t, l)
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

// mergeList pairs the elements by what names them, else by what is equal.
func (c *compare) mergeList(path string, t graph.Value, live []any) graph.Value {
	if plainList(t) {
		return c.changed(path, t, c.value(live, t.At))
	}
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
	for j, l := range live {
		if !used[j] {
			v := c.value(l, t.At)
			items = append(items, c.changed(path+"/"+elementName(v, j), graph.Value{}, v))
		}
	}
	return graph.NewList(t.At, items...)
}

// own takes those policies out of a role's live list that other resources of the stack put on it.
func (c *compare) own(name string, t graph.Value, l any) any {
	list, ok := l.([]any)
	if !ok {
		return l
	}
	others := map[string]bool{}
	for _, r := range c.byID {
		switch r.Type {
		case "AWS::IAM::Policy", "AWS::IAM::RolePolicy":
			text := c.text(r.Properties.Get("PolicyName"))
			if text == "" && name == "Policies" && !t.Exists() {
				return nil // any of them may be this one's
			}
			others[text] = true
		case "AWS::IAM::ManagedPolicy":
			others[r.Physical] = true
		}
	}
	var kept []any
	for _, x := range list {
		id, _ := x.(string)
		if m, ok := x.(map[string]any); ok {
			id, _ = m["PolicyName"].(string)
		}
		if !others[id] || c.names(t, id) {
			kept = append(kept, x)
		}
	}
	if kept == nil {
		return nil
	}
	return kept
}

// names tells whether a template's list of policies has one of this name.
func (c *compare) names(t graph.Value, id string) bool {
	for _, item := range t.Items() {
		if item.Kind == graph.Map {
			item = item.Get("PolicyName")
		}
		if c.agree(item, id) == agrees {
			return true
		}
	}
	return false
}

func plainList(t graph.Value) bool {
	for _, item := range t.Items() {
		if item.Kind == graph.Map || item.Kind == graph.List {
			return false
		}
	}
	return true
}

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
