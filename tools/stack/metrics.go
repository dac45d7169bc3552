package stack

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// A query is one metric of one resource, with how its points are made one number.
type query struct {
	of                    *graph.Resource // nil: of the account
	namespace, name, stat string          // stat is CloudWatch's: Sum, Maximum, p99
	dimensions            [][2]string
	latest                bool // the newest point counts, not all of the window
	busiest               bool // the highest sum of an hour counts
}

// key is the name under which the number is observed: Throttles.Sum, ApproximateAgeOfOldestMessage.Latest.
func (q query) key() string {
	switch {
	case q.latest:
		return q.name + ".Latest"
	case q.busiest:
		return q.name + ".BusiestHour"
	}
	return q.name + "." + q.stat
}

const (
	// batch is how many queries one call may hold. Source: CloudWatch API reference, GetMetricData, checked 2026-11-29
	// (botocore's text of MetricDataQueries).
	batch = 500
	// recent is how far back the newest point may lie where only that counts.
	recent = 3 * time.Hour
	// unused is the time without any invocation after which a function counts as unused (catalogue, LIV015).
	unused = 90 * 24 * time.Hour
)

// queries lists what is asked about the resources of a graph.
func queries(g *graph.Graph) []query {
	var out []query
	add := func(r *graph.Resource, namespace, stat string, names string, dimensions ...[2]string) {
		for _, name := range strings.Fields(names) {
			out = append(out, query{of: r, namespace: namespace, name: name, stat: stat, dimensions: dimensions})
		}
	}
	for _, r := range g.Resources {
		if r.Physical == "" {
			continue
		}
		name := last(r.Physical)
		switch r.Type {
		case "AWS::Lambda::Function":
			d := [2]string{"FunctionName", name}
			add(r, "AWS/Lambda", "Sum", "Invocations Throttles RecursiveInvocationsDropped AsyncEventsDropped DestinationDeliveryFailures DeadLetterErrors", d)
			add(r, "AWS/Lambda", "Maximum", "ConcurrentExecutions", d)
			add(r, "AWS/Lambda", "p99", "Duration", d)
			if reads(g, r) {
				add(r, "AWS/Lambda", "Maximum", "IteratorAge", d)
			}
			if strings.Contains(r.Properties.Get("Layers").String(), "LambdaInsights") {
				add(r, "LambdaInsights", "Maximum", "memory_utilization", [2]string{"function_name", name})
			}
		case "AWS::SQS::Queue":
			out = append(out, query{of: r, namespace: "AWS/SQS", name: "ApproximateAgeOfOldestMessage", stat: "Maximum", latest: true, dimensions: [][2]string{{"QueueName", name}}})
		case "AWS::SNS::Topic":
			add(r, "AWS/SNS", "Sum", "NumberOfNotificationsFailed NumberOfNotificationsFilteredOut-InvalidAttributes", [2]string{"TopicName", name})
		case "AWS::Events::Rule":
			add(r, "AWS/Events", "Sum", "FailedInvocations InvocationsFailedToBeSentToDlq", ruleDimensions(g, r)...)
		case "AWS::DynamoDB::Table":
			d := [2]string{"TableName", name}
			add(r, "AWS/DynamoDB", "Sum", "ReadThrottleEvents WriteThrottleEvents", d)
			if r.Properties.Get("ProvisionedThroughput").Exists() {
				for _, metric := range []string{"ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits"} {
					out = append(out, query{of: r, namespace: "AWS/DynamoDB", name: metric, stat: "Sum", busiest: true, dimensions: [][2]string{d}})
				}
			}
		case "AWS::Kinesis::Stream":
			add(r, "AWS/Kinesis", "Sum", "WriteProvisionedThroughputExceeded ReadProvisionedThroughputExceeded", [2]string{"StreamName", name})
		case "AWS::Lambda::Alias":
			if parts := strings.Split(r.Physical, ":"); len(parts) == 8 && r.Properties.Get("ProvisionedConcurrencyConfig").Exists() {
				d := [][2]string{{"FunctionName", parts[6]}, {"Resource", parts[6] + ":" + parts[7]}}
				add(r, "AWS/Lambda", "Maximum", "ProvisionedConcurrencyUtilization", d...)
				add(r, "AWS/Lambda", "Sum", "ProvisionedConcurrencySpilloverInvocations", d...)
			}
		}
	}
	if len(g.OfKind(graph.Function)) > 0 {
		add(nil, "AWS/Lambda", "Maximum", "ClaimedAccountConcurrency UnreservedConcurrentExecutions")
	}
	return out
}

// reads tells whether a function is fed by a stream.
func reads(g *graph.Graph, r *graph.Resource) bool {
	n := g.Node(r.ID)
	if n == nil {
		return false
	}
	for _, e := range g.In(n, graph.Polls) {
		if e.From.Kind == graph.Stream || e.From.Kind == graph.Table {
			return true
		}
	}
	return false
}

// ruleDimensions: metrics of rules on the default bus have the rule's name only, those on others the bus's, too.
// Source: EventBridge User Guide, "Monitoring Amazon EventBridge", checked 2026-11-29.
func ruleDimensions(g *graph.Graph, r *graph.Resource) [][2]string {
	out := [][2]string{{"RuleName", last(r.Physical)}}
	bus := r.Properties.Get("EventBusName")
	name, _ := bus.Str()
	if ref, ok := bus.Ref(); ok {
		if n := g.Node(ref.Resource); n != nil && n.Resource != nil {
			name = n.Resource.Physical
		}
	}
	if name = last(name); name != "" && name != "default" {
		out = append([][2]string{{"EventBusName", name}}, out...)
	}
	return out
}

// metrics asks CloudWatch for all queries and records the answers. A sum without points is 0; other numbers, and the
// busiest hour, are not recorded without points. It returns the window in words.
func (r *Reader) metrics(ctx context.Context, g *graph.Graph, since time.Duration, now time.Time) (string, error) {
	all := queries(g)
	var whole, newest, hourly, invocations []query
	for _, q := range all {
		switch {
		case q.latest:
			newest = append(newest, q)
		case q.busiest:
			hourly = append(hourly, q)
		default:
			whole = append(whole, q)
		}
		if q.name == "Invocations" {
			invocations = append(invocations, q)
		}
	}
	if err := r.ask(ctx, whole, now.Add(-since), now, period(since), g, ""); err != nil {
		return "", err
	}
	if err := r.ask(ctx, newest, now.Add(-recent), now, 300, g, ""); err != nil {
		return "", err
	}
	if err := r.ask(ctx, hourly, now.Add(-since), now, 3600, g, ""); err != nil {
		return "", err
	}
	if err := r.ask(ctx, invocations, now.Add(-unused), now, 86400, g, ".90days"); err != nil {
		return "", err
	}
	return "the " + spellWindow(since) + " to " + now.UTC().Format("2006-01-02 15:04") + " UTC", nil
}

func spellWindow(d time.Duration) string {
	if d >= 48*time.Hour {
		return fmt.Sprintf("%d days", int(d.Hours()/24))
	}
	return fmt.Sprintf("%d hours", int(d.Hours()))
}

// period is the length of a point in seconds: whole days for long windows keep the answers small. The statistics do
// not depend on it, but p99, which is then that of the worst point.
func period(since time.Duration) int32 {
	switch {
	case since >= 48*time.Hour:
		return 86400
	case since >= 3*time.Hour:
		return 3600
	}
	return 300
}

func (r *Reader) ask(ctx context.Context, all []query, from, to time.Time, period int32, g *graph.Graph, suffix string) error {
	for start := 0; start < len(all); start += batch {
		part := all[start:min(start+batch, len(all))]
		in := &cloudwatch.GetMetricDataInput{StartTime: &from, EndTime: &to, ScanBy: types.ScanByTimestampDescending}
		for i, q := range part {
			m := &types.Metric{Namespace: aws.String(q.namespace), MetricName: aws.String(q.name)}
			for _, d := range q.dimensions {
				m.Dimensions = append(m.Dimensions, types.Dimension{Name: aws.String(d[0]), Value: aws.String(d[1])})
			}
			in.MetricDataQueries = append(in.MetricDataQueries, types.MetricDataQuery{Id: aws.String(fmt.Sprintf("q%d", i)),
				MetricStat: &types.MetricStat{Metric: m, Period: aws.Int32(period), Stat: aws.String(q.stat)}})
		}
		points := make([][]float64, len(part))
		for range maxPages {
			out, err := r.Services.CloudWatch.GetMetricData(ctx, in)
			if err != nil {
				return explain("cloudwatch:GetMetricData", "reading metrics", r.Region, err)
			}
			for _, res := range out.MetricDataResults {
				var i int
				if _, err := fmt.Sscanf(aws.ToString(res.Id), "q%d", &i); err == nil && i >= 0 && i < len(points) {
					points[i] = append(points[i], res.Values...)
				}
			}
			if in.NextToken = out.NextToken; in.NextToken == nil {
				break
			}
		}
		for i, q := range part {
			record(g, q, points[i], suffix)
		}
	}
	return nil
}

func record(g *graph.Graph, q query, points []float64, suffix string) {
	if len(points) == 0 && (q.stat != "Sum" || q.busiest) {
		return
	}
	var n float64
	for i, p := range points {
		switch {
		case q.latest && i == 0, !q.latest && (q.busiest || q.stat != "Sum") && (i == 0 || p > n):
			n = p
		case q.busiest:
		case q.stat == "Sum":
			n += p
		}
	}
	var at *graph.Evidence
	if q.of != nil {
		at = q.of.At
	}
	v := graph.NewNumber(at, fmt.Sprintf("%.6g", n)).WithOrigin(graph.Live)
	if n == float64(int64(n)) {
		v = graph.NewNumber(at, fmt.Sprintf("%d", int64(n))).WithOrigin(graph.Live)
	}
	if q.of == nil {
		g.Observed["account."+q.name] = v
		return
	}
	q.of.Observe(q.key()+suffix, v)
}
