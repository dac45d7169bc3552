package services

import (
	"slices"
	"sync"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/policy"
)

// shared remembers, for the scenarios of one system, what depends on a resource alone: resources that do not
// differ are the same in all of them, and most do not. Nobody may change what it returns.
type shared struct{ arns, documents, managed, rights, frameworks sync.Map }

// part is something of a resource that is remembered. Two parts of one resource have two names.
type part struct {
	resource *graph.Resource
	name     string
}

// remember returns what was made for a resource or a part of it before, or makes it.
func remember[V any](m *sync.Map, key any, compute func() V) V {
	if v, ok := m.Load(key); ok {
		return v.(V)
	}
	v := compute()
	m.Store(key, v)
	return v
}

// arn is arnOf, remembered.
func (m *shared) arn(r *graph.Resource, t *resourceType) graph.Value {
	return remember(&m.arns, r, func() graph.Value { return arnOf(r, t) })
}

// parse reads the statements of a resource's policy document. name tells its documents apart.
func (m *shared) parse(r *graph.Resource, name string, doc graph.Value, origin string) document {
	return remember(&m.documents, part{r, name}, func() document {
		doc := jsonValue(doc)
		return document{slices.Clip(policy.Parse(doc, r, origin)), policy.Undecided(doc)}
	})
}

// document is what a policy document says: its statements, and why some may be missing.
type document struct {
	statements []graph.Statement
	undecided  string
}

// awsPolicy gives the statements of one of AWS's managed policies that a resource names.
func (m *shared) awsPolicy(r *graph.Resource, name string, at *graph.Evidence) (statements []graph.Statement, known bool) {
	statements = remember(&m.managed, part{r, name}, func() []graph.Statement {
		statements, _ := policy.Managed(name, at, r)
		return slices.Clip(statements)
	})
	return statements, len(statements) > 0
}

// right is what a statement says of its holder: what it may do to which kinds of thing, in our words and in its own.
type right struct {
	uses    []use
	assumes bool // roles
	label   string
}

// right reads a statement's actions. The statements of a document are the same in all scenarios, with one array of
// actions.
func (m *shared) right(s graph.Statement) right {
	if len(s.Actions) == 0 {
		return right{}
	}
	key := &s.Actions[0]
	if r, ok := m.rights.Load(key); ok {
		return r.(right)
	}
	r := right{covered(s), assumes(s), actionLabel(s)}
	m.rights.Store(key, r)
	return r
}

// framework is cdkPart, remembered.
func (m *shared) framework(r *graph.Resource) string {
	return remember(&m.frameworks, r, func() string { return cdkPart(r) })
}
