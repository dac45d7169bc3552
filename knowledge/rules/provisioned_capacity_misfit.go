package rules

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "provisioned-capacity-misfit",
	Code:     "LIV012",
	Title:    `Capacity does not fit the use`,
	Severity: Medium,
	Pillar:   Cost,
	Why:      `What exceeds a table's or stream's capacity is throttled, and what exceeds provisioned concurrency may start cold; too much is paid for and idle.`,
	Fix:      `Let it scale (Application Auto Scaling), set it to what is used, or switch to on demand.`,
	CDK:      `addAutoScaling of the alias; billing: Billing.onDemand() of the table; streamMode: StreamMode.ON_DEMAND of the stream`,
	Sources: []Source{
		{Title: `AWS Lambda Developer Guide, "Monitoring concurrency"`, URL: "https://docs.aws.amazon.com/lambda/latest/dg/monitoring-concurrency.html", Checked: "2026-11-29"},
		{Title: `Amazon DynamoDB Developer Guide, "DynamoDB metrics and dimensions"`, URL: "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html", Checked: "2026-11-30"},
		{Title: `Amazon DynamoDB Developer Guide, "DynamoDB on-demand capacity mode"`, URL: "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html", Checked: "2026-11-30"},
		{Title: `Amazon Kinesis Data Streams Developer Guide, "Monitor the Amazon Kinesis Data Streams service with Amazon CloudWatch"`, URL: "https://docs.aws.amazon.com/streams/latest/dev/monitoring-with-cloudwatch.html", Checked: "2026-11-30"},
	},
	Gaps: `Deployed stacks only. Aliases with provisioned concurrency (spilled over, or never used by half), throttled tables and streams, and tables of a fixed capacity above 5 units whose busiest hour used less than a fifth of it. Whether the window holds the peak of the year is not known; peaks within an hour are averaged; indexes, and tables without any use, are not looked at.`,
	Bad: `# Metadata.observed stands for what a live review saw.
Resources:
  Live: # want "ProvisionedConcurrencySpilloverInvocations 12"
    Type: AWS::Lambda::Alias
    Metadata: {observed: {stack: {metrics: the 14 days to 2026-11-24}, ProvisionedConcurrencySpilloverInvocations.Sum: 12, ProvisionedConcurrencyUtilization.Maximum: 1}}
    Properties: {FunctionName: f, FunctionVersion: '1', Name: live, ProvisionedConcurrencyConfig: {ProvisionedConcurrentExecutions: 5}}
  Idle: # want "never used more than 20 %"
    Type: AWS::Lambda::Alias
    Metadata: {observed: {ProvisionedConcurrencySpilloverInvocations.Sum: 0, ProvisionedConcurrencyUtilization.Maximum: 0.2}}
    Properties: {FunctionName: g, FunctionVersion: '1', Name: live, ProvisionedConcurrencyConfig: {ProvisionedConcurrentExecutions: 5}}
  Orders: # want "WriteThrottleEvents 3"
    Type: AWS::DynamoDB::Table
    Metadata: {observed: {WriteThrottleEvents.Sum: 3}}
    Properties: {AttributeDefinitions: [{AttributeName: id, AttributeType: S}], KeySchema: [{AttributeName: id, KeyType: HASH}], BillingMode: PAY_PER_REQUEST}
  Carts:
    Type: AWS::DynamoDB::Table
    Metadata: {observed: {ConsumedReadCapacityUnits.BusiestHour: 36000, ConsumedWriteCapacityUnits.BusiestHour: 36000}}
    Properties: {AttributeDefinitions: [{AttributeName: id, AttributeType: S}], KeySchema: [{AttributeName: id, KeyType: HASH}], ProvisionedThroughput: {ReadCapacityUnits: 100, WriteCapacityUnits: 20}} # want "the busiest hour of Carts in the 14 days to 2026-11-24 used 10 % of its 100 read capacity units"
`,
	Good: `Resources:
  Live:
    Type: AWS::Lambda::Alias
    Metadata: {observed: {stack: {metrics: the 14 days to 2026-11-24}, ProvisionedConcurrencySpilloverInvocations.Sum: 0, ProvisionedConcurrencyUtilization.Maximum: 0.7}}
    Properties: {FunctionName: f, FunctionVersion: '1', Name: live, ProvisionedConcurrencyConfig: {ProvisionedConcurrentExecutions: 5}}
  Orders:
    Type: AWS::DynamoDB::Table
    Metadata: {observed: {WriteThrottleEvents.Sum: 0}}
    Properties: {AttributeDefinitions: [{AttributeName: id, AttributeType: S}], KeySchema: [{AttributeName: id, KeyType: HASH}], BillingMode: PAY_PER_REQUEST}
  Clicks:
    Type: AWS::Kinesis::Stream
    Properties: {ShardCount: 1}
  Small:
    Type: AWS::DynamoDB::Table
    Metadata: {observed: {ConsumedReadCapacityUnits.BusiestHour: 36, ConsumedWriteCapacityUnits.BusiestHour: 36}}
    Properties: {AttributeDefinitions: [{AttributeName: id, AttributeType: S}], KeySchema: [{AttributeName: id, KeyType: HASH}], ProvisionedThroughput: {ReadCapacityUnits: 5, WriteCapacityUnits: 5}}
  Unused:
    Type: AWS::DynamoDB::Table
    Properties: {AttributeDefinitions: [{AttributeName: id, AttributeType: S}], KeySchema: [{AttributeName: id, KeyType: HASH}], ProvisionedThroughput: {ReadCapacityUnits: 50, WriteCapacityUnits: 50}}
  Scaled:
    Type: AWS::DynamoDB::Table
    Metadata: {observed: {ConsumedReadCapacityUnits.BusiestHour: 36, ConsumedWriteCapacityUnits.BusiestHour: 72000}}
    Properties: {TableName: scaled, AttributeDefinitions: [{AttributeName: id, AttributeType: S}], KeySchema: [{AttributeName: id, KeyType: HASH}], ProvisionedThroughput: {ReadCapacityUnits: 50, WriteCapacityUnits: 50}}
  Scaling:
    Type: AWS::ApplicationAutoScaling::ScalableTarget
    Properties: {ServiceNamespace: dynamodb, ResourceId: !Sub 'table/${Scaled}', ScalableDimension: dynamodb:table:ReadCapacityUnits, MinCapacity: 50, MaxCapacity: 500}
`,
	Check: checkCapacityUse,
})

func checkCapacityUse(p *Pass) {
	if !p.looked("metrics") {
		return
	}
	for _, n := range p.Graph.OfKind(graph.Alias, graph.Table, graph.Stream) {
		values, words := counted(n.Resource, "ProvisionedConcurrencySpilloverInvocations.Sum", "ReadThrottleEvents.Sum", "WriteThrottleEvents.Sum",
			"ReadProvisionedThroughputExceeded.Sum", "WriteProvisionedThroughputExceeded.Sum")
		use := n.Resource.Seen("ProvisionedConcurrencyUtilization.Maximum")
		used, seen := use.Float()
		switch {
		case len(values) > 0:
			h := Hit{Node: n, Values: values, Message: fmt.Sprintf("%s had too little capacity in %s: %s", nameOf(n), p.window(), strings.Join(words, ", "))}
			if mode, _ := n.Setting("billingMode").Str(); n.Kind == graph.Table && mode == "PAY_PER_REQUEST" {
				h.Fix = "Spread the keys where one partition is hot, raise OnDemandThroughput where it caps the table, or set WarmThroughput before a load above twice the earlier peak."
				h.CDK = "billing: Billing.onDemand({ maxReadRequestUnits, maxWriteRequestUnits }), warmThroughput"
			} else {
				h.Fix, h.CDK = moreCapacity(n)
			}
			p.Report(h)
		case seen && used < 0.5:
			p.Report(Hit{Node: n, Values: []graph.Value{use}, Severity: Low,
				Fix: "Lower ProvisionedConcurrentExecutions to what is used, or let it scale (AWS::ApplicationAutoScaling::ScalableTarget of the alias).", CDK: "alias.addAutoScaling({ minCapacity, maxCapacity }).scaleOnUtilization({ utilizationTarget: 0.7 })",
				Message: fmt.Sprintf("the provisioned concurrency of %s was never used more than %.0f %% in %s", nameOf(n), 100*used, p.window())})
		case n.Kind == graph.Table:
			checkIdleTable(p, n)
		}
	}
}

// moreCapacity is the fix for what has too little, by its kind.
func moreCapacity(n *graph.Node) (fix, cdk string) {
	switch n.Kind {
	case graph.Alias:
		return "Raise ProvisionedConcurrentExecutions, or let it scale (AWS::ApplicationAutoScaling::ScalableTarget of the alias).", "alias.addAutoScaling({ minCapacity, maxCapacity }).scaleOnUtilization({ utilizationTarget: 0.7 })"
	case graph.Table:
		return "Raise the capacity units, let them scale (Application Auto Scaling), or set BillingMode: PAY_PER_REQUEST without ProvisionedThroughput; spread the keys where one partition is hot.", "autoScaleReadCapacity and autoScaleWriteCapacity, or billingMode: dynamodb.BillingMode.PAY_PER_REQUEST of the Table (Billing.onDemand() of a TableV2)"
	}
	if mode, _ := n.Setting("streamModeDetails", "StreamMode").Str(); mode == "ON_DEMAND" {
		return "Spread the partition keys where one shard is hot; give readers that share the stream consumers of their own (enhanced fan-out).", "new kinesis.StreamConsumer(this, \"Reader\", { stream, streamConsumerName })"
	}
	return "Raise ShardCount, or set StreamModeDetails: {StreamMode: ON_DEMAND} without ShardCount; spread the partition keys where one shard is hot; give readers that share the stream consumers of their own (enhanced fan-out).", "shardCount, or streamMode: kinesis.StreamMode.ON_DEMAND of the Stream"
}

// busy is the share of a fixed capacity below which the busiest hour leaves it idle (catalogue, LIV012).
const busy = 0.2

// checkIdleTable compares the busiest hour with the capacity that nothing scales.
func checkIdleTable(p *Pass, t *graph.Node) {
	if mode, _ := t.Setting("billingMode").Str(); mode != "PROVISIONED" || unknownScaler(p.Graph) != nil {
		return
	}
	fixed := fixedCapacity(p.Graph, t)
	for _, way := range []struct{ scaled, name string }{{"reads", "Read"}, {"writes", "Write"}} {
		provisioned := t.Setting("provisionedThroughput").Get(way.name + "CapacityUnits")
		units, known := provisioned.Float()
		consumed := t.Resource.Seen("Consumed" + way.name + "CapacityUnits.BusiestHour")
		inHour, seen := consumed.Float()
		share := inHour / 3600 / units
		if !known || !seen || units <= modestCapacity || share >= busy || !strings.Contains(fixed.table, way.scaled) {
			continue
		}
		p.Report(Hit{Node: t, Values: []graph.Value{provisioned, consumed}, Severity: Low,
			Fix: "Lower " + way.name + "CapacityUnits, let it scale (Application Auto Scaling), or set BillingMode: PAY_PER_REQUEST without ProvisionedThroughput.", CDK: "readCapacity and writeCapacity with autoScale..., or billingMode: dynamodb.BillingMode.PAY_PER_REQUEST of the Table (Billing.onDemand() of a TableV2)",
			Message: fmt.Sprintf("the busiest hour of %s in %s used %.0f %% of its %.0f %s capacity units", nameOf(t), p.window(), 100*share, units, strings.ToLower(way.name))})
	}
}
