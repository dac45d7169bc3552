package stack

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// model is how Cloud Control names and reads a type; models_data.go has them, made from the registry schemas.
type model struct {
	identifier  []string // the properties that name a resource, joined by | where there are several
	made        []string // read-only properties
	permissions []string // what the type's read handler asks for
}

// ReadPermissions are the actions that Cloud Control's read handler of a type uses with the caller's rights, as the
// type's registry schema lists them; nil for a type that is not read.
func ReadPermissions(resourceType string) []string { return models[resourceType].permissions }

// identifier is Cloud Control's name for a deployed resource: mostly its physical id. by is the system's other
// resources, whose physical ids stand in for references.
func (c *compare) identifier(r *graph.Resource) (string, error) {
	m := models[r.Type]
	if r.Physical == "" {
		return "", fmt.Errorf("it has no physical id")
	}
	if r.Type == "AWS::Events::Rule" && !strings.HasPrefix(r.Physical, "arn:") {
		// Ref gives the name, or BUS|NAME on a bus that is not the default one; Cloud Control wants the ARN.
		name := strings.ReplaceAll(r.Physical, "|", "/")
		if bus := c.text(r.Properties.Get("EventBusName")); bus != "" && bus != "default" && !strings.Contains(name, "/") {
			name = last(bus) + "/" + name
		}
		return "arn:" + c.partition + ":events:" + c.region + ":" + c.account + ":rule/" + name, nil
	}
	if len(m.identifier) == 1 {
		return r.Physical, nil
	}
	var parts []string
	for i, name := range m.identifier {
		part := c.text(r.Properties.Get(name))
		if made := slices.Contains(m.made, name); made || part == "" && i == len(m.identifier)-1 {
			part = r.Physical
		}
		if part == "" {
			return "", fmt.Errorf("its %s is not known", name)
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, "|"), nil
}

// text spells a value with physical ids for references, "" where it is not known.
func (c *compare) text(v graph.Value) string {
	var b strings.Builder
	for _, p := range v.Parts() {
		switch {
		case p.Unknown != "":
			return ""
		case p.Ref != nil:
			r := c.byID[p.Ref.Resource]
			if r == nil || r.Physical == "" {
				return ""
			}
			b.WriteString(r.Physical)
		default:
			b.WriteString(p.Literal)
		}
	}
	return c.pseudo.Replace(b.String())
}
