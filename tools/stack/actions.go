package stack

import (
	"reflect"
	"slices"
)

// API is an interface to AWS with the prefix of its calls' actions.
type API struct {
	Prefix string
	Calls  reflect.Type
}

// APIs lists every interface through which this package reaches AWS: no call is made beside them.
func APIs() []API {
	return []API{
		{"cloudformation:", reflect.TypeFor[CloudFormation]()},
		{"cloudformation:", reflect.TypeFor[CloudControl]()}, // Cloud Control's actions are CloudFormation's
		{"cloudwatch:", reflect.TypeFor[CloudWatch]()},
		{"lambda:", reflect.TypeFor[Lambda]()},
		{"sqs:", reflect.TypeFor[SQS]()},
		{"sns:", reflect.TypeFor[SNS]()},
		{"kms:", reflect.TypeFor[KMS]()},
		{"logs:", reflect.TypeFor[Logs]()},
	}
}

// Actions lists the IAM actions that reading stacks needs, sorted. They are the calls of the interfaces themselves,
// and the rights that Cloud Control's read handlers use in the caller's name, so the published policy cannot fall
// behind the code.
func Actions() []string {
	var out []string
	for _, api := range APIs() {
		for i := range api.Calls.NumMethod() {
			out = append(out, api.Prefix+api.Calls.Method(i).Name)
		}
	}
	for _, m := range models {
		out = append(out, m.permissions...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}
