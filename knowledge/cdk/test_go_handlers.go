package cdk

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// goTest writes the unit test of one handler: what it asks of AWS is kept by a fake.
type goTest struct {
	*goHandler
	imports  map[string]string
	faked    map[string][]string // operations that the fake answers, by service
	fakeType string              // "fake", or that of a fake which the test declares itself
	blocks   []string
}

// goTests write the test of a handler by its trigger.
var goTests = map[trigger]func(*goTest){
	triggerHTTP:    (*goTest).api,
	triggerREST:    (*goTest).api,
	triggerQueue:   (*goTest).queue,
	triggerEvent:   (*goTest).runs,
	triggerTopic:   (*goTest).runs,
	triggerPlain:   (*goTest).runs,
	triggerStream:  (*goTest).stream,
	triggerTable:   (*goTest).stream,
	triggerObjects: (*goTest).someObjects,
	triggerEnrich:  (*goTest).enriched,
	triggerAnswer:  (*goTest).answeredInPieces,
	triggerSocket:  (*goTest).connection,
}

// test returns the file of the handler's test. It comes after text: the handler's calls are known then.
func (h *goHandler) test() string {
	t := &goTest{goHandler: h, imports: map[string]string{}, faked: maps.Clone(h.calls), fakeType: "fake"}
	if h.circuit() != nil {
		t.faked["dynamodb"] = []string{"DeleteItem", "GetItem", "UpdateItem"}
	}
	for _, path := range []string{"io", "testing", h.internal("metrics")} {
		t.uses(path)
	}
	goTests[h.trigger](t)
	t.sent()
	blocks := append([]string{t.fake(), t.newHandler()}, t.blocks...)
	return goFormatted("package main\n\n" + goImports(t.imports) + "\n" + strings.Join(slices.DeleteFunc(blocks, func(b string) bool { return b == "" }), "\n"))
}

func (t *goTest) uses(path string) { t.imports[path] = "" }

func (t *goTest) claim(format string, args ...any) {
	t.blocks = append(t.blocks, fmt.Sprintf(format, args...))
}

// goAnswers are what the fake answers where it is more than nothing, and goErrors its fields with the errors of single
// operations.
var (
	goAnswers = map[string]string{
		"GetItem": "Item: f.item", "UpdateItem": "Attributes: f.item", "Scan": "Items: []map[string]dynamodbtypes.AttributeValue{f.item}",
		"PutEvents": "FailedEntryCount: f.refused, Entries: make([]eventbridgetypes.PutEventsResultEntry, 1)",
		"GetObject": "Body: io.NopCloser(strings.NewReader(`{\"n\":1.5}`))",
	}
	goErrors = map[string]string{"PostToConnection": "posted", "SendTaskSuccess": "told"}
)

// fake declares what stands in for AWS.
func (t *goTest) fake() string {
	if len(t.faked) == 0 || t.fakeType != "fake" {
		return ""
	}
	t.uses("context")
	fields := map[string]bool{"calls []any": true, "err error // of each call": true}
	var b strings.Builder
	for _, service := range sortedKeys(t.faked) {
		t.uses(goSDK + "/service/" + service)
		for _, operation := range t.faked[service] {
			answer, err := goAnswers[operation], "f.err"
			switch {
			case strings.Contains(answer, "f.item"):
				t.imports[goSDK+"/service/dynamodb/types"] = "dynamodbtypes"
				fields["item map[string]dynamodbtypes.AttributeValue // what is found"] = true
			case operation == "PutEvents":
				t.imports[goSDK+"/service/eventbridge/types"] = "eventbridgetypes"
				fields["refused int32 // events that the bus did not take"] = true
			case operation == "GetObject":
				t.uses("strings")
			}
			name := goErrors[operation]
			if t.circuit() != nil && operation == "DeleteItem" {
				name = "forgotten"
			}
			if name != "" {
				fields[name+" error // of "+operation] = true
				err = "f." + name
			}
			fmt.Fprintf(&b, "\nfunc (f *fake) %s {\nf.calls = append(f.calls, in)\nreturn &%s.%sOutput{%s}, %s\n}\n", goSignature(service, operation, "_", "in"), service, operation, answer, err)
		}
	}
	return "// fake stands in for AWS: it keeps what it is asked for.\ntype fake struct {\n" + strings.Join(sortedKeys(fields), "\n") + "\n}\n" + b.String()
}

// newHandler declares a handler that asks the fake.
func (t *goTest) newHandler() string {
	var b strings.Builder
	for _, service := range sortedKeys(t.calls) {
		fmt.Fprintf(&b, "%s: cloud,\n", goServices[service].client)
	}
	for _, v := range t.variables {
		fmt.Fprintf(&b, "%s: %q,\n", goVariable(v), strings.ToLower(strings.ReplaceAll(v, "_", "-")))
	}
	for _, p := range t.parts {
		fmt.Fprintf(&b, "%s: %s,\n", p.name, p.test)
	}
	if t.memory != nil {
		t.uses(t.internal("once"))
		t.uses(t.internal("once") + "/oncetest")
		t.uses("time")
	}
	return "func newHandler(" + t.withFake("cloud *"+t.fakeType, "") + ") *handler {\nreturn &handler{\n" + b.String() + "}\n}\n"
}

// example spells a piece of work as JSON, with the given name.
func (t *goTest) example(name string) string {
	switch {
	case t.object:
		return `{"bucket":{"name":"b"},"object":{"key":` + jsonString(name) + `,"etag":"e"}}`
	case t.trigger == triggerObjects:
		return `{"Key":` + jsonString(name) + `,"Etag":"e","Size":1}`
	}
	var fields []string
	for i, f := range t.fields {
		value := `"x"`
		switch {
		case f.typ == "number" || f.typ == "integer":
			value = "1"
		case f.typ == "boolean":
			value = "true"
		case f.typ == dueType:
			value = `"2100-01-01T08:00:00Z"`
		case i == 0:
			value = jsonString(name)
		}
		fields = append(fields, jsonString(f.name)+":"+value)
	}
	return "{" + strings.Join(fields, ",") + "}"
}

// withFake gives the one text where the handler asks something of AWS, and the other where it asks nothing.
func (t *goTest) withFake(with, without string) string {
	if len(t.faked) > 0 {
		return with
	}
	return without
}

// each is how many calls one piece of work makes.
func (t *goTest) each() int {
	n := len(t.writes)
	if t.fetches {
		n++
	}
	if t.writesKind(graph.WebSocketAPI) { // it lists who is connected, too
		n++
	}
	return n
}

// cloud spells the fake of a row of a table of tests.
func (t *goTest) cloud() string {
	item := ""
	if t.writesKind(graph.WebSocketAPI) { // somebody is connected
		item = ", item: map[string]dynamodbtypes.AttributeValue{" + goString(tableKey(t.connectionTable(), "HASH")) + ": &dynamodbtypes.AttributeValueMemberS{Value: \"c\"}}"
	}
	return t.withFake("cloud := &fake{err: test.refusal"+item+"}\n", "")
}

// counted spells the claim that a test made as many calls as its row says.
func (t *goTest) counted() string {
	return t.withFake("if len(cloud.calls) != test.calls {\nt.Errorf(\"%d calls, want %d: %v\", len(cloud.calls), test.calls, cloud.calls)\n}\n", "")
}

// context spells the context of a call: where the handler asks for it, with what Lambda says of the call.
func (t *goTest) context() string {
	if _, asks := t.goHandler.imports[goLambda+"/lambdacontext"]; !asks {
		return "t.Context()"
	}
	t.uses(goLambda + "/lambdacontext")
	return `lambdacontext.NewContext(t.Context(), &lambdacontext.LambdaContext{AwsRequestID: "request", TenantID: "tenant"})`
}
