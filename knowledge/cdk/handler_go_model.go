package cdk

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/lazy"
)

// goTagName describes the names that a struct's tag can give a field of JSON. Source: package encoding/json, Marshal; a dash
// alone leaves the field out.
var goTagName = lazy.Regexp(`^[\pL\pN!#$%&()*+./:;<=>?@\[\]^_{|}~ ][\pL\pN!#$%&()*+./:;<=>?@\[\]^_{|}~ -]*$`)

// goInitialisms are words that Go's names have in capitals.
var goInitialisms = map[string]bool{"id": true, "url": true, "arn": true, "api": true, "uri": true, "http": true, "json": true, "ip": true}

func goWord(w string) string {
	if goInitialisms[w] {
		return strings.ToUpper(w)
	}
	return pascal(w)
}

// attribute is the name of the field of the thing's type that holds a field of the work.
func (h *goHandler) attribute(name string) string {
	taken := map[string]bool{}
	for _, f := range h.fields {
		attribute := goAttribute(f.name)
		for taken[attribute] {
			attribute += "_"
		}
		if f.name == name {
			return attribute
		}
		taken[attribute] = true
	}
	return goAttribute(name)
}

func goAttribute(name string) string {
	var b strings.Builder
	for _, word := range split(strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, name)) {
		if word != "" {
			b.WriteString(goWord(word))
		}
	}
	if out := b.String(); out != "" && (out[0] < '0' || out[0] > '9') {
		return out
	}
	return "Field" + b.String()
}

// pointer tells whether a field's type has no value that says that it is missing.
func (f field) pointer() bool { return f.typ == "number" || f.typ == "integer" || f.typ == "boolean" }

func (f field) goType() string {
	switch f.typ {
	case "number":
		return "*float64"
	case "integer":
		return "*int64"
	case "boolean":
		return "*bool"
	case dueType:
		return "time.Time"
	}
	return "string"
}

// fieldOf is the field of that name.
func (w work) fieldOf(name string) field {
	for _, f := range w.fields {
		if f.name == name {
			return f
		}
	}
	return field{name: name}
}

// value spells the value of a field.
func (h *goHandler) value(name string) string {
	if h.fieldOf(name).pointer() {
		return "*w." + h.attribute(name)
	}
	return "w." + h.attribute(name)
}

// textOf spells the value of a field as a text.
func (h *goHandler) textOf(name string) string {
	if h.fieldOf(name).pointer() {
		h.use("fmt")
		return "fmt.Sprint(" + h.value(name) + ")"
	}
	return h.value(name)
}

// model declares the thing that is worked on, and how it is read. What its type does not name stays in its text.
func (h *goHandler) model() {
	h.use("encoding/json")
	h.use("errors")
	h.use("fmt")
	var b strings.Builder
	fmt.Fprintf(&b, "// %s is what is worked on. It may have more fields: they are in its text, which is passed on.\ntype %[1]s struct {\n", h.event)
	for _, f := range h.fields {
		fmt.Fprintf(&b, "%s %s `json:%q`\n", h.attribute(f.name), f.goType(), f.name)
		if f.typ == dueType {
			h.use("time")
		}
	}
	fmt.Fprintf(&b, "\ntext []byte // the JSON\n}\n\n")
	fmt.Fprintf(&b, "// read checks what comes in. Its errors say what is wrong where.\nfunc read(text []byte) (%s, error) {\n%s", h.event, h.decoding())
	for _, f := range h.fields {
		b.WriteString(h.check(f))
	}
	b.WriteString("return w, nil\n}\n")
	h.block("%s", b.String())
}

// decoding spells how the text becomes the thing.
func (h *goHandler) decoding() string {
	const broken = "err != nil {\nreturn %s, fmt.Errorf(\"it is no JSON of this form: %%w\", err)\n}\n"
	switch {
	case h.object:
		return "var told struct {\nBucket struct {\nName string `json:\"name\"`\n} `json:\"bucket\"`\nObject struct {\nKey string `json:\"key\"`\nETag string `json:\"etag\"`\n} `json:\"object\"`\n}\n" +
			"if err := json.Unmarshal(text, &told); " + fmt.Sprintf(broken, h.event+"{}") +
			h.elsewhere("told.Object.Key", "told.Object.ETag", h.attribute("bucket")+": told.Bucket.Name, ")
	case h.trigger == triggerObjects:
		return "var told struct{ Key, Etag string }\nif err := json.Unmarshal(text, &told); " + fmt.Sprintf(broken, h.event+"{}") + h.elsewhere("told.Key", "told.Etag", "")
	}
	return "w := " + h.event + "{text: text}\nif err := json.Unmarshal(text, &w); " + fmt.Sprintf(broken, "w")
}

// elsewhere spells how the thing is made of what stands at other places in what comes in.
func (h *goHandler) elsewhere(key, tag, more string) string {
	return "w := " + h.event + "{" + h.attribute(h.key) + ": " + key + ", " + more + h.attribute("etag") + ": " + tag + "}\nvar err error\nif w.text, err = json.Marshal(w); err != nil {\n" +
		"return w, fmt.Errorf(\"writing it: %w\", err)\n}\n"
}

// goNames are fields that become names, which are of few signs and not too long.
var goNames = map[string]struct {
	variable, by, word, signs string
	most                      int
}{
	"scheduleName": {"scheduleName", "Scheduler", "name for a schedule", "_.-", 64},
	"scheduleHalf": {"scheduleName", "Scheduler", "name for a schedule", "_.-", 31},
	executionName:  {"executionName", "Step Functions", "name for an execution", "_-", 80},
	executionHalf:  {"executionName", "Step Functions", "name for an execution", "_-", 39},
}

// check spells what is done with a field that is not as it has to be.
func (h *goHandler) check(f field) string {
	value, wrong, why := "w."+h.attribute(f.name), "", "is missing"
	switch {
	case f.pointer():
		wrong = value + " == nil"
	case f.typ == dueType:
		wrong, why = "!"+value+".After(time.Now())", "is not in the future"
	case goNames[f.typ].most > 0:
		h.use("regexp")
		n := goNames[f.typ]
		if declared := fmt.Sprintf("// %[1]s is what %[2]s takes for a name.\nvar %[1]s = regexp.MustCompile(`^[A-Za-z0-9%[3]s]{1,%[4]d}$`)\n", n.variable, n.by, n.signs, n.most); !slices.Contains(h.blocks, declared) {
			h.block("%s", declared)
		}
		wrong, why = "!"+n.variable+".MatchString("+value+")", "is no "+n.word
	default:
		wrong = value + ` == ""`
	}
	return fmt.Sprintf("if %s {\nreturn w, errors.New(%s)\n}\n", wrong, goString(oneLine(f.name)+" "+why))
}
