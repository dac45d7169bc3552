// Package facts holds what is true of AWS as numbers and lists: limits, defaults, runtimes with their dates,
// service principals. Each row has its source and the day it was checked; pages and rules take figures from here,
// so that a changed limit is one changed row.
//
// The rows are Go literals: nothing is parsed at start. The package decides nothing and imports nothing of ours.
package facts

import (
	"fmt"
	"strconv"
	"strings"
)

// checked is the day on which the rows were last compared with their sources.
const checked = "2026-11-23"

// Kind says how firm a figure is.
type Kind string

// The kinds.
const (
	Hard       Kind = "hard"       // a limit that AWS does not raise
	Adjustable Kind = "adjustable" // a quota that AWS raises on request; the value is what an account starts with
	Default    Kind = "default"    // what holds where nothing is set
	Behaviour  Kind = "behaviour"  // how the service acts, or what it recommends
)

// Source is where a statement was read, and when (YYYY-MM-DD).
type Source struct {
	Title   string `json:"title"`
	URL     string `json:"url"`
	Checked string `json:"checked"`
}

// Fact is one figure. Value is for programs (a bare number where it is one), Text is how the figure reads in prose.
type Fact struct {
	ID       string `json:"id"` // table.name, never changes: lambda.timeout_seconds
	Title    string `json:"title"`
	Value    string `json:"value"`
	Unit     string `json:"unit"`
	Text     string `json:"text"`
	Kind     Kind   `json:"kind"`
	Source   Source `json:"source"`
	Verified bool   `json:"verified"` // false: no source was read that confirms the whole row
	Note     string `json:"note,omitempty"`
}

// Table is the name of the table the fact stands in: the part of its id before the dot.
func (f Fact) Table() string {
	name, _, _ := strings.Cut(f.ID, ".")
	return name
}

// Table is the figures of one service, in reading order.
type Table struct {
	Name  string `json:"name"`
	Title string `json:"title"`
	Facts []Fact `json:"facts"`
}

// Find returns the fact of an id.
func Find(id string) (Fact, bool) {
	name, _, _ := strings.Cut(id, ".")
	t, _ := Lookup(name)
	for i := range t.Facts {
		if t.Facts[i].ID == id {
			return t.Facts[i], true
		}
	}
	return Fact{}, false
}

// Int returns a fact's value as a number. An unknown id, or a fact that is no bare number, is a mistake in our
// own tables and panics.
func Int(id string) int {
	f, ok := Find(id)
	if !ok {
		panic("facts: there is no " + id)
	}
	n, err := strconv.Atoi(f.Value)
	if err != nil {
		panic(fmt.Sprintf("facts: %s is %q, not a number", id, f.Value))
	}
	return n
}

// Tables returns all tables of figures in a fixed order.
func Tables() []Table { return tables }

// Lookup returns the table of a name.
func Lookup(name string) (Table, bool) {
	for _, t := range tables {
		if t.Name == name {
			return t, true
		}
	}
	return Table{}, false
}
