package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"strings"

	"github.com/BurntSushi/toml"
	"github.com/tailscale/hujson"

	"github.com/seed-8eee7107/serverless-architect/server"
)

// entry is what a client's configuration says about us. Members that the user added to it (environment, arguments,
// approvals) are never touched.
type entry struct{ command string }

// edited is text with the entry set, or taken out where e is nil. Everything else stays as it is, byte for byte:
// comments, order, indentation. Text that cannot be read so is an error, never overwritten.
func (a assistant) edited(text []byte, e *entry) ([]byte, error) {
	edit, decode := a.editJSON, decodeJSON
	if a.toml {
		edit, decode = a.editTOML, decodeTOML
	}
	before, err := decode(text)
	if err != nil {
		return nil, err
	}
	out, err := edit(text, e)
	if err != nil {
		return nil, err
	}
	after, err := decode(out)
	if err != nil {
		return nil, fmt.Errorf("the change would leave it unreadable: %w", err)
	}
	// The proof: apart from our entry, both say the same, and what is plain JSON stays so (not every client bears a
	// trailing comma).
	plain := a.toml || !json.Valid(text) || json.Valid(out)
	if !plain || !reflect.DeepEqual(a.without(before), a.without(after)) || (a.entryIn(after) != nil) != (e != nil) {
		return nil, fmt.Errorf("the change would touch more than the entry %q", server.Name)
	}
	return out, nil
}

func decodeJSON(text []byte) (map[string]any, error) {
	out := map[string]any{}
	if len(bytes.TrimSpace(text)) == 0 {
		return out, nil
	}
	plain, err := hujson.Standardize(append([]byte{}, text...)) // it works in place
	if err != nil {
		return nil, err
	}
	d := json.NewDecoder(bytes.NewReader(plain))
	d.UseNumber()
	return out, d.Decode(&out)
}

func decodeTOML(text []byte) (map[string]any, error) {
	out := map[string]any{}
	return out, toml.Unmarshal(text, &out)
}

// entryIn is our entry in a decoded configuration; nil: there is none.
func (a assistant) entryIn(config map[string]any) map[string]any {
	servers, _ := config[a.servers].(map[string]any)
	ours, _ := servers[server.Name].(map[string]any)
	return ours
}

// without drops our entry, and the servers' table where nothing else is in it.
func (a assistant) without(config map[string]any) map[string]any {
	out := map[string]any{}
	for k, v := range config {
		servers, ok := v.(map[string]any)
		if k != a.servers || !ok {
			out[k] = v
			continue
		}
		rest := map[string]any{}
		for name, s := range servers {
			if name != server.Name {
				rest[name] = s
			}
		}
		if len(rest) > 0 {
			out[k] = rest
		}
	}
	return out
}

// members are those of our entry, in order.
func (a assistant) members(e entry) []hujson.ObjectMember {
	member := func(name, value string) hujson.ObjectMember {
		return hujson.ObjectMember{Name: hujson.Value{Value: hujson.String(name)}, Value: hujson.Value{BeforeExtra: hujson.Extra(" "), Value: hujson.String(value)}}
	}
	var out []hujson.ObjectMember
	if a.typed {
		out = append(out, member("type", "stdio"))
	}
	return append(out, member("command", e.command))
}

func (a assistant) editJSON(text []byte, e *entry) ([]byte, error) {
	if len(bytes.TrimSpace(text)) == 0 {
		text = []byte("{}\n")
	}
	root, err := hujson.Parse(text)
	if err != nil {
		return nil, err
	}
	top, ok := root.Value.(*hujson.Object)
	if !ok {
		return nil, fmt.Errorf("it holds no JSON object")
	}
	servers, err := objectIn(top, a.servers, 1, e != nil)
	if err != nil || servers == nil {
		return text, err
	}
	if e == nil {
		remove(servers, server.Name)
		return root.Pack(), nil
	}
	ours, err := objectIn(servers, server.Name, 2, true)
	if err != nil {
		return nil, err
	}
	for _, m := range a.members(*e) {
		set(ours, m, 3)
	}
	return root.Pack(), nil
}

func nameOf(m hujson.ObjectMember) string {
	l, _ := m.Name.Value.(hujson.Literal)
	return l.String()
}

// objectIn is the object that o has under name; made where it is missing and create is true, else nil.
func objectIn(o *hujson.Object, name string, depth int, create bool) (*hujson.Object, error) {
	for _, m := range o.Members {
		if nameOf(m) == name {
			inner, ok := m.Value.Value.(*hujson.Object)
			if !ok {
				return nil, fmt.Errorf("%q is no JSON object", name)
			}
			return inner, nil
		}
	}
	if !create {
		return nil, nil
	}
	inner := &hujson.Object{}
	set(o, hujson.ObjectMember{Name: hujson.Value{Value: hujson.String(name)}, Value: hujson.Value{BeforeExtra: hujson.Extra(" "), Value: inner}}, depth)
	return inner, nil
}

// set replaces a member's value, or adds the member on a line of its own.
func set(o *hujson.Object, m hujson.ObjectMember, depth int) {
	for i := range o.Members {
		if nameOf(o.Members[i]) == nameOf(m) {
			o.Members[i].Value.Value = m.Value.Value
			return
		}
	}
	indent := "\n" + strings.Repeat("  ", depth)
	if n := len(o.Members); n > 0 {
		// Written as its neighbours are; a comment before a neighbour stays with it.
		before := string(o.Members[n-1].Name.BeforeExtra)
		if i := strings.LastIndexByte(before, '\n'); i >= 0 {
			indent = before[i:]
		}
	}
	m.Name.BeforeExtra = hujson.Extra(indent)
	if end := strings.TrimRight(string(o.AfterExtra), " \t\r\n"); end != "" {
		// A comment behind the last member stays behind that one.
		m.Name.BeforeExtra = hujson.Extra(end + indent)
		o.AfterExtra = hujson.Extra(closing(indent))
	}
	if len(o.Members) == 0 && !strings.Contains(string(o.AfterExtra), "\n") {
		o.AfterExtra = hujson.Extra(closing(indent))
	}
	o.Members = append(o.Members, m)
}

// closing is the line break before the brace that closes what is indented by indent.
func closing(indent string) string {
	switch {
	case strings.HasSuffix(indent, "\t"):
		return strings.TrimSuffix(indent, "\t")
	case strings.HasSuffix(indent, "  "):
		return strings.TrimSuffix(indent, "  ")
	}
	return indent
}

func remove(o *hujson.Object, name string) {
	for i := range o.Members {
		if nameOf(o.Members[i]) != name {
			continue
		}
		last := o.Members[len(o.Members)-1].Value.AfterExtra // not nil: there is a trailing comma
		o.Members = append(o.Members[:i], o.Members[i+1:]...)
		if n := len(o.Members); n > 0 && last == nil {
			o.Members[n-1].Value.AfterExtra = nil
		}
		return
	}
}

// editTOML works on lines: the one TOML library in use keeps no comments. What it cannot see so (a header
// inside a string of several lines) fails the proof in edited, and the user is told what to write.
func (a assistant) editTOML(text []byte, e *entry) ([]byte, error) {
	inline := regexp.MustCompile(`(?m)^\s*["']?mcp_servers["']?\s*[=.]`)
	header := regexp.MustCompile(`^\s*\[\s*([^\[\]]+?)\s*\]\s*(#.*)?$`)
	array, command := regexp.MustCompile(`^\s*\[\[`), regexp.MustCompile(`^\s*(?:command|"command")\s*=.*$`)
	if inline.Match(text) {
		return nil, fmt.Errorf("its %s are written in one line, not as tables", a.servers) // TOML forbids to extend those
	}
	own := a.servers + "." + server.Name
	lines := strings.SplitAfter(string(text), "\n")
	var out []string
	inside, done := false, false
	for _, line := range lines {
		bare := strings.TrimRight(line, "\r\n")
		if m := header.FindStringSubmatch(bare); m != nil || array.MatchString(bare) {
			of := ""
			if m != nil {
				of = strings.NewReplacer(`"`, "", "'", "", " ", "").Replace(m[1])
			}
			inside = of == own || (e == nil && strings.HasPrefix(of, own+"."))
			if inside && e == nil {
				continue
			}
		} else if inside && e == nil {
			continue
		} else if inside && command.MatchString(bare) {
			line, done = tomlCommand(*e)+line[len(bare):], true
		}
		out = append(out, line)
	}
	rest := strings.Join(out, "")
	if e == nil || done {
		return []byte(rest), nil
	}
	if rest != "" && !strings.HasSuffix(rest, "\n") {
		rest += "\n"
	}
	if rest != "" {
		rest += "\n"
	}
	return []byte(rest + "[" + own + "]\n" + tomlCommand(*e) + "\n"), nil
}

// tomlCommand writes the command as a TOML basic string, whose escapes are JSON's.
func tomlCommand(e entry) string {
	text, _ := json.Marshal(e.command) // a string always can be
	return "command = " + string(text)
}
