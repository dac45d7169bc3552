package rules

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/lazy"
)

var _ = add(Rule{
	ID:       "table-capacity-fixed",
	Code:     "DDB003",
	Title:    `Table has a fixed capacity that does not scale`,
	Severity: Medium,
	Pillar:   Reliability,
	Why:      `Requests above the provisioned capacity are throttled as soon as the burst is used up, and nothing raises the capacity by itself: calls fail or are retried just when there is most to do.`,
	Fix:      `Set BillingMode: PAY_PER_REQUEST and remove ProvisionedThroughput from the table and its indexes (both together are refused), or add an AWS::ApplicationAutoScaling::ScalableTarget with a scaling policy for reads and one for writes, of the table and of each index.`,
	SAM:      `Remove ProvisionedThroughput: SAM then makes the table with BillingMode PAY_PER_REQUEST.`,
	CDK:      `billingMode: dynamodb.BillingMode.PAY_PER_REQUEST (TableV2: billing: dynamodb.Billing.onDemand())`,
	Sources: []Source{
		{Title: `Amazon DynamoDB Developer Guide, "DynamoDB provisioned capacity mode"`, URL: "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/provisioned-capacity-mode.html", Checked: "2026-11-30"},
		{Title: `Application Auto Scaling User Guide, "Amazon DynamoDB and Application Auto Scaling"`, URL: "https://docs.aws.amazon.com/autoscaling/application/userguide/services-that-can-integrate-dynamodb.html", Checked: "2026-11-30"},
	},
	Equivalents: []string{"cdk-nag:DynamoDBAutoScalingEnabled", "security-hub:DynamoDB.1", "prowler:dynamodb_table_autoscaling_enabled", "guard-rules-registry:dynamodb_autoscaling_enabled",
		"guard-rules-registry:dynamodb_billing_mode_rule"},
	Gaps: `Low up to 5 units, which is what examples provision; silent where the table is also named for development or tests. An index whose name is not known is left out. Global tables with provisioned writes scale by their own settings and are left out.`,
	Bad: `Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
      ProvisionedThroughput: {ReadCapacityUnits: 50, WriteCapacityUnits: 20} # want "reads and writes"
`,
	Good: `Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
      BillingMode: PAY_PER_REQUEST
  Scaled:
    Type: AWS::DynamoDB::Table
    Properties:
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
      ProvisionedThroughput: {ReadCapacityUnits: 50, WriteCapacityUnits: 20}
  Reads:
    Type: AWS::ApplicationAutoScaling::ScalableTarget
    Properties:
      ServiceNamespace: dynamodb
      ResourceId: !Sub table/${Scaled}
      ScalableDimension: dynamodb:table:ReadCapacityUnits
      MinCapacity: 50
      MaxCapacity: 500
  Writes:
    Type: AWS::ApplicationAutoScaling::ScalableTarget
    Properties:
      ServiceNamespace: dynamodb
      ResourceId: !Sub table/${Scaled}
      ScalableDimension: dynamodb:table:WriteCapacityUnits
      MinCapacity: 20
      MaxCapacity: 200
`,
	MoreBad: []string{`Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::Serverless::SimpleTable
    Properties:
      ProvisionedThroughput: {ReadCapacityUnits: 50, WriteCapacityUnits: 20} # want "reads and writes"
`},
	Check: checkCapacity,
})

// modestCapacity is what examples provision.
const modestCapacity = 5

func checkCapacity(p *Pass) {
	for _, t := range p.Graph.OfKind(graph.Table) {
		if t.Type != "AWS::DynamoDB::Table" || t.External {
			continue
		}
		mode, ok := p.Text(t, t.Setting("billingMode"))
		if !ok || mode != "PROVISIONED" {
			continue
		}
		fixed := fixedCapacity(p.Graph, t)
		if fixed.none() {
			continue
		}
		if scaler := unknownScaler(p.Graph); scaler != nil {
			p.Unclear(t, fmt.Sprintf("scalable target %s may be this table's: what it scales is not known", nameOf(scaler)))
			continue
		}
		throughput := t.Setting("provisionedThroughput")
		if !throughput.Exists() { // CloudFormation refuses the table anyway
			continue
		}
		h := Hit{Node: t, Values: []graph.Value{throughput},
			Message: fixed.message(nameOf(t))}
		if fixed.partly || t.Resource == nil || t.Resource.SourceType != "AWS::Serverless::SimpleTable" {
			h.Fix = fixed.remedy()
		}
		if fixed.partly {
			h.CDK = "table.autoScaleReadCapacity({ minCapacity, maxCapacity }).scaleOnUtilization({ targetUtilizationPercent }), and the same for writes (autoScaleWriteCapacity) and indexes (autoScaleGlobalSecondaryIndexReadCapacity and ...WriteCapacity): those that lack it"
		}
		reads, known := throughput.Get("ReadCapacityUnits").Int()
		writes, also := throughput.Get("WriteCapacityUnits").Int()
		if known && also && reads <= modestCapacity && writes <= modestCapacity {
			if namedForTrial(t) {
				continue
			}
			h.Severity = Low
		}
		p.Report(h)
	}
}

// trialWords are "dev" and "test" as words of a name, apart from "device" and "latest".
var trialWords = lazy.Regexp(`(?:^|[^A-Za-z])(?i:dev|development|test|testing|sandbox)(?:[^A-Za-z]|$)|(?:^|[a-z0-9])(?:Dev|Development|Test|Testing|Sandbox)(?:[^a-z]|$)`)

// namedForTrial tells whether a table's name says that nobody depends on its throughput, or its logical id where it has none.
func namedForTrial(t *graph.Node) bool {
	if t.Named.Exists() {
		return trialWords().MatchString(t.Name)
	}
	return trialWords().MatchString(nameOf(t))
}

// fixed is the capacity that no scalable target of the system raises.
type fixed struct {
	table   string   // "reads and writes" or one of them, "" where the table itself scales
	indexes []string // names of its indexes where nothing scales at all, else "reads of index who"
	partly  bool     // something of the table scales
}

func (f fixed) none() bool { return f.table == "" && len(f.indexes) == 0 }

// parts are what is fixed where something else scales.
func (f fixed) parts() []string {
	if f.table == "" {
		return f.indexes
	}
	return append([]string{f.table}, f.indexes...)
}

func (f fixed) message(table string) string {
	switch {
	case f.partly:
		return fmt.Sprintf("table %s has a fixed capacity for %s: what exceeds it is throttled", table, few(f.parts()))
	case len(f.indexes) == 0:
		return fmt.Sprintf("table %s has a fixed capacity for %s: what exceeds it is throttled", table, f.table)
	case len(f.indexes) == 1:
		return fmt.Sprintf("table %s and its index %s have a fixed capacity for %s: what exceeds it is throttled", table, f.indexes[0], f.table)
	}
	return fmt.Sprintf("table %s and its indexes %s have a fixed capacity for %s: what exceeds it is throttled", table, few(f.indexes), f.table)
}

// remedy says how to have the capacity follow the load.
func (f fixed) remedy() string {
	const scale = "an AWS::ApplicationAutoScaling::ScalableTarget with a scaling policy for "
	switch {
	case f.partly:
		return "Add " + scale + strings.Join(f.parts(), " and ") + ", one for each of these."
	case len(f.indexes) == 0:
		return "Set BillingMode: PAY_PER_REQUEST and remove ProvisionedThroughput (both together are refused), or add " + scale + "reads and one for writes."
	}
	return "Set BillingMode: PAY_PER_REQUEST and remove ProvisionedThroughput from the table and its indexes (both together are refused), or add " + scale +
		"reads and one for writes, of the table and of each index (ResourceId table/NAME/index/INDEX, dynamodb:index:ReadCapacityUnits and WriteCapacityUnits)."
}

// fixedCapacity finds what no scalable target of the system raises, of the table and of its indexes.
func fixedCapacity(g *graph.Graph, t *graph.Node) fixed {
	scaled := map[string]bool{} // "reads", "writes" of the table; "reads of index who" of an index
	for _, e := range g.In(t, graph.Deploys) {
		dimension, suffix := e.Settings.Get("ScalableDimension").String(), ""
		if _, index, ok := strings.Cut(e.Settings.Get("ResourceId").String(), "/index/"); ok {
			suffix = " of index " + index
		}
		scaled["reads"+suffix] = scaled["reads"+suffix] || !strings.Contains(dimension, "Write")
		scaled["writes"+suffix] = scaled["writes"+suffix] || !strings.Contains(dimension, "Read")
	}
	left := func(suffix string) string {
		var out []string
		for _, what := range []string{"reads", "writes"} {
			if !scaled[what+suffix] {
				out = append(out, what)
			}
		}
		return strings.Join(out, " and ")
	}
	f := fixed{table: left(""), partly: len(scaled) > 0}
	for _, index := range t.Setting("globalSecondaryIndexes").Each() {
		name, ok := index.Get("IndexName").Str()
		if !ok {
			continue
		}
		switch what := left(" of index " + name); {
		case what != "" && f.partly:
			f.indexes = append(f.indexes, what+" of index "+name)
		case what != "":
			f.indexes = append(f.indexes, name)
		}
	}
	return f
}

// unknownScaler finds a scalable target of DynamoDB whose table is not one of the system.
func unknownScaler(g *graph.Graph) *graph.Node {
	for _, n := range g.OfKind(graph.Deployment) {
		if n.Type != "AWS::ApplicationAutoScaling::ScalableTarget" || len(g.Out(n, graph.Deploys)) > 0 {
			continue
		}
		if s, ok := n.Setting("serviceNamespace").Str(); !ok || s == "dynamodb" {
			return n
		}
	}
	return nil
}
