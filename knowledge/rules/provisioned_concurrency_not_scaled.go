package rules

import (
	"fmt"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "provisioned-concurrency-not-scaled",
	Code:     "LAM020",
	Title:    `Provisioned concurrency stays the same day and night`,
	Severity: Low,
	Pillar:   Cost,
	Profile:  Advisory,
	Why:      `A fixed number of provisioned environments is paid for when nobody calls, and calls beyond it at the peak may start cold.`,
	Fix:      `Register an AWS::ApplicationAutoScaling::ScalableTarget for the alias (dimension lambda:function:ProvisionedConcurrency) with a target-tracking policy at about 0.7, or scheduled actions.`,
	CDK:      `alias.addAutoScaling({ minCapacity, maxCapacity }).scaleOnUtilization({ utilizationTarget: 0.7 })`,
	Sources: []Source{
		{Title: `AWS Lambda Developer Guide, "Understanding Lambda function scaling"`, URL: "https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html", Checked: "2026-11-30"},
		{Title: `AWS Lambda Developer Guide, "Configuring provisioned concurrency for a function"`, URL: "https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html", Checked: "2026-11-30"},
	},
	Gaps: `Scaling that was registered outside the template is not seen.`,
	Bad: `Resources:
  Worker: {Type: AWS::Lambda::Function, Properties: {Runtime: python3.13, Handler: app.handler, Role: "arn:aws:iam::111122223333:role/worker", Code: {S3Bucket: code, S3Key: worker.zip}}}
  Version: {Type: AWS::Lambda::Version, Properties: {FunctionName: !Ref Worker}}
  Live:
    Type: AWS::Lambda::Alias
    Properties:
      FunctionName: !Ref Worker
      FunctionVersion: !GetAtt Version.Version
      Name: live
      ProvisionedConcurrencyConfig:
        ProvisionedConcurrentExecutions: 20 # want "20 environments"
`,
	Good: `Parameters: {Ready: {Type: Number}}
Resources:
  Worker: {Type: AWS::Lambda::Function, Properties: {Runtime: python3.13, Handler: app.handler, Role: "arn:aws:iam::111122223333:role/worker", Code: {S3Bucket: code, S3Key: worker.zip}}}
  Version: {Type: AWS::Lambda::Version, Properties: {FunctionName: !Ref Worker}}
  Live:
    Type: AWS::Lambda::Alias
    Properties: {FunctionName: !Ref Worker, FunctionVersion: !GetAtt Version.Version, Name: live, ProvisionedConcurrencyConfig: {ProvisionedConcurrentExecutions: 20}}
  Scaling:
    Type: AWS::ApplicationAutoScaling::ScalableTarget
    Properties: {ServiceNamespace: lambda, ScalableDimension: "lambda:function:ProvisionedConcurrency", ResourceId: !Sub "function:${Worker}:live", MinCapacity: 5, MaxCapacity: 50}
    DependsOn: Live
  Other: {Type: AWS::Lambda::Function, Properties: {Runtime: python3.13, Handler: app.handler, Role: "arn:aws:iam::111122223333:role/worker", Code: {S3Bucket: code, S3Key: worker.zip}}}
  OtherVersion: {Type: AWS::Lambda::Version, Properties: {FunctionName: !Ref Other}}
  OtherLive:
    Type: AWS::Lambda::Alias
    Properties: {FunctionName: !Ref Other, FunctionVersion: !GetAtt OtherVersion.Version, Name: live, ProvisionedConcurrencyConfig: {ProvisionedConcurrentExecutions: !Ref Ready}}
`,
	Check: func(p *Pass) {
		for _, fn := range p.Graph.OfKind(graph.Function) {
			if !fn.External {
				checkProvisioned(p, fn)
			}
		}
	},
})

// fewReady is the number of provisioned environments up to which scaling is not worth its while.
const fewReady = 2

// checkProvisioned looks at the aliases and versions of a function that keep environments ready.
func checkProvisioned(p *Pass, fn *graph.Node) {
	other := p.openLink(fn, "ResourceId", "AWS::ApplicationAutoScaling::ScalableTarget")
	sum, all := 0, true
	var places []graph.Value
	look := func(on *graph.Node, place *Place, v graph.Value) {
		if !v.Exists() {
			return
		}
		n, known := p.Int(on, v)
		all = all && known
		sum += n
		if known && n > 0 {
			places = append(places, v)
		}
		if known && n > fewReady && !scaled(p.Graph, fn, on) {
			if other.Exists() {
				p.Unknown(on, other)
				return
			}
			fix, cdk := scaleIt(fn, on)
			p.Report(Hit{Node: on, Place: place, Related: []*graph.Node{fn}, Values: []graph.Value{v}, Fix: fix, CDK: cdk,
				Message: fmt.Sprintf("%d environments of %s are kept ready day and night: nothing scales them", n, nameOf(fn))})
		}
	}
	for _, e := range p.Graph.In(fn, graph.Deploys) {
		if e.From.Kind == graph.Alias {
			look(e.From, nil, e.From.Setting("provisionedConcurrencyConfig", "ProvisionedConcurrentExecutions"))
		}
	}
	for _, v := range fn.Setting("versions").Each() {
		id, _ := v.Get("Id").Str()
		look(fn, &Place{ID: plainID(id), Type: "AWS::Lambda::Version", File: fn.Resource.File}, v.Get("ProvisionedConcurrencyConfig", "ProvisionedConcurrentExecutions"))
	}
	reserved := fn.Setting("reservedConcurrentExecutions")
	if limit, known := reserved.Int(); known && all && sum > limit && len(places) > 0 {
		p.Report(Hit{Node: fn, Severity: High, Values: append([]graph.Value{reserved}, places...),
			Fix: fmt.Sprintf("Set ReservedConcurrentExecutions to %d at least, or lower ProvisionedConcurrentExecutions to %d in all.", sum, limit), CDK: "reservedConcurrentExecutions of the function not below provisionedConcurrentExecutions of its aliases",
			Message: fmt.Sprintf("%d environments of %s shall be kept ready, but only %d executions are reserved for it: Lambda refuses that", sum, nameOf(fn), limit)})
	}
}

// scaleIt is the fix for an alias, named as the target names it, or for a version. A target comes after its alias, which
// its text does not refer to.
func scaleIt(fn, on *graph.Node) (fix, cdk string) {
	if on == fn {
		return "Set ProvisionedConcurrencyConfig on an alias in place of the version, which is another one with the next deployment, and register an AWS::ApplicationAutoScaling::ScalableTarget for the alias.", "fn.currentVersion.addAlias(\"live\", { provisionedConcurrentExecutions }) and addAutoScaling of the alias"
	}
	name, known := on.Setting("name").Str()
	if !known || on.Resource == nil || fn.Resource == nil {
		return "", ""
	}
	return fmt.Sprintf(`Register an AWS::ApplicationAutoScaling::ScalableTarget (ServiceNamespace: lambda, ScalableDimension: lambda:function:ProvisionedConcurrency, ResourceId: !Sub "function:${%s}:%s", MinCapacity, MaxCapacity, DependsOn: %s) with a target-tracking policy (LambdaProvisionedConcurrencyUtilization) at about 0.7, or ScheduledActions.`, plainID(fn.Resource.ID), name, plainID(on.Resource.ID)), ""
}

// scaled tells whether something scales what an alias keeps ready, or a version of the function where on is the function.
// A target that names another alias does not, be that alias in the files or not.
func scaled(g *graph.Graph, fn, on *graph.Node) bool {
	if on != fn && len(on.Setting("scalableTargets").Each()) > 0 {
		return true
	}
	name, known := on.Setting("name").Str()
	for _, e := range g.In(fn, graph.Deploys) {
		if e.Label == "scaling" && (on == fn || !known || e.Qualifier == name || openQualifier(g, e.Qualifier)) {
			return true
		}
	}
	return false
}
