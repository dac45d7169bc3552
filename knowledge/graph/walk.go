package graph

// Refs returns every reference in the value and below it, in written order.
func (v Value) Refs() []Ref {
	return v.refs(nil)
}

// refs goes down by pointer: values are large, and all properties of a system are walked.
func (v *Value) refs(out []Ref) []Ref {
	for i := range v.parts {
		if v.parts[i].Ref != nil {
			out = append(out, *v.parts[i].Ref)
		}
	}
	for i := range v.items {
		out = v.items[i].refs(out)
	}
	for i := range v.fields {
		out = v.fields[i].Value.refs(out)
	}
	return out
}

// Walk calls visit for the value and everything below it, top down.
func (v Value) Walk(visit func(Value)) {
	visit(v)
	for _, it := range v.items {
		it.Walk(visit)
	}
	for _, f := range v.fields {
		f.Value.Walk(visit)
	}
}
