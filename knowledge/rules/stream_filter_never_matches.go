package rules

import (
	"encoding/json"
	"fmt"
	"maps"
	"sort"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "stream-filter-never-matches",
	Code:     "ESM012",
	Title:    `Filter on a table's stream can never match`,
	Severity: High,
	Pillar:   Reliability,
	Why: `What no filter matches is dropped and counts as done: the function is never called, and nothing fails. In a stream record numbers are text ({"N": "5"}), so that ` +
		`the numeric operator and bare numbers match none; NewImage and OldImage are there only if the table's StreamViewType carries them.`,
	Fix: `Compare numbers as text ({"N": ["5"]}) or in the function's code; set StreamViewType to NEW_AND_OLD_IMAGES, or filter on what the view carries.`,
	CDK: `filters: [lambda.FilterCriteria.filter({ dynamodb: { NewImage: { state: { S: ["paid"] } } } })], and stream: StreamViewType.NEW_AND_OLD_IMAGES on the table`,
	Sources: []Source{
		{Title: `AWS Lambda Developer Guide, "Using event filtering with a DynamoDB event source"`, URL: "https://docs.aws.amazon.com/lambda/latest/dg/with-ddb-filtering.html", Checked: "2026-11-30"},
		{Title: `CloudFormation reference, AWS::DynamoDB::Table StreamSpecification (text in aws-cdk-lib 2.276.0)`, URL: "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-dynamodb-table-streamspecification.html", Checked: "2026-11-29"},
	},
	Gaps: `Looks at mappings, not at pipes. Each filter, and each alternative of $or, is judged for itself: another one of the mapping may match.`,
	Bad: tableOfOrders + `
  ByTotal:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      EventSourceArn: !GetAtt Orders.StreamArn
      FunctionName: arn:aws:lambda:eu-west-1:111122223333:function:worker
      StartingPosition: TRIM_HORIZON
      FilterCriteria:
        Filters:
          - Pattern: '{"dynamodb": {"NewImage": {"total": {"N": [{"numeric": [">", 100]}]}}}}' # want "numeric"
          - Pattern: '{"dynamodb": {"OldImage": {"state": {"S": ["open"]}}}}' # want "NEW_IMAGE"
          - Pattern: '{"dynamodb": {"Keys": {"id": {"N": [5]}}}}' # want "are text"
`,
	Good: tableOfOrders + `
  ByTotal:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      EventSourceArn: !GetAtt Orders.StreamArn
      FunctionName: arn:aws:lambda:eu-west-1:111122223333:function:worker
      StartingPosition: TRIM_HORIZON
      FilterCriteria:
        Filters:
          - Pattern: '{"dynamodb": {"NewImage": {"total": {"N": ["100"]}}}}'
          - Pattern: '{"dynamodb": {"NewImage": {"paid": {"BOOL": [true]}}, "SizeBytes": [{"numeric": [">", 100]}]}}'
          - Pattern: '{"eventName": ["REMOVE"], "dynamodb": {"OldImage": {"gone": [{"exists": false}]}}}'
`,
	MoreBad: []string{`Transform: AWS::Serverless-2016-10-31
Resources:
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: src
      Events:
        Changed:
          Type: DynamoDB
          Properties:
            Stream: !GetAtt Orders.StreamArn
            StartingPosition: TRIM_HORIZON
            FilterCriteria:
              Filters:
                - Pattern: '{"dynamodb": {"NewImage": {"state": {"S": ["paid"]}}}}' # want "KEYS_ONLY"
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
      BillingMode: PAY_PER_REQUEST
      StreamSpecification: {StreamViewType: KEYS_ONLY}
`},
	Check: func(p *Pass) {
		for _, e := range p.Graph.OfEdge(graph.Polls) {
			if e.From.Kind != graph.Table || e.To.Kind != graph.Function {
				continue
			}
			for _, filter := range e.Setting("filterCriteria", "filters").Each() {
				checkFilter(p, e, filter.Get("Pattern"))
			}
		}
	},
})

// tableOfOrders is a table whose stream carries the new image, for the examples.
const tableOfOrders = `Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      AttributeDefinitions: [{AttributeName: id, AttributeType: N}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
      BillingMode: PAY_PER_REQUEST
      StreamSpecification: {StreamViewType: NEW_IMAGE}`

func checkFilter(p *Pass, e *graph.Edge, v graph.Value) {
	text, ok := p.Text(e.To, v)
	if !ok {
		return
	}
	var pattern map[string]any
	if json.Unmarshal([]byte(text), &pattern) != nil {
		return // CloudFormation refuses it
	}
	filter := "a filter"
	all := withoutOr(pattern)
	if len(all) > 1 {
		filter = "an alternative ($or) of a filter"
	}
	for _, one := range all {
		record, _ := one["dynamodb"].(map[string]any)
		if why := neverMatches(p, e, record); why != "" {
			fix, cdk := `Compare numbers as text ({"N": ["5"]}), which finds equal ones only; compare greater and smaller ones in the function's code.`, `filters: [lambda.FilterCriteria.filter({ dynamodb: { NewImage: { count: { N: lambda.FilterRule.isEqual('5') } } } })]`
			if strings.HasPrefix(why, "it asks for ") {
				fix, cdk = "Set StreamViewType to NEW_AND_OLD_IMAGES on the table, or filter on what the view carries.", "stream: dynamodb.StreamViewType.NEW_AND_OLD_IMAGES on the table (TableV2: dynamoStream)"
			}
			p.Report(Hit{Fix: fix, CDK: cdk, Node: e.To, Resource: e.Via, Confidence: weaker(e), Related: []*graph.Node{e.From, e.To}, Values: []graph.Value{v},
				Message: fmt.Sprintf("%s between %s and %s never matches: %s", filter, nameOf(e.From), nameOf(e.To), why)})
			return
		}
	}
}

// neverMatches says why no record of a stream fits a pattern.
func neverMatches(p *Pass, e *graph.Edge, record map[string]any) (why string) {
	for _, part := range []string{"Keys", "NewImage", "OldImage"} {
		sub, there := record[part].(map[string]any)
		if !there {
			continue
		}
		if path := numbersOnly(sub, "dynamodb."+part); path != "" {
			why = fmt.Sprintf("it compares %s with a number, by value or by the numeric operator, but numbers in stream records are text", path)
		}
		if part == "Keys" || !needed(sub) {
			continue
		}
		if view, known := viewOf(p, e); known && !carriesImage(view, part) {
			why = fmt.Sprintf("it asks for %s, but the stream of %s carries %s", part, nameOf(e.From), view)
		}
	}
	return why
}

// maxAlternatives bounds how many patterns one with $or is written out as.
const maxAlternatives = 64

// withoutOr writes a pattern out as patterns without $or, of which a record has to fit one.
func withoutOr(pattern map[string]any) []map[string]any {
	out := []map[string]any{{}}
	for _, name := range namesIn(pattern) {
		var choices []map[string]any
		switch v := pattern[name].(type) {
		case map[string]any:
			for _, one := range withoutOr(v) {
				choices = append(choices, map[string]any{name: one})
			}
		case []any:
			if name != "$or" {
				choices = []map[string]any{{name: v}}
				break
			}
			for _, branch := range v {
				if m, ok := branch.(map[string]any); ok {
					choices = append(choices, withoutOr(m)...)
				}
			}
		}
		if len(choices) == 0 || len(out)*len(choices) > maxAlternatives {
			continue
		}
		var next []map[string]any
		for _, a := range out {
			for _, b := range choices {
				next = append(next, joined(a, b))
			}
		}
		out = next
	}
	return out
}

// joined is a pattern that asks for what both ask for.
func joined(a, b map[string]any) map[string]any {
	out := maps.Clone(a)
	for name, v := range b {
		mine, both := out[name].(map[string]any)
		if theirs, ok := v.(map[string]any); ok && both {
			v = joined(mine, theirs)
		}
		out[name] = v
	}
	return out
}

// viewOf is the StreamViewType of the table that e reads.
func viewOf(p *Pass, e *graph.Edge) (string, bool) {
	if e.From.External {
		p.Unclear(e.From, "table "+nameOf(e.From)+" is not part of this system")
		return "", false
	}
	return p.Text(e.To, e.From.Setting("streamSpecification", "streamViewType"))
}

func carriesImage(view, part string) bool {
	switch view {
	case "NEW_IMAGE":
		return part == "NewImage"
	case "OLD_IMAGE":
		return part == "OldImage"
	}
	return view != "KEYS_ONLY"
}

// numbersOnly finds an attribute whose every alternative is a number or the numeric operator.
func numbersOnly(pattern map[string]any, path string) string {
	for _, name := range namesIn(pattern) {
		switch v := pattern[name].(type) {
		case map[string]any:
			if found := numbersOnly(v, path+"."+name); found != "" {
				return found
			}
		case []any:
			if strings.HasPrefix(name, "$") || len(v) == 0 {
				continue
			}
			all := true
			for _, choice := range v {
				all = all && isNumeric(choice)
			}
			if all {
				return path + "." + name
			}
		}
	}
	return ""
}

func isNumeric(choice any) bool {
	switch c := choice.(type) {
	case float64:
		return true
	case map[string]any:
		return c["numeric"] != nil
	}
	return false
}

// needed tells whether a pattern asks for something that must be there: an alternative {"exists": false} is met by
// what is missing.
func needed(pattern map[string]any) bool {
	for name, v := range pattern {
		switch v := v.(type) {
		case map[string]any:
			if needed(v) {
				return true
			}
		case []any:
			if strings.HasPrefix(name, "$") {
				continue
			}
			missing := false
			for _, choice := range v {
				c, _ := choice.(map[string]any)
				exists, asked := c["exists"].(bool)
				missing = missing || asked && !exists
			}
			if !missing {
				return true
			}
		}
	}
	return false
}

func namesIn(m map[string]any) []string {
	out := make([]string, 0, len(m))
	for name := range m {
		out = append(out, name)
	}
	sort.Strings(out)
	return out
}
