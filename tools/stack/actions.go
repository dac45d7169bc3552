package stack

import (
	"reflect"
	"slices"
)

// Actions lists the IAM actions that reading stacks needs, sorted. They are the calls of the interfaces themselves,
// so the published policy cannot fall behind the code.
func Actions() []string {
	var out []string
	calls := reflect.TypeFor[CloudFormation]()
	for i := range calls.NumMethod() {
		out = append(out, "cloudformation:"+calls.Method(i).Name)
	}
	slices.Sort(out)
	return out
}
