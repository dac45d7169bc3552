package stacktest

import (
	"reflect"

	"github.com/seed-8eee7107/serverless-architect/tools/stack"
)

// API is an interface to AWS with the prefix of its calls' actions.
type API struct {
	Prefix string
	Calls  reflect.Type
}

// APIs lists every interface through which package stack reaches AWS: no call is made beside them.
func APIs() []API {
	return []API{
		{"cloudformation:", reflect.TypeFor[stack.CloudFormation]()},
		{"cloudformation:", reflect.TypeFor[stack.CloudControl]()}, // Cloud Control's actions are CloudFormation's
		{"cloudwatch:", reflect.TypeFor[stack.CloudWatch]()},
		{"lambda:", reflect.TypeFor[stack.Lambda]()},
		{"sqs:", reflect.TypeFor[stack.SQS]()},
		{"sns:", reflect.TypeFor[stack.SNS]()},
		{"kms:", reflect.TypeFor[stack.KMS]()},
		{"logs:", reflect.TypeFor[stack.Logs]()},
	}
}

// Calls are the actions of the interfaces.
func Calls() []string {
	var out []string
	for _, api := range APIs() {
		for i := range api.Calls.NumMethod() {
			out = append(out, api.Prefix+api.Calls.Method(i).Name)
		}
	}
	return out
}
