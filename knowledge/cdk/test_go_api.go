package cdk

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

func (t *goTest) api() {
	t.uses(goLambda + "/events")
	t.uses("net/http")
	for _, r := range t.routes {
		if r.body() {
			switch {
			case t.answers != nil:
				t.decided(r)
			case t.circuit() != nil:
				t.guarded(r)
			case t.secret() != nil:
				t.signed(r)
			default:
				t.accepted(r)
			}
			break
		}
	}
	t.looked()
}

// made spells a request for a route. more are its further fields.
func (t *goTest) made(r route, more string) string {
	method := r.method
	if method == "ANY" {
		method = "POST"
	}
	in := t.goRequest()
	switch {
	case t.url:
	case t.trigger == triggerREST:
		more = fmt.Sprintf("HTTPMethod: %q, Resource: %s, ", method, goString(r.path)) + more
	default:
		more = fmt.Sprintf("RouteKey: %s, ", goString(r.method+" "+r.path)) + more
	}
	return in.in + "{" + more + "}"
}

// accepted tests what is done with the body of a request.
func (t *goTest) accepted(r route) {
	status := t.goHandler.accepted()
	rows := fmt.Sprintf("\"a valid request is passed on\": {body: %s, status: %s%s},\n", goString(t.example("a")), status, t.withFake(fmt.Sprintf(", calls: %d", t.each()), ""))
	for _, n := range t.writes {
		taken := map[graph.Kind]string{graph.Table: "dynamodbtypes.ConditionalCheckFailedException", graph.ScheduleGroup: "schedulertypes.ConflictException",
			graph.StateMachine: "sfntypes.ExecutionAlreadyExists"}[n.Kind]
		if taken != "" && t.creates() { // what comes before it is refused alike, and by the same error
			service := strings.TrimSuffix(taken[:strings.Index(taken, ".")], "types")
			t.imports[goSDK+"/service/"+service+"/types"] = service + "types"
			rows += fmt.Sprintf("\"what is there already stays\": {body: %s, refusal: &%s{}, status: http.StatusConflict, calls: 1},\n", goString(t.example("a")), taken)
			break
		}
	}
	rows += "\"no JSON\": {body: \"no JSON\", status: http.StatusBadRequest},\n\"a broken contract\": {body: \"{}\", status: http.StatusBadRequest},\n"
	if t.due != "" {
		rows += fmt.Sprintf("\"too late\": {body: %s, status: http.StatusBadRequest},\n", goString(strings.Replace(t.example("a"), "2100-", "2000-", 1)))
	}
	t.claim(goRequestTest, t.withFake("refusal error // of each call to AWS\n", ""), t.withFake("calls int\n", ""), rows, t.cloud(),
		t.withFake("cloud", ""), t.made(r, "Body: test.body"),
		t.counted(), t.context())
	if len(t.faked) > 0 {
		t.uses("errors")
		t.claim("func TestWhatAWSRefusesFailsTheCall(t *testing.T) {\ncloud := &fake{err: errors.New(\"down\")}\nif _, err := newHandler(cloud).handle(%s, %s); !errors.Is(err, cloud.err) {\nt.Errorf(\"got %%v\", err)\n}\n}\n",
			t.context(), t.made(r, "Body: "+goString(t.example("a"))))
	}
}

const goRequestTest = `func TestRequests(t *testing.T) {
	tests := map[string]struct {
		body string
		%[1]sstatus int
		%[2]s}{
%[3]s}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			%[4]sanswer, err := newHandler(%[5]s).handle(%[8]s, %[6]s)
			if err != nil {
				t.Fatal(err)
			}
			if answer.StatusCode != test.status {
				t.Errorf("status %%d, want %%d: %%s", answer.StatusCode, test.status, answer.Body)
			}
			%[7]s})
	}
}
`

// looked tests the route that answers from a table; where the handler has no such route and takes nothing, that it answers.
func (t *goTest) looked() {
	table, param := t.asked()
	for _, r := range t.routes {
		if table == nil || r.body() || r.param() != param {
			continue
		}
		t.claim(goLookUpTest, t.made(r, "PathParameters: map[string]string{"+goString(param)+": \"a\"}"), t.wanted(), t.context())
		t.uses("reflect")
		t.imports[goSDK+"/service/dynamodb/types"] = "dynamodbtypes"
		return
	}
	if len(t.blocks) == 0 {
		t.claim("func TestAQuestionIsAnswered(t *testing.T) {\n%sanswer, err := newHandler(%s).handle(%s, %s)\nif err != nil || answer.StatusCode != http.StatusOK {\nt.Errorf(\"got %%v, %%v\", answer, err)\n}\n%s}\n",
			t.withFake("cloud := &fake{}\n", ""), t.withFake("cloud", ""), t.context(), t.made(t.routes[0], ""), t.withFake(fmt.Sprintf("if len(cloud.calls) != %d {\nt.Errorf(\"calls: %%v\", cloud.calls)\n}\n", t.each()), ""))
	}
}

const goLookUpTest = `func TestLookUps(t *testing.T) {
	text := func(s string) dynamodbtypes.AttributeValue { return &dynamodbtypes.AttributeValueMemberS{Value: s} }
	cloud := &fake{item: map[string]dynamodbtypes.AttributeValue{"n": &dynamodbtypes.AttributeValueMemberN{Value: "1.5"}}}
	request := %[1]s
	answer, err := newHandler(cloud).handle(%[3]s, request)
	if err != nil || answer.StatusCode != http.StatusOK || answer.Body != ` + "`{\"n\":1.5}`" + ` {
		t.Errorf("got %%v, %%v", answer, err)
	}
	want := map[string]dynamodbtypes.AttributeValue{%[2]s}
	if asked, ok := cloud.calls[0].(*dynamodb.GetItemInput); !ok || !reflect.DeepEqual(asked.Key, want) {
		t.Errorf("asked for %%v", cloud.calls)
	}
	cloud.item = nil
	if answer, err := newHandler(cloud).handle(%[3]s, request); err != nil || answer.StatusCode != http.StatusNotFound {
		t.Errorf("got %%v, %%v", answer, err)
	}
}
`

// wanted spells the key of the item that is asked for.
func (t *goTest) wanted() string {
	own := goString(t.key) + ": text(\"a\")"
	if t.tenant != "" {
		return goString(t.tenant) + ": text(\"tenant\"), " + own
	}
	return own
}
