package cdk

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/lazy"
)

// javaReserved are names that a record's component cannot have, or that its other members have.
var javaReserved = map[string]bool{"clone": true, "finalize": true, "getClass": true, "hashCode": true, "notify": true, "notifyAll": true, "toString": true, "wait": true,
	"equals": true, "json": true, "text": true, "read": true}

// javaOthers are classes that a type of the handler must not be named after: it would hide them.
var javaOthers = lazy.Words(`Boolean Byte Class Context Double Exception Image Instant Integer Item Json Log Long Map List Metrics Number Object Once Override Record
		Requests RuntimeException SenderKey Settings Signature String Throwable Void`)

// thing names the type of what is worked on.
func (h *javaHandler) thing() string {
	if javaOthers()[h.event] || strings.HasSuffix(h.event, "Handler") || strings.HasSuffix(h.event, "Client") || strings.HasSuffix(h.event, "Exception") {
		return h.event + "Thing"
	}
	return h.event
}

// component names the component of the record that has a field.
func (h *javaHandler) component(name string) string {
	taken := map[string]bool{}
	for _, f := range h.fields {
		component := javaComponent(f.name)
		for taken[component] {
			component += "_"
		}
		if f.name == name {
			return component
		}
		taken[component] = true
	}
	return javaComponent(name)
}

func javaComponent(name string) string {
	out := camel(strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, name))
	switch {
	case out == "" || out[0] >= '0' && out[0] <= '9':
		return "field" + out
	case javaReserved[out]:
		return out + "_"
	}
	return javaName(out)
}

// value spells the value of a field.
func (h *javaHandler) value(name string) string { return "work." + h.component(name) + "()" }

// textOf spells the value of a field as a text.
func (h *javaHandler) textOf(name string) string {
	for _, f := range h.fields {
		if f.name == name && f.javaType() != "String" {
			return "String.valueOf(" + h.value(name) + ")"
		}
	}
	return h.value(name)
}

func (f field) javaType() string {
	switch f.typ {
	case "number":
		return "double"
	case "integer":
		return "long"
	case "boolean":
		return "boolean"
	case dueType:
		return "Instant"
	}
	return "String"
}

// checked spells how a field is read from JSON, which says what is wrong with it.
func (f field) checked() string {
	switch f.typ {
	case "number", "integer":
		return "Json." + f.typ + "(json, " + javaString(f.name) + ")"
	case "boolean":
		return "Json.truth(json, " + javaString(f.name) + ")"
	case dueType:
		return "Json.later(json, " + javaString(f.name) + ")"
	}
	if most := goNames[f.typ].most; most > 0 {
		return fmt.Sprintf("Json.name(json, %s, %d)", javaString(f.name), most)
	}
	return "Json.text(json, " + javaString(f.name) + ")"
}

// model declares the thing that is worked on, and how it is read. What its type does not name stays in its JSON.
func (h *javaHandler) model() {
	h.use("com.fasterxml.jackson.databind.JsonNode")
	var components, read []string
	for _, f := range h.fields {
		components, read = append(components, f.javaType()+" "+h.component(f.name)), append(read, f.checked())
		if f.typ == dueType {
			h.use("java.time.Instant")
		}
	}
	components, read = append(components, "JsonNode json"), append(read, "json")
	h.member("/** What is worked on. It may have more fields: they are in its JSON, which is passed on. */\nrecord %[1]s(%[2]s) {\n"+
		"/** Checks what comes in. */\nstatic %[1]s read(String text) {\n%[3]sreturn new %[1]s(%[4]s);\n}\n"+
		"%[5]s}\n", h.thing(), strings.Join(components, ", "), h.decoding(), strings.Join(read, ", "), javaTextMethod)
}

// javaTextMethod gives what is passed on.
const javaTextMethod = "\nString text() {\nreturn Json.write(json);\n}\n"

// decoding spells how the text becomes the thing's JSON.
func (h *javaHandler) decoding() string {
	switch {
	case h.object:
		return "JsonNode told = Json.read(text);\nJsonNode object = told.path(\"object\");\nString bucket = Json.text(told.path(\"bucket\"), \"name\");\n" +
			"JsonNode json = Json.of(Map.of(" + javaString(h.key) + ", Json.text(object, \"key\"), \"bucket\", bucket, \"etag\", Json.text(object, \"etag\")));\n"
	case h.trigger == triggerObjects:
		return "JsonNode told = Json.read(text);\nJsonNode json = Json.of(Map.of(" + javaString(h.key) + ", Json.text(told, \"Key\"), \"etag\", Json.text(told, \"Etag\")));\n"
	}
	return "JsonNode json = Json.read(text);\n"
}
