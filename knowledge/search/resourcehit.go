package search

import "strings"

// mostNamedWords is how long a question may be that is answered from the resource reference: "AWS::SQS::Queue
// VisibilityTimeout" asks for a schema's row, a long question that names a type asks for more.
const mostNamedWords = 4

// namedResource answers a short question that names a resource type, and perhaps a property of it, from the
// resource reference.
func namedResource(q Query) (Hit, bool) {
	fields := strings.Fields(q.Text)
	if len(fields) > mostNamedWords || q.Kind != "" && kindKey(q.Kind) != "reference" || q.Domain != "" || q.Service != "" {
		return Hit{}, false
	}
	name, others := "", []string{}
	for _, w := range fields {
		w = strings.Trim(w, "`\"'?,;")
		if strings.HasPrefix(strings.ToUpper(w), "AWS::") && name == "" {
			name = w
		} else {
			others = append(others, w)
		}
	}
	if name == "" {
		return Hit{}, false
	}
	book, err := resources()
	if err != nil {
		return Hit{}, false // Read reports it
	}
	typeName, path, _ := strings.Cut(name, ".")
	if typeName = book.find(typeName); typeName == "" {
		return Hit{}, false
	}
	for _, w := range append([]string{path}, others...) {
		if w == "" {
			continue
		}
		if d := book.document(typeName, w); len(d.Property) > 0 {
			return Hit{ID: d.ID, Title: d.Title, Domain: "deployment", Kind: d.Kind, Text: propertyList(d.Property[:1]), Sources: d.Sources}, true
		}
	}
	d := book.document(typeName, "")
	s := d.Sections[0]
	return Hit{ID: d.ID, Title: d.Title, Domain: "deployment", Kind: d.Kind, Text: s.Text, Sources: d.Sources}, true
}

// lead puts a hit before all others and drops from the end what no longer fits.
func (r *Result) lead(h Hit, limit, budget int) {
	n := tokens(h.Title) + tokens(h.Text)
	if n > budget {
		return
	}
	if len(r.Passages) > 0 {
		h.Score = r.Passages[0].Score
	}
	r.Passages = append([]Hit{h}, r.Passages...)
	r.Tokens += n
	r.Nearest = nil
	for len(r.Passages) > limit || r.Tokens > budget {
		last := r.Passages[len(r.Passages)-1]
		r.Tokens -= tokens(last.Title) + tokens(last.Text)
		r.Passages = r.Passages[:len(r.Passages)-1]
		r.Omitted++
	}
}
