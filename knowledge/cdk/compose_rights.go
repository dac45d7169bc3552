package cdk

import "github.com/seed-8eee7107/serverless-architect/knowledge/graph"

// pollRights are what a reader of a source may do, by the kind of the source. Source: Lambda developer guide,
// "Execution role permissions" of the three event source mappings, checked 2026-11-30.
var pollRights = map[graph.Kind][]string{
	graph.Queue: {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"},
	graph.Stream: {"kinesis:DescribeStream", "kinesis:DescribeStreamSummary", "kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:ListShards",
		"kinesis:SubscribeToShard"},
	graph.Table: {"dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"},
}

// writeRights are what a writer may do, by the kind of the thing.
var writeRights = map[graph.Kind][]string{
	graph.Queue:    {"sqs:SendMessage"},
	graph.Topic:    {"sns:Publish"},
	graph.EventBus: {"events:PutEvents"},
	graph.Stream:   {"kinesis:PutRecord", "kinesis:PutRecords"},
	graph.Table:    {"dynamodb:BatchWriteItem", "dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:UpdateItem"},
	// Whoever has a token may answer: the right to answer cannot tell one execution from another.
	graph.StateMachine: {"states:SendTaskFailure", "states:SendTaskHeartbeat", "states:SendTaskSuccess"},
}

// idempotencyRights are what Powertools does with the table in which it remembers. Source: Powertools for AWS Lambda,
// "Idempotency", IAM Permissions, checked 2026-11-30.
var idempotencyRights = []string{"dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"}

var tableReads = []string{"dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan"}

// poll is the right to read a source's messages or records.
func (c *composer) poll(source *graph.Node) []mapping {
	arn := c.arn(source)
	if source.Kind == graph.Table {
		arn = getAtt{c.ids[source], "StreamArn"}
	}
	out := []mapping{allow(arn, pollRights[source.Kind]...)}
	if service := map[graph.Kind]string{graph.Table: "dynamodb", graph.Stream: "kinesis"}[source.Kind]; service != "" {
		list := allow("*", service+":ListStreams")
		list[len(list)-1].Comment = "streams can be listed only together: reading holds for this one"
		out = append(out, list)
	}
	return out
}

// functionRights are the rights that a function's edges need, and no more.
func (c *composer) functionRights(fn *graph.Node) []mapping {
	var out []mapping
	for _, e := range c.g.In(fn, graph.Polls) {
		out = append(out, c.poll(e.From)...)
	}
	for _, e := range c.g.Out(fn, graph.FailsTo) {
		out = append(out, allow(c.arn(e.To), "sqs:SendMessage"))
	}
	for _, u := range c.usesOf(fn) {
		out = append(out, c.uses(u.of, u.writes, u.reads)...)
	}
	return out
}

// use is what a function does with a thing that it writes to, reads from or starts.
type use struct {
	of            *graph.Node
	writes, reads bool
}

// usesOf lists what a function does with others, and what no right was found for.
func (c *composer) usesOf(fn *graph.Node) []use {
	var out []use
	done := map[*graph.Node]bool{}
	for _, e := range c.g.Out(fn, graph.Writes, graph.Reads, graph.Invokes) {
		c.carry(e)
		if done[e.To] {
			continue
		}
		done[e.To] = true
		u := use{of: e.To}
		for _, other := range c.g.Out(fn, graph.Writes, graph.Reads) {
			u.writes = u.writes || other.To == e.To && other.Kind == graph.Writes
			u.reads = u.reads || other.To == e.To && other.Kind == graph.Reads
		}
		if len(c.uses(e.To, u.writes, u.reads)) == 0 {
			c.lacks = append(c.lacks, e.From.ID+" "+string(e.Kind)+" "+e.To.ID)
		}
		out = append(out, u)
	}
	return out
}

// uses are the rights of a function on a thing that it writes to, reads from or starts.
func (c *composer) uses(n *graph.Node, writes, reads bool) []mapping {
	switch n.Kind {
	case graph.Table:
		var actions []string
		if spelled(n.Setting("role")) == "idempotency" {
			return []mapping{allow(c.arn(n), idempotencyRights...)}
		}
		if reads {
			actions = append(actions, tableReads...)
		}
		if writes {
			actions = append(actions, writeRights[graph.Table]...)
		}
		if reads && indexesOf(n) != nil {
			return []mapping{allow(sequence{c.arn(n), c.below(n, "/index/*")}, actions...)}
		}
		return []mapping{allow(c.arn(n), actions...)}
	case graph.Bucket:
		var out []mapping
		if reads {
			list := allow(c.arn(n), "s3:ListBucket")
			list[len(list)-1].Comment = "without it an object that is not there looks like one that is forbidden"
			out = append(out, allow(c.below(n, "/*"), "s3:GetObject"), list)
		}
		if writes {
			out = append(out, allow(c.below(n, "/*"), "s3:PutObject"))
		}
		return out
	case graph.Function:
		return []mapping{allow(c.callee(n), "lambda:InvokeFunction")}
	case graph.Secret:
		return []mapping{allow(c.arn(n), "secretsmanager:GetSecretValue")}
	case graph.StateMachine:
		if !writes {
			return []mapping{allow(c.arn(n), "states:StartExecution")}
		}
	case graph.WebSocketAPI:
		return []mapping{allow(substituted("arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${"+c.ids[n]+"}/"+liveStage+"/*/@connections/*"), "execute-api:ManageConnections")}
	case graph.EventAPI:
		var namespaces sequence
		for _, name := range ownNamespaces(n) {
			namespaces = append(namespaces, substituted("arn:${AWS::Partition}:appsync:${AWS::Region}:${AWS::AccountId}:apis/${"+c.ids[n]+".ApiId}/channelNamespace/"+name))
		}
		return []mapping{allow(namespaces, eventPublish)}
	case graph.ScheduleGroup:
		return c.groupRights(n)
	}
	if actions := writeRights[n.Kind]; len(actions) > 0 && writes {
		return []mapping{allow(c.arn(n), actions...)}
	}
	return nil
}
