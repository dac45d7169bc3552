package search

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/seed-8eee7107/serverless-architect/knowledge/facts"
)

// PropertyFact is what the schema of a resource type says of one property. Bounds are of the value for numbers, of
// the length for strings, of the count for lists. What is empty the schema does not say: a service may refuse more
// than its schema does.
type PropertyFact struct {
	Path        string   `json:"path"` // Rules[].Id: each item of the list; Variables{}: each value of the map
	Type        string   `json:"type"`
	Required    bool     `json:"required,omitempty"` // in the object it stands in
	Default     string   `json:"default,omitempty"`
	Minimum     string   `json:"minimum,omitempty"`
	Maximum     string   `json:"maximum,omitempty"`
	Pattern     string   `json:"pattern,omitempty"`
	Format      string   `json:"format,omitempty"`
	Enum        []string `json:"enum,omitempty"`
	Replacement bool     `json:"replacement,omitempty"` // a change replaces the resource
	MayReplace  bool     `json:"mayReplace,omitempty"`  // some changes replace the resource
	ReadOnly    bool     `json:"readOnly,omitempty"`    // an attribute for Fn::GetAtt, not to be set
	WriteOnly   bool     `json:"writeOnly,omitempty"`   // never given back by the service, so drift is not seen
	Deprecated  bool     `json:"deprecated,omitempty"`
	As          string   `json:"as,omitempty"` // its own properties are those of this path
}

// resourceFacts is what is known of one resource type.
type resourceFacts struct {
	Properties []PropertyFact `json:"properties"` // sorted by path
	Rules      []string       `json:"rules"`      // which properties exclude or need each other
	Identifier []string       `json:"identifier"` // what names a resource of the type to AWS
}

type resourceBook struct {
	Version string                   `json:"version"`
	Date    string                   `json:"date"`
	Region  string                   `json:"region"`
	Types   map[string]resourceFacts `json:"types"`
}

//go:embed resources.json.gz
var packedResources []byte

// resources unpacks the book of resource types when it is first asked for: a start that needs none pays nothing.
var resources = sync.OnceValues(func() (*resourceBook, error) {
	z, err := gzip.NewReader(bytes.NewReader(packedResources))
	if err != nil {
		return nil, fmt.Errorf("unpacking the resource reference: %w", err)
	}
	var book resourceBook
	if err := json.NewDecoder(z).Decode(&book); err != nil {
		return nil, fmt.Errorf("unpacking the resource reference: %w", err)
	}
	return &book, nil
})

// readResource reads AWS::Service::Type, also with a property's path after a dot or one section after a #. Case does
// not matter, nor do the marks of lists and maps.
func (c *Corpus) readResource(id string) (Document, bool, error) {
	if !strings.HasPrefix(strings.ToUpper(id), "AWS::") {
		return Document{}, false, nil
	}
	book, err := resources()
	if err != nil {
		return Document{}, false, err
	}
	id, anchor, _ := strings.Cut(id, "#")
	asked, path, _ := strings.Cut(id, ".")
	name := book.find(asked)
	if name == "" {
		return Document{}, false, nil
	}
	d := book.document(name, path)
	if anchor != "" && path == "" {
		d.ID += "#" + anchor
		d.Sections = slices.DeleteFunc(d.Sections, func(s DocSection) bool { return s.ID != d.ID })
	}
	return d, len(d.Sections) > 0, nil
}

// find gives the right spelling of a type, "" for one that is not in the book.
func (b *resourceBook) find(asked string) string {
	for t := range b.Types {
		if strings.EqualFold(t, asked) {
			return t
		}
	}
	return ""
}

// nearResources are the ids to choose from for an id that names no resource type or property.
func nearResources(id string) []string {
	book, err := resources()
	if err != nil || !strings.HasPrefix(strings.ToUpper(id), "AWS::") {
		return nil
	}
	var out []string
	asked, _, _ := strings.Cut(id, ".")
	if name := book.find(asked); name != "" {
		for _, p := range book.Types[name].Properties {
			out = append(out, name+"."+p.Path)
		}
		return out
	}
	return slices.Sorted(maps.Keys(book.Types))
}

// document is a whole type, or one of its properties with all inside of it. The list of Property is given for the
// latter only: the sections of a whole type say the same and can be cut to a budget.
func (b *resourceBook) document(name, path string) Document {
	r := b.Types[name]
	d := Document{ID: name, Title: name, Kind: "reference", Services: []string{strings.Split(name, "::")[1]},
		Sources: []Source{{Title: fmt.Sprintf("cfn-lint %s, CloudFormation resource schemas of %s, state of %s", b.Version, b.Region, b.Date),
			URL: "https://github.com/aws-cloudformation/cfn-lint/tree/v" + b.Version + "/src/cfnlint/data/schemas", Checked: facts.RegionsSource.Checked}}}
	if path != "" {
		d.Property = r.under(path)
		if len(d.Property) == 0 {
			return d
		}
		d.ID += "." + d.Property[0].Path
		d.Title = d.ID
		d.Sections = append(d.Sections, DocSection{d.ID, d.Title, propertyList(d.Property)})
		d.Outline = []Title{{d.ID, d.Title}}
		return d
	}
	add := func(anchor, title, text string) {
		d.Sections = append(d.Sections, DocSection{name + "#" + anchor, title, text})
		d.Outline = append(d.Outline, Title{name + "#" + anchor, title})
	}
	add("summary", "Summary", r.summary(name))
	top, nested, attributes := r.parts()
	add("properties", "Properties", propertyList(top))
	if len(attributes) > 0 {
		add("attributes", "Attributes for Fn::GetAtt", propertyList(attributes))
	}
	for _, group := range nested {
		first := plainPath(group[0].Path)
		first, _, _ = strings.Cut(first, ".")
		add(strings.ToLower(first), "Inside "+first, propertyList(group))
	}
	return d
}

// parts sorts the properties into those of the resource itself, those inside each of them, and the attributes.
func (r resourceFacts) parts() (top []PropertyFact, nested [][]PropertyFact, attributes []PropertyFact) {
	for _, p := range r.Properties {
		switch head, _, inside := strings.Cut(plainPath(p.Path), "."); {
		case p.ReadOnly:
			attributes = append(attributes, p)
		case !inside && p.Path == head:
			top = append(top, p)
		default:
			if n := len(nested); n > 0 && underOrAt(plainPath(nested[n-1][0].Path), head) {
				nested[n-1] = append(nested[n-1], p)
			} else {
				nested = append(nested, []PropertyFact{p})
			}
		}
	}
	return top, nested, attributes
}

func (r resourceFacts) summary(name string) string {
	var required, replacing []string
	for _, p := range r.Properties {
		if p.Required && !strings.ContainsAny(p.Path, ".[{") {
			required = append(required, p.Path)
		}
		if parent, _, inside := cutLast(p.Path); p.Replacement && (!inside || !r.replaces(parent)) && !p.ReadOnly {
			replacing = append(replacing, p.Path)
		}
	}
	lines := []string{"Required: " + codeList(required) + ".", "A change of these replaces the resource: " + codeList(replacing) + "."}
	if len(r.Rules) > 0 {
		lines = append(lines, "Properties that exclude or need each other:\n  - "+strings.Join(r.Rules, "\n  - "))
	}
	if len(r.Identifier) > 0 {
		lines = append(lines, "Identified by: "+codeList(r.Identifier)+".")
	}
	if a, ok := facts.Regions(name); ok {
		if a.Everywhere() {
			lines = append(lines, fmt.Sprintf("Regions: all %d with a list (`facts/regions`).", len(a.In)))
		} else {
			lines = append(lines, fmt.Sprintf("Regions: %d; not listed in %s.", len(a.In), strings.Join(a.NotIn, ", ")))
		}
	}
	return "- " + strings.Join(lines, "\n- ")
}

func (r resourceFacts) replaces(path string) bool {
	return slices.ContainsFunc(r.Properties, func(p PropertyFact) bool { return p.Replacement && plainPath(p.Path) == plainPath(path) })
}

// under lists the property of a path and all inside of it. A property whose own properties stand elsewhere is
// followed there, so that every path that a template may write is found.
func (r resourceFacts) under(path string) []PropertyFact {
	want := plainPath(path)
	for range maxFollowed {
		var out []PropertyFact
		for _, p := range r.Properties {
			if have := plainPath(p.Path); underOrAt(have, want) {
				out = append(out, p)
			}
		}
		if len(out) > 0 {
			slices.SortStableFunc(out, func(a, b PropertyFact) int { return len(plainPath(a.Path)) - len(plainPath(b.Path)) })
			return out
		}
		moved := ""
		for _, p := range r.Properties {
			if at := plainPath(p.Path); p.As != "" && underOrAt(want, at) {
				moved = plainPath(p.As) + want[len(at):]
			}
		}
		if moved == "" {
			return nil
		}
		want = moved
	}
	return nil
}

// maxFollowed bounds how often a path is followed to where its properties stand: a filter within a filter within
// a filter may go on for ever.
const maxFollowed = 8

// underOrAt tells whether a path is another one or inside it.
func underOrAt(path, root string) bool {
	return strings.EqualFold(path, root) || len(path) > len(root) && path[len(root)] == '.' && strings.EqualFold(path[:len(root)], root)
}

func plainPath(path string) string {
	return strings.NewReplacer("[]", "", "{}", "", "/", ".").Replace(path)
}

func cutLast(path string) (before, after string, found bool) {
	i := strings.LastIndexByte(path, '.')
	if i < 0 {
		return path, "", false
	}
	return path[:i], path[i+1:], true
}

func codeList(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return "`" + strings.Join(names, "`, `") + "`"
}

func propertyList(properties []PropertyFact) string {
	var b strings.Builder
	for _, p := range properties {
		b.WriteString("- " + p.line() + "\n")
	}
	return strings.TrimSpace(b.String())
}

// line is a property as one line of markdown.
func (p PropertyFact) line() string {
	parts := []string{p.Type}
	for _, flag := range []struct {
		set  bool
		text string
	}{
		{p.Required, "required"}, {p.Replacement && !p.ReadOnly, "a change replaces"}, {p.MayReplace, "some changes replace"},
		{p.WriteOnly, "write-only"}, {p.Deprecated, "deprecated"},
	} {
		if flag.set {
			parts = append(parts, flag.text)
		}
	}
	if bounds := p.bounds(); bounds != "" {
		parts = append(parts, bounds)
	}
	if p.Default != "" {
		parts = append(parts, "default `"+p.Default+"`")
	}
	if len(p.Enum) > 0 {
		parts = append(parts, "one of "+codeList(p.Enum))
	}
	if p.Format != "" {
		parts = append(parts, "format `"+p.Format+"`")
	}
	if p.Pattern != "" {
		parts = append(parts, "pattern `"+p.Pattern+"`")
	}
	if p.As != "" {
		parts = append(parts, "properties as in `"+p.As+"`")
	}
	return "`" + p.Path + "`: " + strings.Join(parts, "; ")
}

func (p PropertyFact) bounds() string {
	unit := ""
	switch {
	case strings.HasPrefix(p.Type, "list"):
		unit = " items"
	case strings.HasPrefix(p.Type, "map"):
		unit = " entries"
	case strings.HasPrefix(p.Type, "string") || strings.HasPrefix(p.Type, "object"):
		unit = " characters"
	}
	switch {
	case p.Minimum == "" && p.Maximum == "" || p.Minimum == "0" && p.Maximum == "" && unit != "":
		return ""
	case p.Maximum == "":
		return "at least " + p.Minimum + unit
	case p.Minimum == "":
		return "at most " + p.Maximum + unit
	case p.Minimum == p.Maximum:
		return "exactly " + p.Minimum + unit
	}
	return p.Minimum + " to " + p.Maximum + unit
}
