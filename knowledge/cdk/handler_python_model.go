package cdk

import (
	"strings"
	"unicode"
)

// pyModelNames are the names that a model has already.
var pyModelNames = map[string]bool{}

func init() {
	for _, n := range strings.Fields("construct copy dict from_orm json parse_file parse_obj parse_raw schema schema_json update_forward_refs validate") {
		pyModelNames[n] = true
	}
}

// attribute is the name under which the model has a field.
func (h *pyHandler) attribute(name string) string {
	taken := map[string]bool{}
	for _, f := range h.fields {
		attribute := pyAttribute(f.name)
		for taken[attribute] {
			attribute += "_"
		}
		if f.name == name {
			return attribute
		}
		taken[attribute] = true
	}
	return pyAttribute(name)
}

func pyAttribute(name string) string {
	var b strings.Builder
	for _, r := range pyMember(name) {
		if r < 128 && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
			b.WriteRune(r)
		} else {
			b.WriteByte('_')
		}
	}
	out := strings.Trim(b.String(), "_")
	switch {
	case out == "" || unicode.IsDigit(rune(out[0])) || strings.HasPrefix(out, "model_"):
		return "field_" + out
	case pyTaken[out] || pyModelNames[out]:
		return out + "_"
	}
	return out
}

// model declares the thing that is worked on, as a checked type. What it does not name it keeps.
func (h *pyHandler) model() {
	h.use("pydantic", "BaseModel", "ConfigDict", "Field")
	lines := []string{"class " + h.event + "(BaseModel):", `    model_config = ConfigDict(extra="allow", strict=True)`, ""}
	for _, f := range h.fields {
		lines = append(lines, h.field(f))
	}
	h.block(lines...)
}

// field declares one field of the model.
func (h *pyHandler) field(f field) string {
	typ, limits := "str", []string{}
	switch f.typ {
	case "number":
		typ = "float"
	case "integer":
		typ = "int"
	case "boolean":
		typ = "bool"
	default:
		limits = append(limits, "min_length=1")
	}
	attribute := h.attribute(f.name)
	if attribute != f.name {
		limits = append([]string{"alias=" + pyString(f.name)}, limits...)
	}
	declared := "    " + attribute + ": " + typ
	if len(limits) == 0 {
		return declared
	}
	return h.laid(declared+" = ", "Field", limits...)
}

// asJSON spells the work as the JSON text that others are sent.
func (h *pyHandler) asJSON() string { return "work.model_dump_json(by_alias=True)" }
