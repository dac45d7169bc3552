package graph

import (
	"strconv"
	"strings"
)

// Origin says where a value comes from.
type Origin uint8

// The origins. An absent value has none.
const (
	OriginUnset Origin = iota
	Known              // written in a file (intrinsics resolved)
	Default            // AWS's default, because nothing is written
	Live               // read from the deployed resource
	Undecided          // an unresolved parameter, import, intrinsic ...; see Value.Reason
)

// String is the origin in words, "" for that of an absent value.
func (o Origin) String() string { return [...]string{"", "known", "default", "live", "unknown"}[o] }

// Evidence is a place in a file. Line and Column count from 1, 0 means not known. Path is an RFC 6901
// pointer from the document's root, such as /Resources/Queue/Properties/VisibilityTimeout.
type Evidence struct {
	File   string
	Line   int
	Column int
	Path   string
	From   *Given // whose value stands here, for a Ref to a parameter of a template that no other one deploys; else nil
}

// Given is a parameter of a template, as far as it tells where to change its value.
type Given struct {
	Name    string
	Default string // the place of its default, a pointer as Evidence.Path is; "" where the value is another
	// Allowed is the place of its list of allowed values, "" where it has none.
	Allowed       string
	AllowedValues []string
}

// TemplateParameter is a parameter of a template. Default is absent where it has none.
type TemplateParameter struct {
	Name    string
	Type    string // "String", "AWS::SSM::Parameter::Value<String>"
	NoEcho  bool
	Default Value
	At      *Evidence
}

// ValueKind is the shape of a Value.
type ValueKind uint8

// The shapes. The zero Value is Absent.
const (
	Absent  ValueKind = iota // nothing is written (AWS::NoValue counts as nothing)
	Null                     // written as null
	Bool                     // true or false
	Number                   // a number; Text keeps its spelling
	String                   // a text, of one or more parts
	List                     // a sequence
	Map                      // a mapping, in written order
	Unknown                  // could not be resolved: see Reason
)

// Ref names a resource of the same system, and the attribute that is taken of it. Attribute is empty
// for a plain Ref. Resource is a graph id.
type Ref struct {
	Resource  string
	Attribute string
}

// Part is a piece of a text: exactly one of the three fields is set. An empty literal text has no part.
type Part struct {
	Literal string
	Ref     *Ref
	Unknown string // the reason why this piece is not known
}

// Field is one entry of a mapping.
type Field struct {
	Name  string
	Value Value
}

// Value is a setting, or a tree of settings, after intrinsics are resolved as far as the files allow.
// Values are immutable and cheap to copy.
type Value struct {
	Kind   ValueKind
	Origin Origin
	At     *Evidence // nil only for absent values without a place
	text   string
	inner  any // of a text of several parts []Part, of a sequence []Value, of a mapping []Field: values are many, so they are small
}

func (v Value) parts() []Part {
	parts, _ := v.inner.([]Part)
	return parts
}

// NewString makes a literal text. NewBool, NewNumber, NewList, NewMap, NewText, NewRef and NewUnknown make
// the other shapes. All have Origin Known (NewUnknown: Undecided).
func NewString(at *Evidence, text string) Value {
	return Value{Kind: String, Origin: Known, At: at, text: text}
}

// NewBool makes a truth value.
func NewBool(at *Evidence, b bool) Value {
	return Value{Kind: Bool, Origin: Known, At: at, text: strconv.FormatBool(b)}
}

// NewNumber makes a number from its spelling.
func NewNumber(at *Evidence, spelling string) Value {
	return Value{Kind: Number, Origin: Known, At: at, text: spelling}
}

// NewInt makes a whole number.
func NewInt(at *Evidence, n int) Value { return NewNumber(at, strconv.Itoa(n)) }

// NewNull makes an explicit null.
func NewNull(at *Evidence) Value { return Value{Kind: Null, Origin: Known, At: at} }

// NewList makes a sequence.
func NewList(at *Evidence, items ...Value) Value {
	return Value{Kind: List, Origin: Known, At: at, inner: items}
}

// NewMap makes a mapping. Where a name occurs twice the later entry wins in Get.
func NewMap(at *Evidence, fields ...Field) Value {
	return Value{Kind: Map, Origin: Known, At: at, inner: fields}
}

// NewText makes a text of parts. Neighbouring literals are joined; a text without Ref and Unknown parts
// becomes a plain literal, one that is nothing but an unknown part an unknown value.
func NewText(at *Evidence, parts ...Part) Value {
	var joined []Part
	for _, p := range parts {
		last := len(joined) - 1
		switch {
		case p.Ref == nil && p.Unknown == "" && p.Literal == "":
		case p.Ref == nil && p.Unknown == "" && last >= 0 && joined[last].Ref == nil && joined[last].Unknown == "":
			joined[last].Literal += p.Literal
		default:
			joined = append(joined, p)
		}
	}
	if len(joined) == 0 {
		return NewString(at, "")
	}
	if len(joined) == 1 && joined[0].Ref == nil && joined[0].Unknown == "" {
		return NewString(at, joined[0].Literal)
	}
	if len(joined) == 1 && joined[0].Unknown != "" {
		return NewUnknown(at, joined[0].Unknown)
	}
	return Value{Kind: String, Origin: Known, At: at, inner: joined}
}

// NewRef makes a text that is one reference.
func NewRef(at *Evidence, resource, attribute string) Value {
	return NewText(at, Part{Ref: &Ref{Resource: resource, Attribute: attribute}})
}

// NewUnknown makes a value that could not be resolved. reason completes the sentence "not known: ...",
// such as "parameter Stage has no default".
func NewUnknown(at *Evidence, reason string) Value {
	return Value{Kind: Unknown, Origin: Undecided, At: at, text: reason}
}

// AsDefault returns the value marked as AWS's default, with the place of the resource that lacks it.
func (v Value) AsDefault(at *Evidence) Value {
	v.Origin, v.At = Default, at
	return v
}

// WithOrigin returns the value, and all that is below it, with another origin. Unknown values stay unknown.
func (v Value) WithOrigin(o Origin) Value {
	if v.Kind == Unknown || v.Kind == Absent {
		return v
	}
	v.Origin = o
	switch inner := v.inner.(type) {
	case []Value:
		items := make([]Value, len(inner))
		for i, it := range inner {
			items[i] = it.WithOrigin(o)
		}
		v.inner = items
	case []Field:
		fields := make([]Field, len(inner))
		for i, f := range inner {
			fields[i] = Field{f.Name, f.Value.WithOrigin(o)}
		}
		v.inner = fields
	}
	return v
}

// Exists tells whether anything is written, be it null or unknown.
func (v Value) Exists() bool { return v.Kind != Absent }

// IsUnknown tells whether the whole value is unknown. A text with an unknown part is not: see Text.
func (v Value) IsUnknown() bool { return v.Kind == Unknown }

// Reason says why an unknown value, or the first unknown part of a text, is not known; else "".
func (v Value) Reason() string {
	if v.Kind == Unknown {
		return v.text
	}
	for _, p := range v.parts() {
		if p.Unknown != "" {
			return p.Unknown
		}
	}
	return ""
}

// Get walks down mappings by name. It returns an absent value where a name is missing or the value is no
// mapping, and an unknown one where an unknown stands in the way or a macro may add the name.
func (v Value) Get(names ...string) Value {
	for _, name := range names {
		if v.Kind == Unknown {
			return v
		}
		fields := v.Fields()
		at := len(fields) - 1
		for at >= 0 && fields[at].Name != name {
			at--
		}
		v = entry(fields, at)
	}
	return v
}

// entry is the value of an entry, or, where there is none or nothing is written, what a macro may add.
func entry(fields []Field, at int) Value {
	if at >= 0 && fields[at].Value.Kind != Absent {
		return fields[at].Value
	}
	return added(fields)
}

// adds is the name of the entry, an unknown value, of a mapping to which a macro adds entries when it is deployed.
const adds = "Fn::Transform"

// added is what a mapping's missing entries are: unknown where a macro may add them, else absent.
func added(fields []Field) Value {
	for i := range fields {
		if fields[i].Name == adds && fields[i].Value.Kind == Unknown {
			return fields[i].Value
		}
	}
	return Value{}
}

// property is Get(UpperFirst(setting)) without making the name: rules ask for settings some hundred thousand times.
func (v Value) property(setting string) Value {
	if v.Kind == Unknown {
		return v
	}
	fields := v.Fields()
	at := len(fields) - 1
	if setting == "" {
		return entry(fields, -1)
	}
	first, rest := setting[0], setting[1:]
	if 'a' <= first && first <= 'z' {
		first -= 'a' - 'A'
	}
	for ; at >= 0; at-- {
		if name := fields[at].Name; len(name) == len(setting) && name[0] == first && name[1:] == rest {
			break
		}
	}
	return entry(fields, at)
}

// Fields returns the entries of a mapping in written order, else nil. Do not change it.
func (v Value) Fields() []Field {
	fields, _ := v.inner.([]Field)
	return fields
}

// Items returns the elements of a list, else nil. Do not change it.
func (v Value) Items() []Value {
	items, _ := v.inner.([]Value)
	return items
}

// Each returns the elements of a list, or the value itself where it is a single scalar or mapping: IAM and
// others allow one in place of a list. Absent gives nil.
func (v Value) Each() []Value {
	switch v.Kind {
	case Absent, Null:
		return nil
	case List:
		return v.Items()
	}
	return []Value{v}
}

// Str returns the literal text of a string, number or truth value; ok is false where any part of it is not
// literal.
func (v Value) Str() (text string, ok bool) {
	switch v.Kind {
	case String, Number, Bool:
		return v.text, len(v.parts()) == 0
	}
	return "", false
}

// Int returns a whole number, also from a string that spells one, as CloudFormation does.
func (v Value) Int() (n int, ok bool) {
	s, ok := v.Str()
	if !ok || v.Kind == Bool {
		return 0, false
	}
	f, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil || f != float64(int(f)) {
		return 0, false
	}
	return int(f), true
}

// Float returns a number, also from a string that spells one.
func (v Value) Float() (f float64, ok bool) {
	s, ok := v.Str()
	if !ok || v.Kind == Bool {
		return 0, false
	}
	f, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	return f, err == nil
}

// Truth returns a truth value, also from the strings "true" and "false" in any case, as CloudFormation does, and from
// the words that YAML 1.1, which CloudFormation reads, takes for truth values: yes, no, on and off.
func (v Value) Truth() (b, ok bool) {
	s, ok := v.Str()
	if !ok {
		return false, false
	}
	switch strings.ToLower(s) {
	case "true", "yes", "on":
		return true, true
	case "false", "no", "off":
		return false, true
	}
	return false, false
}

// Parts returns the pieces of a text. A literal is one literal part; an unknown value one unknown part.
func (v Value) Parts() []Part {
	switch parts := v.parts(); {
	case len(parts) > 0:
		return parts
	case v.Kind == Unknown:
		return []Part{{Unknown: v.text}}
	case v.Kind == String || v.Kind == Number || v.Kind == Bool:
		return []Part{{Literal: v.text}}
	}
	return nil
}

// Ref returns the reference where the value is exactly one.
func (v Value) Ref() (Ref, bool) {
	if parts := v.parts(); len(parts) == 1 && parts[0].Ref != nil {
		return *parts[0].Ref, true
	}
	return Ref{}, false
}
