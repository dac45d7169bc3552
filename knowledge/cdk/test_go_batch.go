package cdk

import "fmt"

// goRow is a case in the test of a batch: what comes in, what goes wrong, what comes back, and how many calls are made.
type goRow struct {
	name    string
	records string // a Go list of records, as the test spells them
	refused bool   // AWS refuses all calls
	failed  string // a Go list of texts, "" for none
	calls   int
}

// batches declares the test of a handler of batches. kind is the type of records, made spells the batch of test.records,
// and failure the name of what is told of a record that failed.
func (t *goTest) batches(kind, made, failure string, rows []goRow) {
	t.uses("slices")
	t.uses(goLambda + "/events")
	cases := ""
	for _, r := range rows {
		cases += fmt.Sprintf("%q: {\nrecords: []%s{%s},\n", r.name, kind, r.records)
		if r.refused {
			t.uses("errors")
			cases += "refusal: errors.New(\"down\"),\n"
		}
		if r.failed != "" {
			cases += "failed: []string{" + r.failed + "},\n"
		}
		if len(t.faked) > 0 && r.calls > 0 {
			cases += fmt.Sprintf("calls: %d,\n", r.calls)
		}
		cases += "},\n"
	}
	t.claim(goBatchTest, kind, t.withFake("refusal error // of each call to AWS\n", ""), t.withFake("calls int\n", ""), cases,
		t.cloud(), t.withFake("cloud", ""), made, failure,
		t.counted())
}

const goBatchTest = `func TestBatches(t *testing.T) {
	tests := map[string]struct {
		records []%[1]s
		%[2]sfailed []string
		%[3]s}{
%[4]s}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			%[5]sanswer, err := newHandler(%[6]s).handle(t.Context(), %[7]s)
			if err != nil {
				t.Fatal(err)
			}
			var failed []string
			for _, f := range answer.BatchItemFailures {
				failed = append(failed, f.%[8]s)
			}
			if !slices.Equal(failed, test.failed) {
				t.Errorf("came back: %%v, want %%v", failed, test.failed)
			}
			%[9]s})
	}
}
`

// wrapped spells a body as it comes in.
func (t *goTest) wrapped(body string) string {
	switch t.envelope {
	case "event":
		return `{"detail":` + body + "}"
	case "topic":
		return `{"Message":` + jsonString(body) + "}"
	}
	return body
}

// bodies declares what comes in.
func (t *goTest) bodies() {
	t.claim("const (\ngood = %s\nother = %s\nbad = %s // the contract is broken\n)\n", goString(t.wrapped(t.example("a"))), goString(t.wrapped(t.example("b"))), goString(t.wrapped("{}")))
}

func (t *goTest) queue() {
	t.bodies()
	if t.fifo {
		t.grouped()
		return
	}
	t.claim("func message(id, body string) events.SQSMessage {\nreturn events.SQSMessage{MessageId: id, Body: body}\n}\n")
	each := t.each()
	twice := goRow{name: "a second delivery changes nothing", calls: 2 * each}
	if t.memory == nil {
		twice = goRow{name: "each delivery is worked on", calls: 3 * each}
	}
	twice.records = `message("1", good), message("2", good), message("3", other)`
	rows := []goRow{twice,
		{name: "bad messages come back alone", records: `message("1", good), message("2", "no JSON"), message("3", bad), message("4", other)`, failed: `"2", "3"`, calls: 2 * each}}
	if len(t.faked) > 0 {
		rows = append(rows, goRow{name: "what AWS refuses comes back", records: `message("1", good)`, refused: true, failed: `"1"`, calls: 1})
	}
	t.batches("events.SQSMessage", "events.SQSEvent{Records: test.records}", "ItemIdentifier", rows)
}

// grouped tests a queue that keeps the order of each group.
func (t *goTest) grouped() {
	t.claim("func message(id, group, body string) events.SQSMessage {\nreturn events.SQSMessage{MessageId: id, Body: body, Attributes: map[string]string{\"MessageGroupId\": group}}\n}\n")
	each := t.each()
	rows := []goRow{
		{name: "what stands behind a bad message of its group waits for it",
			records: `message("1", "a", good), message("2", "a", bad), message("3", "a", good), message("4", "b", other)`, failed: `"2", "3"`, calls: 2 * each},
		{name: "a second delivery", records: `message("1", "a", good), message("2", "a", good)`, calls: t.once() * each},
	}
	t.batches("events.SQSMessage", "events.SQSEvent{Records: test.records}", "ItemIdentifier", rows)
}
