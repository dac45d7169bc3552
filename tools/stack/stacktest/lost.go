package stacktest

import (
	"context"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/cfn"
	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// lost names the settings that the emulator (ministack 1.5.33) drops when it creates a stack. Where it shows nothing
// for one of them (a mapping that is switched off: shows it on), Cloud Control's answer has what the template says: the loss is the emulator's, no drift.
var lost = map[string][]string{
	"AWS::Lambda::EventSourceMapping":  {"Enabled"},
	"AWS::Lambda::Function":            {"ReservedConcurrentExecutions", "DeadLetterConfig"},
	"AWS::DynamoDB::Table":             {"PointInTimeRecoverySpecification", "TimeToLiveSpecification", "SSESpecification"},
	"AWS::Kinesis::Stream":             {"StreamEncryption"},
	"AWS::SNS::Topic":                  {"KmsMasterKeyId"},
	"AWS::StepFunctions::StateMachine": {"LoggingConfiguration", "TracingConfiguration"},
	"AWS::S3::Bucket":                  {"BucketEncryption"},
}

// restore puts back what the emulator has lost of a stack's resource.
func (f *front) restore(c Caller, typ, id string, properties map[string]any) {
	names := lost[typ]
	if len(names) == 0 {
		return
	}
	r := f.written(c, typ, id)
	if r == nil {
		return
	}
	for _, name := range names {
		if v := r.Properties.Get(name); v.Exists() && (off(properties[name]) || name == "Enabled") {
			properties[name] = f.spelled(c, v)
		}
	}
}

// off tells a value that the emulator shows where it has forgotten the setting.
func off(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case bool:
		return !v
	case map[string]any:
		for _, x := range v {
			if !off(x) {
				return false
			}
		}
		return true
	}
	return false
}

// written finds the resource of a physical id in its stack's template.
func (f *front) written(c Caller, typ, id string) *graph.Resource {
	query := func(action string, in map[string]string) any {
		out, err := c.Query("cloudformation", "2010-05-15", action, in)
		if err != nil {
			return nil
		}
		return dig(out, action+"Response", action+"Result")
	}
	stacks, _ := dig(query("DescribeStacks", map[string]string{}), "Stacks", "member").([]any)
	for _, row := range stacks {
		name, _ := dig(row, "StackName").(string)
		for _, r := range f.template(c, name, query) {
			if r.Physical == id && r.Type == typ {
				return r
			}
		}
	}
	return nil
}

// template reads a stack's template once: its resources by logical id, with their physical ids.
func (f *front) template(c Caller, name string, query func(string, map[string]string) any) map[string]*graph.Resource {
	f.mu.Lock()
	defer f.mu.Unlock()
	key := c.Key + "/" + name
	if known := f.templates[key]; known != nil {
		return known
	}
	text, _ := dig(query("GetTemplate", map[string]string{"StackName": name, "TemplateStage": "Processed"}), "TemplateBody").(string)
	parameters := map[string]string{}
	stacks, _ := dig(query("DescribeStacks", map[string]string{"StackName": name}), "Stacks", "member").([]any)
	for _, s := range stacks {
		list, _ := dig(s, "Parameters", "member").([]any)
		for _, p := range list {
			k, _ := dig(p, "ParameterKey").(string)
			parameters[k], _ = dig(p, "ParameterValue").(string)
		}
	}
	out := map[string]*graph.Resource{}
	sys, err := cfn.Load(context.Background(), []cfn.File{{Name: name, Data: []byte(text)}}, cfn.Options{Parameters: parameters})
	if err == nil {
		for _, r := range sys.Scenarios[0].Resources {
			out[r.LogicalID] = r
		}
	}
	rows, _ := dig(query("DescribeStackResources", map[string]string{"StackName": name}), "StackResources", "member").([]any)
	for _, row := range rows {
		logical, _ := dig(row, "LogicalResourceId").(string)
		if r := out[logical]; r != nil {
			r.Physical, _ = dig(row, "PhysicalResourceId").(string)
			f.physical[c.Key+"/"+r.ID] = r.Physical
		}
	}
	f.templates[key] = out
	return out
}

// spelled turns a template's value into data; a reference becomes the physical id.
func (f *front) spelled(c Caller, v graph.Value) any {
	switch v.Kind {
	case graph.Map:
		out := map[string]any{}
		for _, field := range v.Fields() {
			out[field.Name] = f.spelled(c, field.Value)
		}
		return out
	case graph.List:
		out := make([]any, len(v.Items()))
		for i, item := range v.Items() {
			out[i] = f.spelled(c, item)
		}
		return out
	case graph.String:
		var b strings.Builder
		for _, p := range v.Parts() {
			if p.Ref != nil {
				f.mu.Lock()
				b.WriteString(f.physical[c.Key+"/"+p.Ref.Resource])
				f.mu.Unlock()
			}
			b.WriteString(p.Literal)
		}
		return b.String()
	}
	return v.Plain()
}
