package stack

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"sort"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/services"
)

// maxOutside bounds how many things beyond the stack are read: each is a call.
const maxOutside = 50

// Exports returns what other stacks export, by name, where the stack imports anything at all. A refusal is a gap: the
// imports stay unknown.
func (r *Reader) Exports(ctx context.Context, st *Stack) map[string]string {
	imports := false
	for _, s := range st.All() {
		imports = imports || bytes.Contains(s.Template, []byte("ImportValue"))
	}
	if !imports {
		return nil
	}
	out := map[string]string{}
	var token *string
	for range maxPages {
		page, err := r.CloudFormation.ListExports(ctx, &cloudformation.ListExportsInput{NextToken: token})
		if err != nil {
			st.Gaps = append(st.Gaps, "what other stacks export is not known: "+explain("cloudformation:ListExports", "listing exports", r.Region, err).Error())
			return out
		}
		for _, e := range page.Exports {
			out[aws.ToString(e.Name)] = aws.ToString(e.Value)
		}
		if token = page.NextToken; token == nil {
			break
		}
	}
	return out
}

// Outside reads the things that a stack names and does not have: a queue, topic, key ... of the same account and
// Region, one step from the stack. Their settings are known then, so that a verdict on the stack's own resources does
// not end at its boundary; they stay outside, nothing is said about themselves, and what they name in turn is not
// followed. It returns what it did, in words.
func (r *Reader) Outside(ctx context.Context, st *Stack, graphs []*graph.Graph) (notes []string) {
	if r.CloudControl == nil {
		return nil
	}
	c := newCompare(st, nil)
	nodes := map[string][]*graph.Node{}
	var ids []string
	away := 0
	for _, g := range graphs {
		for _, n := range g.Nodes {
			if !n.External {
				continue
			}
			typ, id, own := c.beyond(n)
			if typ != "" && !own {
				away++
			}
			if typ == "" || !own {
				continue
			}
			key := typ + " " + id
			if nodes[key] == nil {
				ids = append(ids, key)
			}
			nodes[key] = append(nodes[key], n)
		}
	}
	sort.Strings(ids)
	if len(ids) > maxOutside {
		notes = append(notes, fmt.Sprintf("%d things beyond the stack were not read: %d are the most", len(ids)-maxOutside, maxOutside))
		ids = ids[:maxOutside]
	}
	todo := make([]*graph.Resource, len(ids))
	for i, key := range ids {
		typ, id, _ := strings.Cut(key, " ")
		todo[i] = &graph.Resource{Type: typ, Physical: id, LogicalID: last(id)}
	}
	var got []string
	problems := map[string][]string{}
	for i, res := range r.readAll(ctx, c, todo) {
		if res.problem != "" {
			problems[res.problem] = append(problems[res.problem], last(todo[i].Physical))
			continue
		}
		got = append(got, last(todo[i].Physical))
		for _, n := range nodes[ids[i]] {
			for _, rule := range rulesOf(todo[i].Type) {
				if rule.name == "Environment" {
					continue
				}
				n.SetExtra(graph.LowerFirst(rule.name), c.value(res.properties[rule.name], nil))
				if d := services.DefaultOf(todo[i].Type, rule.name); d.Exists() {
					n.SetDefault(graph.LowerFirst(rule.name), d)
				}
			}
		}
	}
	if len(got) > 0 {
		notes = append(notes, fmt.Sprintf("read beyond the stack, one step far: %s; what these name in turn was not followed", some(got)))
	}
	for _, why := range slices.Sorted(maps.Keys(problems)) {
		notes = append(notes, fmt.Sprintf("named by the stack and not read: %s (%s)", some(problems[why]), why))
	}
	if away > 0 {
		notes = append(notes, fmt.Sprintf("%d things that the stack names are in another account or Region and were not read", away))
	}
	return notes
}

func some(names []string) string {
	if len(names) > 5 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:5], ", "), len(names)-5)
	}
	return strings.Join(names, ", ")
}

// beyond says how Cloud Control names a thing outside the stack; own is false where it is in another account or
// Region. typ is "" for what cannot be read: not named by a whole ARN, or of a type that is not read.
func (c *compare) beyond(n *graph.Node) (typ, id string, own bool) {
	arn := c.pseudo.Replace(n.ID)
	f := strings.SplitN(arn, ":", 6)
	if len(f) != 6 || f[0] != "arn" || strings.ContainsAny(arn, "${}*?") {
		return "", "", false
	}
	own = (f[3] == c.region || f[3] == "") && (f[4] == c.account || f[4] == "")
	name := last(f[5])
	switch f[2] {
	case "sqs":
		return "AWS::SQS::Queue", "https://sqs." + f[3] + "." + c.suffix + "/" + f[4] + "/" + name, own
	case "sns":
		return "AWS::SNS::Topic", arn, own
	case "lambda":
		if rest, ok := strings.CutPrefix(f[5], "function:"); ok {
			name, _, _ = strings.Cut(rest, ":")
			return "AWS::Lambda::Function", name, own
		}
	case "dynamodb":
		if rest, ok := strings.CutPrefix(f[5], "table/"); ok {
			name, _, _ = strings.Cut(rest, "/")
			return "AWS::DynamoDB::Table", name, own
		}
	case "kinesis":
		return "AWS::Kinesis::Stream", name, own
	case "kms":
		if strings.HasPrefix(f[5], "key/") {
			return "AWS::KMS::Key", name, own
		}
	case "states":
		return "AWS::StepFunctions::StateMachine", arn, own
	case "iam":
		if strings.HasPrefix(f[5], "role/") {
			return "AWS::IAM::Role", name, own
		}
	case "s3":
		return "AWS::S3::Bucket", name, true
	}
	return "", "", false
}
