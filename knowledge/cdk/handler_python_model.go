package cdk

import (
	"strings"
	"unicode"

	"github.com/seed-8eee7107/serverless-architect/knowledge/lazy"
)

// pyModelNames are the names that a model has already.
var pyModelNames = lazy.Words("construct copy dict from_orm json parse_file parse_obj parse_raw schema schema_json update_forward_refs validate")

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
	case pyTaken()[out] || pyModelNames()[out]:
		return out + "_"
	}
	return out
}

// model declares the thing that is worked on, as a checked type. What it does not name it keeps.
func (h *pyHandler) model() {
	h.use("pydantic", "BaseModel", "ConfigDict", "Field")
	lines := []string{"class " + h.event + "(BaseModel):"}
	switch {
	case h.object:
		h.use("pydantic", "AliasPath")
		lines = append(lines, `    """An object that came into a bucket, as S3 tells EventBridge."""`, "", "    model_config = ConfigDict(strict=True)", "",
			h.elsewhere(h.key, `AliasPath("object", "key")`), h.elsewhere("bucket", `AliasPath("bucket", "name")`), h.elsewhere("etag", `AliasPath("object", "etag")`))
	case h.trigger == triggerObjects:
		lines = append(lines, `    """An object as the inventory of the workflow names it."""`, "", "    model_config = ConfigDict(strict=True)", "",
			h.elsewhere(h.key, `"Key"`), h.elsewhere("etag", `"Etag"`))
	default:
		lines = append(lines, `    model_config = ConfigDict(extra="allow", strict=True)`, "")
		for _, f := range h.fields {
			lines = append(lines, h.field(f))
		}
	}
	h.block(lines...)
}

// elsewhere declares a field that stands at another place in what comes in.
func (h *pyHandler) elsewhere(name, place string) string {
	limits := []string{"validation_alias=" + place}
	attribute := h.attribute(name)
	if attribute != name {
		limits = append(limits, "serialization_alias="+pyString(name))
	}
	if name == h.key {
		limits = append(limits, "min_length=1")
	}
	return h.laid("    "+attribute+": str = ", "Field", limits...)
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
	case executionName:
		limits = append(limits, `pattern=r"^[A-Za-z0-9_-]{1,80}$"`)
	case executionHalf:
		limits = append(limits, `pattern=r"^[A-Za-z0-9_-]{1,39}$"`)
	case "scheduleName":
		limits = append(limits, `pattern=r"^[A-Za-z0-9_.-]{1,64}$"`)
	case "scheduleHalf":
		limits = append(limits, `pattern=r"^[A-Za-z0-9_.-]{1,31}$"`)
	case dueType:
		h.use("pydantic", "FutureDatetime")
		typ, limits = "FutureDatetime", append(limits, "strict=False")
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

// plain declares how what DynamoDB gives becomes JSON.
func (h *pyHandler) plain() {
	h.use("decimal", "Decimal")
	h.use("json")
	h.block(h.head("plain", "object", "value: object"),
		`    """DynamoDB's numbers and sets, as JSON knows them."""`,
		"    if isinstance(value, Decimal):",
		"        return int(value) if value % 1 == 0 else float(value)",
		"    if isinstance(value, set):",
		"        return sorted(value)",
		`    raise TypeError(f"{type(value).__name__} is nothing that JSON knows")`)
}
