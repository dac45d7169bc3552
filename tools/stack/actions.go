package stack

import (
	"reflect"
	"slices"
)

// Actions lists the IAM actions that reading stacks needs, sorted. They are the calls of the interfaces themselves,
// and the rights that Cloud Control's read handlers use in the caller's name, so the published policy cannot fall
// behind the code.
func Actions() []string {
	var out []string
	for _, api := range []struct {
		prefix string
		calls  reflect.Type
	}{
		{"cloudformation:", reflect.TypeFor[CloudFormation]()},
		{"cloudformation:", reflect.TypeFor[CloudControl]()}, // Cloud Control's actions are CloudFormation's
	} {
		for i := range api.calls.NumMethod() {
			out = append(out, api.prefix+api.calls.Method(i).Name)
		}
	}
	for _, m := range models {
		out = append(out, m.permissions...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}
