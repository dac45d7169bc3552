package stack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudcontrol"
	"github.com/aws/smithy-go"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// CloudControl is every call this package makes to Cloud Control.
type CloudControl interface {
	GetResource(context.Context, *cloudcontrol.GetResourceInput, ...func(*cloudcontrol.Options)) (*cloudcontrol.GetResourceOutput, error)
}

// Read says what became of one resource's live settings.
type read struct {
	properties map[string]any
	problem    string // why there are none
}

// states are read-only properties that tell how a resource fares.
var states = map[string][]string{"AWS::Pipes::Pipe": {"CurrentState", "StateReason"}}

// atOnce bounds the calls of one stack that are under way side by side.
const atOnce = 8

// Overlay lays the live settings of a stack over the resources of its template, once for each resource, and gives
// them their physical ids. What could not be read keeps the template's values; the gaps say what and why.
func (r *Reader) Overlay(ctx context.Context, st *Stack, scenarios []graph.Scenario) []graph.Gap {
	stacks := map[string]*Stack{}
	for _, s := range st.All() {
		stacks[s.File()] = s
	}
	var all []*graph.Resource
	seen := map[*graph.Resource]bool{}
	for _, s := range scenarios {
		for _, res := range s.Resources {
			if of := stacks[res.File]; of != nil && !seen[res] {
				seen[res] = true
				res.Physical = of.Physical[res.LogicalID]
				all = append(all, res)
			}
		}
	}
	if r.CloudControl == nil {
		return nil
	}
	c := newCompare(st, all)
	var todo []*graph.Resource
	for _, res := range all {
		if _, known := models[res.Type]; known && res.Physical != "" {
			todo = append(todo, res)
		}
	}
	results := r.readAll(ctx, c, todo)
	problems := map[string][]*graph.Resource{}
	for i, res := range todo {
		if results[i].problem != "" {
			problems[results[i].problem] = append(problems[results[i].problem], res)
			continue
		}
		c.in(stacks[res.File])
		c.overlay(res, results[i].properties)
		for _, name := range states[res.Type] {
			if s, ok := results[i].properties[name].(string); ok && s != "" {
				res.Observe(name, graph.NewString(res.At, short(s)).WithOrigin(graph.Live))
			}
		}
	}
	policies, unread := r.policies(ctx, c, all)
	for i := range scenarios {
		for _, p := range policies {
			if slices.Contains(scenarios[i].Resources, c.byID[p.Source]) {
				scenarios[i].Resources = append(scenarios[i].Resources, p)
			}
		}
	}
	gaps := gapsOf(problems)
	for _, g := range gapsOf(unread) {
		g.Why = strings.Replace(g.Why, "live settings", "live policies", 1)
		gaps = append(gaps, g)
	}
	return gaps
}

// gapsOf makes one gap of all resources that have the same problem.
func gapsOf(problems map[string][]*graph.Resource) []graph.Gap {
	var out []graph.Gap
	for why, list := range problems {
		first := list[0]
		gap := graph.Gap{Resource: first.WrittenID(), Why: "its live settings were not read, the template's are taken: " + why}
		if len(list) > 1 {
			gap.Why = fmt.Sprintf("the live settings of %s were not read, the template's are taken: %s", listed(list), why)
		}
		if first.At != nil {
			gap.Evidence = *first.At
		}
		out = append(out, gap)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Why < out[j].Why })
	return out
}

func listed(list []*graph.Resource) string {
	var names []string
	for _, res := range list[:min(3, len(list))] {
		names = append(names, res.LogicalID)
	}
	if more := len(list) - len(names); more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(names, ", "), more)
	}
	return strings.Join(names, ", ")
}

// readAll asks for each resource, a few at a time. After a refusal that would meet the others of its kind, too,
// these are not asked for.
func (r *Reader) readAll(ctx context.Context, c *compare, todo []*graph.Resource) []read {
	out := make([]read, len(todo))
	var mu sync.Mutex
	done := 0
	closed := map[string]string{} // type, or "" for all → why
	shut := func(typ string) string {
		mu.Lock()
		defer mu.Unlock()
		if why := closed[""]; why != "" {
			return why
		}
		return closed[typ]
	}
	work := make(chan int)
	var all sync.WaitGroup
	for range min(atOnce, len(todo)) {
		all.Add(1)
		go func() {
			defer all.Done()
			for i := range work {
				typ := todo[i].Type
				if why := shut(typ); why != "" {
					out[i].problem = why
					continue
				}
				mu.Lock()
				done++
				Tell(ctx, done, len(todo), fmt.Sprintf("reading live settings: %d of %d resources", done, len(todo)))
				mu.Unlock()
				var scope string
				var final bool
				out[i], scope, final = r.readOne(ctx, c, todo[i])
				if final {
					mu.Lock()
					closed[scope] = out[i].problem
					mu.Unlock()
				}
			}
		}()
	}
	for i := range todo {
		work <- i
	}
	close(work)
	all.Wait()
	return out
}

// readOne asks for one resource. final says that the same answer awaits all of the scope: a type, or "" for all.
func (r *Reader) readOne(ctx context.Context, c *compare, res *graph.Resource) (got read, scope string, final bool) {
	id, err := c.identifier(res)
	if err != nil {
		return read{problem: err.Error()}, "", false
	}
	if ctx.Err() != nil {
		return read{problem: "there was no time left"}, "", true
	}
	out, err := r.CloudControl.GetResource(ctx, &cloudcontrol.GetResourceInput{TypeName: &res.Type, Identifier: &id})
	if err == nil && out.ResourceDescription != nil {
		d := json.NewDecoder(strings.NewReader(aws.ToString(out.ResourceDescription.Properties)))
		d.UseNumber()
		if err := d.Decode(&got.properties); err != nil {
			return read{problem: "the answer of Cloud Control is no JSON"}, "", false
		}
		return got, "", false
	}
	if err == nil {
		return read{problem: "the answer of Cloud Control is empty"}, "", false
	}
	return refusal(res.Type, err)
}

// refusal says what an error of GetResource means, and for what else it holds.
func refusal(typ string, err error) (got read, scope string, final bool) {
	var api smithy.APIError
	if errors.As(err, &api) {
		switch api.ErrorCode() {
		case "UnsupportedActionException", "TypeNotFoundException":
			return read{problem: "Cloud Control does not support " + typ}, typ, true
		case "ResourceNotFoundException":
			return read{problem: "Cloud Control does not find it; has it been deleted?"}, "", false
		case "HandlerFailureException", "HandlerInternalFailureException", "GeneralServiceException", "ServiceInternalErrorException", "NotStabilizedException", "InvalidRequestException":
			if !denied(api.ErrorMessage()) {
				return read{problem: typ + ": " + short(api.ErrorCode())}, "", false
			}
		}
	}
	e := explain("cloudformation:GetResource", "reading live settings", "", err).(*Error)
	switch {
	case e.Kind == Denied && !strings.Contains(e.Detail, "cloudformation:GetResource") || errors.As(err, &api) && denied(api.ErrorMessage()) && e.Kind != Denied:
		action := actionIn(e.Detail)
		if action == "" {
			action = strings.Join(models[typ].permissions, ", ")
		}
		return read{problem: "access denied to " + action}, typ, true
	case e.Kind == Denied:
		return read{problem: "access denied to cloudformation:GetResource"}, "", true
	case e.Kind == Throttled, e.Kind == Network, e.Kind == NoCredentials, e.Kind == Expired, e.Kind == Interrupted:
		return read{problem: string(e.Kind) + ": " + e.Detail}, "", true
	}
	return read{problem: e.Detail}, "", false
}

func denied(message string) bool {
	return strings.Contains(message, "not authorized to perform") || strings.Contains(message, "AccessDenied") || strings.Contains(message, "Access Denied")
}

// actionIn finds the action in "... is not authorized to perform: sqs:GetQueueAttributes on resource: ...".
func actionIn(message string) string {
	_, rest, found := strings.Cut(message, "not authorized to perform: ")
	if !found {
		return ""
	}
	action, _, _ := strings.Cut(rest, " ")
	return action
}
