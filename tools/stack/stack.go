// Package stack reads deployed CloudFormation stacks. It asks AWS only to describe, get and list: the interface
// CloudFormation below has no other call, and nothing here keeps a client that has.
//
// What it returns is the processed template (macros and SAM expanded) with the parameter values that the stack
// really has, so that knowledge/cfn reads a stack exactly as it reads a file.
package stack

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
)

// CloudFormation is every call this package makes to CloudFormation.
type CloudFormation interface {
	DescribeStacks(context.Context, *cloudformation.DescribeStacksInput, ...func(*cloudformation.Options)) (*cloudformation.DescribeStacksOutput, error)
	ListStackResources(context.Context, *cloudformation.ListStackResourcesInput, ...func(*cloudformation.Options)) (*cloudformation.ListStackResourcesOutput, error)
	ListExports(context.Context, *cloudformation.ListExportsInput, ...func(*cloudformation.Options)) (*cloudformation.ListExportsOutput, error)
	GetTemplate(context.Context, *cloudformation.GetTemplateInput, ...func(*cloudformation.Options)) (*cloudformation.GetTemplateOutput, error)
}

// Reader reads the stacks of one account and region. It is safe for concurrent use.
type Reader struct {
	CloudFormation CloudFormation
	CloudControl   CloudControl // nil: live settings are not read, the template's are taken
	Services       Services     // tell what settings do not: metrics, states, the account
	Region         string
	Now            func() time.Time // nil: the clock
}

// Summary is a stack in a list.
type Summary struct {
	Name    string    `json:"name"`
	Status  string    `json:"status"`
	Updated time.Time `json:"updated"`
	Parent  string    `json:"parent,omitempty"` // name of the stack it is nested in
	// Resources counts them; 0 where they were not counted.
	Resources int `json:"resources,omitempty"`

	// Tags are the stack's own.
	Tags map[string]string `json:"-"`

	id string
}

// Stack is a deployed stack as far as it could be read.
type Stack struct {
	Name       string
	ID         string
	Region     string
	Status     string
	Updated    time.Time
	Protected  bool              // termination protection is on
	Template   []byte            // the processed template, JSON or YAML
	Parameters map[string]string // real values; NoEcho ones are left out, see Hidden
	Tags       map[string]string
	Hidden     []string          // names of parameters whose values CloudFormation does not show
	Physical   map[string]string // logical id → physical id
	Nested     map[string]*Stack // by the logical id of the stack resource; those that could be read
	Notes      []string          // what a reader must know: the stack's state, what CloudFormation found
	Gaps       []string          // what could not be read, and what would be needed to read it

	changed map[string]time.Time // when a resource was last made or updated, by logical id
	drifted []string             // what CloudFormation's own drift detection has found
}

// All returns the stack and those nested in it, outermost first.
func (st *Stack) All() []*Stack {
	out := []*Stack{st}
	for _, id := range slices.Sorted(maps.Keys(st.Nested)) {
		out = append(out, st.Nested[id].All()...)
	}
	return out
}

// File is the name under which the stack's template is read: evidence shows it.
func (st *Stack) File() string { return "stack:" + st.Name }

// maxPages bounds how many pages of one list are followed: 500 resources, CloudFormation's limit, are 5.
const maxPages = 60

// Load reads one stack by name or ARN, with the stacks that are nested in it.
func (r *Reader) Load(ctx context.Context, name string) (*Stack, error) {
	st, err := r.load(ctx, name)
	if err != nil {
		return nil, err
	}
	left := maxNested
	r.nested(ctx, st, maxNesting, &left)
	return st, nil
}

func (r *Reader) load(ctx context.Context, name string) (*Stack, error) {
	described, err := r.CloudFormation.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &name})
	if err != nil {
		return nil, r.missing(ctx, name, explain("cloudformation:DescribeStacks", "reading stack "+quote(name), r.Region, err))
	}
	if len(described.Stacks) == 0 {
		return nil, r.missing(ctx, name, &Error{Kind: NotFound, What: "reading stack " + quote(name), Detail: "there is no such stack"})
	}
	s := described.Stacks[0]
	st := &Stack{Name: aws.ToString(s.StackName), ID: aws.ToString(s.StackId), Region: r.Region, Status: string(s.StackStatus),
		Updated: updated(s), Protected: aws.ToBool(s.EnableTerminationProtection), Parameters: map[string]string{}, Tags: map[string]string{}, Physical: map[string]string{}, Nested: map[string]*Stack{}, changed: map[string]time.Time{}}
	for _, tag := range s.Tags {
		st.Tags[aws.ToString(tag.Key)] = aws.ToString(tag.Value)
	}
	if s.StackStatus == types.StackStatusDeleteComplete {
		return nil, &Error{Kind: NotFound, What: "reading stack " + quote(name), Detail: "it was deleted"}
	}
	if strings.Contains(st.Status, "ROLLBACK") || strings.Contains(st.Status, "FAILED") {
		st.Notes = append(st.Notes, "the stack is in state "+st.Status+": what runs may differ from its template")
	}
	for _, p := range s.Parameters {
		value := aws.ToString(p.ParameterValue)
		if p.ResolvedValue != nil { // an SSM parameter: the value behind the name
			value = *p.ResolvedValue
		}
		if strings.Trim(value, "*") == "" && len(value) > 3 { // how CloudFormation shows NoEcho
			st.Hidden = append(st.Hidden, aws.ToString(p.ParameterKey))
			continue
		}
		st.Parameters[aws.ToString(p.ParameterKey)] = value
	}
	if err := r.template(ctx, st); err != nil {
		return nil, err
	}
	r.resources(ctx, st)
	if d := s.DriftInformation; d != nil && d.LastCheckTimestamp != nil {
		note := fmt.Sprintf("CloudFormation's own drift detection, last run on %s, says %s", d.LastCheckTimestamp.Format(time.DateOnly), d.StackDriftStatus)
		if len(st.drifted) > 0 {
			note += ": " + strings.Join(st.drifted, ", ")
		}
		st.Notes = append(st.Notes, note)
	}
	return st, nil
}

// template gets the processed template, and where that is refused or missing the original.
func (r *Reader) template(ctx context.Context, st *Stack) error {
	get := func(stage types.TemplateStage) (string, error) {
		out, err := r.CloudFormation.GetTemplate(ctx, &cloudformation.GetTemplateInput{StackName: &st.ID, TemplateStage: stage})
		if err != nil {
			return "", explain("cloudformation:GetTemplate", "reading the template of stack "+quote(st.Name), r.Region, err)
		}
		return aws.ToString(out.TemplateBody), nil
	}
	body, err := get(types.TemplateStageProcessed)
	if err != nil && KindOf(err) == Unexpected {
		st.Gaps = append(st.Gaps, "the processed template is not to be had, so macros are not expanded: "+err.Error())
		body, err = get(types.TemplateStageOriginal)
	}
	if err != nil {
		return err
	}
	if body == "" {
		return &Error{Kind: NotFound, What: "reading the template of stack " + quote(st.Name), Detail: "it is empty"}
	}
	st.Template = []byte(body)
	return nil
}

// resources fills in physical ids. Without them the review still works, so a refusal becomes a note.
func (r *Reader) resources(ctx context.Context, st *Stack) {
	var token *string
	for range maxPages {
		page, err := r.CloudFormation.ListStackResources(ctx, &cloudformation.ListStackResourcesInput{StackName: &st.ID, NextToken: token})
		if err != nil {
			st.Gaps = append(st.Gaps, "physical ids are incomplete: "+
				explain("cloudformation:ListStackResources", "listing the resources of stack "+quote(st.Name), r.Region, err).Error())
			return
		}
		for _, res := range page.StackResourceSummaries {
			logical := aws.ToString(res.LogicalResourceId)
			if id := aws.ToString(res.PhysicalResourceId); id != "" {
				st.Physical[logical] = id
				if aws.ToString(res.ResourceType) == "AWS::CloudFormation::Stack" {
					st.Nested[logical] = nil
				}
			}
			if res.LastUpdatedTimestamp != nil && st.changed != nil {
				st.changed[logical] = *res.LastUpdatedTimestamp
			}
			if d := res.DriftInformation; d != nil && (d.StackResourceDriftStatus == types.StackResourceDriftStatusModified || d.StackResourceDriftStatus == types.StackResourceDriftStatusDeleted) {
				st.drifted = append(st.drifted, logical+" "+string(d.StackResourceDriftStatus))
			}
		}
		if token = page.NextToken; token == nil {
			return
		}
	}
	st.Gaps = append(st.Gaps, "the list of resources has more pages than any stack should: its end was not read")
}

// missing adds the nearest names to a "no such stack".
func (r *Reader) missing(ctx context.Context, name string, err error) error {
	e, ok := err.(*Error)
	if !ok || e.Kind != NotFound {
		return err
	}
	stacks, listErr := r.List(ctx)
	if listErr != nil {
		return err // the first refusal says more
	}
	names := make([]string, len(stacks))
	for i, s := range stacks {
		names[i] = s.Name
	}
	e.Nearest = nearest(name, names)
	e.Total = len(names)
	return e
}

func updated(s types.Stack) time.Time {
	if s.LastUpdatedTime != nil {
		return *s.LastUpdatedTime
	}
	return aws.ToTime(s.CreationTime)
}

// nameOf takes the name out of a stack's ARN (…:stack/NAME/UUID).
func nameOf(arn string) string {
	if _, rest, ok := strings.Cut(arn, ":stack/"); ok {
		name, _, _ := strings.Cut(rest, "/")
		return name
	}
	return ""
}
