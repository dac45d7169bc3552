package stack

import (
	_ "embed"
	"slices"
	"strings"
)

// calls are the actions behind the interfaces of this package, one a line: made by make generate. The interfaces cannot
// be asked at run time: a program that looks methods up by reflection keeps every method of every AWS client.
//
//go:embed calls.txt
var calls string

// Actions lists the IAM actions that reading stacks needs, sorted. They are the calls of the interfaces, and the rights
// that Cloud Control's read handlers use in the caller's name, so the published policy cannot fall behind the code.
func Actions() []string {
	out := strings.Fields(calls)
	for _, m := range models {
		out = append(out, m.permissions...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}
