package graph

// Refs returns every reference in the value and below it, in written order.
func (v Value) Refs() []Ref {
	return v.refs(nil)
}

// refs goes down by pointer: values are large, and all properties of a system are walked.
func (v *Value) refs(out []Ref) []Ref {
	for _, p := range v.parts() {
		if p.Ref != nil {
			out = append(out, *p.Ref)
		}
	}
	items, fields := v.Items(), v.Fields()
	for i := range items {
		out = items[i].refs(out)
	}
	for i := range fields {
		out = fields[i].Value.refs(out)
	}
	return out
}

// takes adds what the value and everything below it take from elsewhere; name is the field that it stands in.
func (v *Value) takes(name string, out *taken) {
	given := v.Kind == Unknown || v.At != nil && v.At.From != nil
	for _, p := range v.parts() {
		if p.Ref != nil {
			out.refs = append(out.refs, *p.Ref)
		}
		given = given || p.Unknown != ""
	}
	if given {
		out.given = append(out.given, Field{Name: name, Value: *v})
	}
	items, fields := v.Items(), v.Fields()
	for i := range items {
		items[i].takes(name, out)
	}
	for i := range fields {
		fields[i].Value.takes(fields[i].Name, out)
	}
}

// Walk calls visit for the value and everything below it, top down.
func (v Value) Walk(visit func(Value)) {
	visit(v)
	for _, it := range v.Items() {
		it.Walk(visit)
	}
	for _, f := range v.Fields() {
		f.Value.Walk(visit)
	}
}

// Plain turns the value into JSON's own types: nil, bool, float64 or int, string, []any, map[string]any.
// References and unknown parts are spelt as String does.
func (v Value) Plain() any {
	switch v.Kind {
	case Bool:
		return v.text == "true"
	case Number:
		if n, ok := v.Int(); ok {
			return n
		}
		if f, ok := v.Float(); ok {
			return f
		}
		return v.text
	case List:
		out := make([]any, len(v.Items()))
		for i, it := range v.Items() {
			out[i] = it.Plain()
		}
		return out
	case Map:
		out := make(map[string]any, len(v.Fields()))
		for _, f := range v.Fields() {
			out[f.Name] = f.Value.Plain()
		}
		return out
	case Absent, Null:
		return nil
	}
	return v.String()
}
