package rules

import (
	"fmt"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "snap-start-without-version",
	Code:     "LAM021",
	Title:    "SnapStart is on, but $LATEST is called",
	Severity: Medium,
	Pillar:   Performance,
	Why:      `Snapshots are made when a version is published, and only calls of that version use them. Calls of the function itself start cold as before: the setting does nothing.`,
	Fix:      `Publish a version (AWS::Lambda::Version) and call it, or an alias of it, from every trigger.`,
	SAM:      `Set AutoPublishAlias: live on the function: SAM publishes a version, and its Events call the alias. Triggers of your own have to name it (!Ref FUNCTION.Alias).`,
	CDK:      `const live = new lambda.Alias(this, 'Live', { aliasName: 'live', version: fn.currentVersion })`,
	Sources: []Source{
		{Title: "CloudFormation reference, AWS::Lambda::Function SnapStart", URL: "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-lambda-function-snapstart.html", Checked: "2026-11-30"},
		{Title: `AWS Lambda Developer Guide, "Activating and managing Lambda SnapStart"`, URL: "https://docs.aws.amazon.com/lambda/latest/dg/snapstart-activate.html", Checked: "2026-11-30"},
	},
	Equivalents: []string{"cfn-lint:W2530"},
	Gaps:        `Callers outside the files are not seen. Where at least one trigger calls a version or alias the function is left alone.`,
	Bad: `Resources:
  Worker:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: java21
      Handler: app.Handler
      Role: arn:aws:iam::111122223333:role/worker
      Code: {S3Bucket: code, S3Key: worker.zip}
      SnapStart:
        ApplyOn: PublishedVersions # want "no version"
`,
	Good: `Resources:
  Worker:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: java21
      Handler: app.Handler
      Role: arn:aws:iam::111122223333:role/worker
      Code: {S3Bucket: code, S3Key: worker.zip}
      SnapStart: {ApplyOn: PublishedVersions}
  First:
    Type: AWS::Lambda::Version
    Properties: {FunctionName: !Ref Worker}
  Live:
    Type: AWS::Lambda::Alias
    Properties: {FunctionName: !Ref Worker, FunctionVersion: !GetAtt First.Version, Name: live}
  Mapping:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      EventSourceArn: arn:aws:sqs:eu-west-1:111122223333:orders
      FunctionName: !Ref Live
`,
	MoreBad: []string{`Resources:
  Worker:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: java21
      Handler: app.Handler
      Role: arn:aws:iam::111122223333:role/worker
      Code: {S3Bucket: code, S3Key: worker.zip}
      SnapStart:
        ApplyOn: PublishedVersions # want "calls $LATEST"
  First:
    Type: AWS::Lambda::Version
    Properties: {FunctionName: !Ref Worker}
  Mapping:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      EventSourceArn: arn:aws:sqs:eu-west-1:111122223333:orders
      FunctionName: !Ref Worker
`, `Transform: AWS::Serverless-2016-10-31
Resources:
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: java21
      Handler: app.Handler
      CodeUri: src
      SnapStart:
        ApplyOn: PublishedVersions # want "no version"
`},
	MoreGood: []string{`Transform: AWS::Serverless-2016-10-31
Resources:
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: java21
      Handler: app.Handler
      CodeUri: src
      AutoPublishAlias: live
      SnapStart: {ApplyOn: PublishedVersions}
      Events:
        Get: {Type: Api, Properties: {Path: /x, Method: get}}
`},
	Check: checkSnapStart,
})

func checkSnapStart(p *Pass) {
	for _, fn := range p.Graph.OfKind(graph.Function) {
		v := fn.Setting("snapStart", "ApplyOn")
		if fn.External {
			continue
		}
		if s, ok := p.Text(fn, v); !ok || s != "PublishedVersions" {
			continue
		}
		h := Hit{Node: fn, Values: []graph.Value{v}}
		published := len(fn.Setting("versions").Each()) > 0 || len(p.Graph.In(fn, graph.Deploys)) > 0
		var callers []*graph.Edge
		for _, e := range p.Graph.In(fn, graph.Polls, graph.Invokes, graph.Routes) {
			if e.Strength == graph.Wildcard {
				continue // a right to call everything is no sign of a call
			}
			callers = append(callers, e)
			if e.Qualifier != "" && e.Qualifier != "$LATEST" || e.Strength != graph.Certain && !foundByName(e) {
				callers = nil
				break
			}
		}
		switch {
		case !published && versionsOfOthers(p, fn).Exists():
			p.Unknown(fn, versionsOfOthers(p, fn))
			continue
		case !published:
			h.Message = fmt.Sprintf("SnapStart of %s is on, but no version is published: it has no effect", nameOf(fn))
		case len(callers) > 0 && p.openTarget(fn).Exists():
			p.Unknown(fn, p.openTarget(fn))
			continue
		case len(callers) > 0:
			h.Message = fmt.Sprintf("SnapStart of %s is on for published versions, but %s calls $LATEST, as all its triggers do", nameOf(fn), placeOf(callers[0].From, callers[0].Via).ID)
			h.Values, h.Confidence = append(h.Values, edgePlace(callers...)...), weaker(callers...)
			h.Fix, h.CDK = callVersion(p.Graph, fn), "the alias or fn.currentVersion in place of fn at each trigger: alias.addEventSource(...), new targets.LambdaFunction(alias)"
			for _, e := range callers {
				h.Related = append(h.Related, e.From)
			}
		default:
			continue
		}
		p.Report(h)
	}
}

// foundByName tells whether an edge is drawn in the file and only its end was found by a name, as "orders-${Stage}". A call that
// is but inferred, from a right to it, may be of a version.
func foundByName(e *graph.Edge) bool {
	return e.Strength == graph.Likely && e.Kind != graph.Invokes
}

// callVersion says how triggers call what is published already.
func callVersion(g *graph.Graph, fn *graph.Node) string {
	for _, e := range g.In(fn, graph.Deploys) {
		if e.Via != nil && e.Via.SourceType == "AWS::Serverless::Function" {
			return fmt.Sprintf("AutoPublishAlias is there already: let each trigger call the alias, such as FunctionName: !Ref %s.Alias on a mapping of your own.", placeOf(fn, fn.Resource).ID)
		}
	}
	return "The version is published already: let each trigger call it, or an alias of it (FunctionName: !Ref Version or !Ref Alias), in place of the function."
}

// openTarget finds a target of a rule that is not known: it may be a version of fn.
func (p *Pass) openTarget(fn *graph.Node) graph.Value {
	for _, r := range p.Graph.OfKind(graph.Rule) {
		targets := r.Setting("targets")
		found := []graph.Value{targets}
		for _, t := range targets.Items() {
			found = append(found, t, t.Get("Arn"))
		}
		if v := firstOpen(found...); sameStack(r.Resource, fn) && mayMeanOwn(v) && !p.namesAnother(v, fn) {
			return v
		}
	}
	return graph.Value{}
}
