package stack

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// Observe adds to the graphs of a stack what metrics, states and the account tell. Each matter has an entry in
// Observed that says that it was looked at, or, unknown with the reason, that it could not be. since is the window
// of metrics.
func (r *Reader) Observe(ctx context.Context, st *Stack, graphs []*graph.Graph, since time.Duration) {
	for i, g := range graphs {
		if i > 0 && len(g.Resources) == 0 {
			continue
		}
		o := &observer{Reader: r, st: st, g: g, now: r.clock()}
		g.Observed = map[string]graph.Value{
			"stack.terminationProtection": graph.NewBool(nil, st.Protected).WithOrigin(graph.Live),
			"stack.name":                  graph.NewString(nil, st.Name).WithOrigin(graph.Live),
			"stack.file":                  graph.NewString(nil, st.File()).WithOrigin(graph.Live),
		}
		o.ages()
		o.all(ctx, since)
	}
}

// ages records how long ago CloudFormation last touched each resource.
func (o *observer) ages() {
	stacks := map[string]*Stack{}
	for _, s := range o.st.All() {
		stacks[s.File()] = s
	}
	for _, r := range o.g.Resources {
		if s := stacks[r.File]; s != nil {
			if t, ok := s.changed[r.LogicalID]; ok {
				o.set(r, "DaysSinceUpdate", graph.NewInt(nil, int(o.now.Sub(t).Hours()/24)))
			}
		}
	}
}

func (r *Reader) clock() time.Time {
	if r.Now != nil {
		return r.Now()
	}
	return time.Now()
}

type observer struct {
	*Reader
	st  *Stack
	g   *graph.Graph
	now time.Time
	mu  sync.Mutex
}

func (o *observer) all(ctx context.Context, since time.Duration) {
	s := o.Services
	if s.CloudWatch != nil {
		window, err := o.metrics(ctx, o.g, since, o.now)
		o.looked("metrics", window, err)
	}
	if s.Lambda != nil {
		o.looked("account", "", o.account(ctx))
		o.looked("mappings", "", o.mappings(ctx))
	}
	if s.SQS != nil {
		o.looked("deadLetters", "", o.deadLetters(ctx))
	}
	if s.KMS != nil {
		o.looked("keys", "", o.keys(ctx))
	}
	if s.SNS != nil {
		o.looked("subscriptions", "", o.subscriptions(ctx))
	}
	if s.Logs != nil {
		o.looked("logGroups", "", o.logGroups(ctx))
	}
}

// looked records that a matter was looked at, or why it could not be.
func (o *observer) looked(matter, how string, err error) {
	v := graph.NewString(nil, how).WithOrigin(graph.Live)
	var e *Error
	switch {
	case errors.As(err, &e) && e.Kind == Denied:
		v = graph.NewUnknown(nil, "access denied to "+e.Action)
	case err != nil:
		v = graph.NewUnknown(nil, err.Error())
	}
	o.g.Observed[matter] = v
}

// each does something for every resource of a type that has a physical id, a few side by side. The first refusal that
// is not about one resource ends it.
func (o *observer) each(ctx context.Context, typ string, do func(*graph.Resource) error) error {
	var all sync.WaitGroup
	var failed error
	places := make(chan struct{}, atOnce)
	for _, r := range o.g.Resources {
		if r.Type != typ || r.Physical == "" {
			continue
		}
		places <- struct{}{}
		o.mu.Lock()
		stop := failed != nil
		o.mu.Unlock()
		if stop || ctx.Err() != nil {
			<-places
			break
		}
		all.Add(1)
		go func() {
			defer func() { <-places; all.Done() }()
			if err := do(r); err != nil && !gone(err) {
				o.mu.Lock()
				failed = err
				o.mu.Unlock()
			}
		}()
	}
	all.Wait()
	if failed == nil {
		failed = ctx.Err()
	}
	return failed
}

// gone tells that one resource is not there any more: that is told elsewhere.
func gone(err error) bool {
	var e *Error
	return errors.As(err, &e) && (strings.Contains(e.Detail, "NotFound") || strings.Contains(e.Detail, "NonExistentQueue") || strings.Contains(e.Detail, "QueueDoesNotExist"))
}

func (o *observer) set(r *graph.Resource, name string, v graph.Value) {
	o.mu.Lock()
	defer o.mu.Unlock()
	v.At = r.At
	r.Observe(name, v.WithOrigin(graph.Live))
}

func (o *observer) account(ctx context.Context) error {
	if len(o.g.OfKind(graph.Function)) == 0 {
		return nil
	}
	out, err := o.Services.Lambda.GetAccountSettings(ctx, &lambda.GetAccountSettingsInput{})
	if err != nil {
		return explain("lambda:GetAccountSettings", "reading the account's concurrency", o.Region, err)
	}
	if l := out.AccountLimit; l != nil {
		o.g.Observed["account.concurrency"] = graph.NewInt(nil, int(l.ConcurrentExecutions)).WithOrigin(graph.Live)
		o.g.Observed["account.unreserved"] = graph.NewInt(nil, int(aws.ToInt32(l.UnreservedConcurrentExecutions))).WithOrigin(graph.Live)
	}
	return nil
}

func (o *observer) mappings(ctx context.Context) error {
	return o.each(ctx, "AWS::Lambda::EventSourceMapping", func(r *graph.Resource) error {
		out, err := o.Services.Lambda.GetEventSourceMapping(ctx, &lambda.GetEventSourceMappingInput{UUID: &r.Physical})
		if err != nil {
			return explain("lambda:GetEventSourceMapping", "reading the state of mapping "+quote(r.LogicalID), o.Region, err)
		}
		o.set(r, "State", graph.NewString(nil, aws.ToString(out.State)))
		o.set(r, "LastProcessingResult", graph.NewString(nil, short(aws.ToString(out.LastProcessingResult))))
		return nil
	})
}

// deadLetters counts the messages in the queues to which failures go.
func (o *observer) deadLetters(ctx context.Context) error {
	targets := map[string]bool{}
	for _, e := range o.g.OfEdge(graph.FailsTo) {
		if e.To.Resource != nil {
			targets[e.To.Resource.ID] = true
		}
	}
	return o.each(ctx, "AWS::SQS::Queue", func(r *graph.Resource) error {
		if !targets[r.ID] {
			return nil
		}
		out, err := o.Services.SQS.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{QueueUrl: &r.Physical, AttributeNames: []types.QueueAttributeName{types.QueueAttributeNameApproximateNumberOfMessages}})
		if err != nil {
			return explain("sqs:GetQueueAttributes", "counting the messages of queue "+quote(r.LogicalID), o.Region, err)
		}
		o.set(r, "ApproximateNumberOfMessages", graph.NewNumber(nil, out.Attributes["ApproximateNumberOfMessages"]))
		return nil
	})
}

func (o *observer) keys(ctx context.Context) error {
	return o.each(ctx, "AWS::KMS::Key", func(r *graph.Resource) error {
		out, err := o.Services.KMS.DescribeKey(ctx, &kms.DescribeKeyInput{KeyId: &r.Physical})
		if err != nil {
			return explain("kms:DescribeKey", "reading the state of key "+quote(r.LogicalID), o.Region, err)
		}
		if m := out.KeyMetadata; m != nil {
			o.set(r, "KeyState", graph.NewString(nil, string(m.KeyState)))
			if m.DeletionDate != nil {
				o.set(r, "DeletionDate", graph.NewString(nil, m.DeletionDate.Format(time.DateOnly)))
			}
		}
		return nil
	})
}

// subscriptions looks for those that nobody has confirmed, at the topics that have one of the stack's.
func (o *observer) subscriptions(ctx context.Context) error {
	mine := map[string][]*graph.Resource{} // topic's ARN → subscriptions to e-mail, web addresses: what must be confirmed
	for _, r := range o.g.Resources {
		protocol, _ := r.Properties.Get("Protocol").Str()
		if r.Type != "AWS::SNS::Subscription" || !strings.HasPrefix(protocol, "email") && !strings.HasPrefix(protocol, "http") {
			continue
		}
		topic, _ := r.Properties.Get("TopicArn").Str()
		if ref, ok := r.Properties.Get("TopicArn").Ref(); ok {
			if n := o.g.Node(ref.Resource); n != nil && n.Resource != nil {
				topic = n.Resource.Physical
			}
		}
		if strings.HasPrefix(topic, "arn:") && !strings.Contains(topic, "${") {
			mine[topic] = append(mine[topic], r)
		}
	}
	for topic, list := range mine {
		var token *string
		for range maxPages {
			out, err := o.Services.SNS.ListSubscriptionsByTopic(ctx, &sns.ListSubscriptionsByTopicInput{TopicArn: &topic, NextToken: token})
			if err != nil {
				return explain("sns:ListSubscriptionsByTopic", "reading the subscriptions of a topic", o.Region, err)
			}
			for _, s := range out.Subscriptions {
				for _, r := range list {
					endpoint, _ := r.Properties.Get("Endpoint").Str()
					if endpoint == aws.ToString(s.Endpoint) && endpoint != "" {
						o.set(r, "Confirmed", graph.NewBool(nil, strings.HasPrefix(aws.ToString(s.SubscriptionArn), "arn:")))
					}
				}
			}
			if token = out.NextToken; token == nil {
				break
			}
		}
	}
	return nil
}

// logGroups looks at the stack's log groups, and for those of functions that the stack does not have any more: their
// names begin with the stack's, as CloudFormation makes them.
func (o *observer) logGroups(ctx context.Context) error {
	functions := map[string]bool{}
	for _, r := range o.g.Resources {
		if r.Type == "AWS::Lambda::Function" {
			functions["/aws/lambda/"+r.Physical] = true
		}
	}
	list := func(prefix string, do func(name string, bytes int64)) error {
		var token *string
		for range maxPages {
			out, err := o.Services.Logs.DescribeLogGroups(ctx, &cloudwatchlogs.DescribeLogGroupsInput{LogGroupNamePrefix: &prefix, NextToken: token})
			if err != nil {
				return explain("logs:DescribeLogGroups", "listing log groups", o.Region, err)
			}
			for _, g := range out.LogGroups {
				do(aws.ToString(g.LogGroupName), aws.ToInt64(g.StoredBytes))
			}
			if token = out.NextToken; token == nil {
				break
			}
		}
		return nil
	}
	var orphans []graph.Value
	err := list("/aws/lambda/"+o.st.Name+"-", func(name string, bytes int64) {
		if !functions[name] && generated(name[len("/aws/lambda/"+o.st.Name):]) {
			orphans = append(orphans, graph.NewString(nil, name))
		}
	})
	if err != nil {
		return err
	}
	o.g.Observed["logGroups.orphans"] = graph.NewList(nil, orphans...).WithOrigin(graph.Live)
	return o.each(ctx, "AWS::Logs::LogGroup", func(r *graph.Resource) error {
		return list(r.Physical, func(name string, bytes int64) {
			if name == r.Physical {
				o.set(r, "StoredBytes", graph.NewNumber(nil, fmt.Sprint(bytes)))
			}
		})
	})
}

// generated tells -LogicalId-RANDOM, the end of a name that CloudFormation has made: another stack whose name begins
// alike has more in between.
func generated(end string) bool {
	parts := strings.Split(end, "-")
	return len(parts) == 3 && parts[0] == "" && parts[1] != "" && len(parts[2]) >= 12
}
