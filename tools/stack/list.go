package stack

import (
	"context"
	"sort"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
)

// List returns all stacks that are not deleted, last updated first.
func (r *Reader) List(ctx context.Context) ([]Summary, error) {
	var out []Summary
	var token *string
	for range maxPages {
		page, err := r.CloudFormation.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{NextToken: token})
		if err != nil {
			return out, explain("cloudformation:DescribeStacks", "listing the stacks", r.Region, err)
		}
		for _, s := range page.Stacks {
			tags := map[string]string{}
			for _, tag := range s.Tags {
				tags[aws.ToString(tag.Key)] = aws.ToString(tag.Value)
			}
			out = append(out, Summary{Tags: tags, Name: aws.ToString(s.StackName), Status: string(s.StackStatus), Updated: updated(s), Parent: nameOf(aws.ToString(s.ParentId)), id: aws.ToString(s.StackId)})
		}
		if token = page.NextToken; token == nil {
			break
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].Updated.After(out[j].Updated) })
	return out, nil
}

// Count fills in how many resources the first stacks of a list have, at most limit of them: a call for each.
func (r *Reader) Count(ctx context.Context, list []Summary, limit int) {
	places := make(chan struct{}, atOnce)
	var all sync.WaitGroup
	for i := range list[:min(limit, len(list))] {
		all.Add(1)
		places <- struct{}{}
		go func() {
			defer func() { <-places; all.Done() }()
			st := &Stack{ID: list[i].id, Name: list[i].Name, Physical: map[string]string{}, Nested: map[string]*Stack{}}
			r.resources(ctx, st)
			list[i].Resources = len(st.Physical) // a refusal leaves 0, which is not shown
		}()
	}
	all.Wait()
}
