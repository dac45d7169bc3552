package rules

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/lazy"
)

var _ = add(Rule{
	ID:       "alias-points-at-fixed-version",
	Code:     "DEP004",
	Title:    `Alias never moves to new code`,
	Severity: Medium,
	Pillar:   Operations,
	Why:      `An alias on $LATEST gives callers each change at once, half-deployed ones too, and cannot roll back; an alias on a literal number stays on the old code after every deployment.`,
	Fix:      `Point FunctionVersion at the Version attribute of an AWS::Lambda::Version that is made anew with each change of the code (SAM: AutoPublishAlias).`,
	CDK:      `fn.currentVersion, new lambda.Alias(this, "Live", { aliasName: "live", version: fn.currentVersion })`,
	Sources: []Source{
		{Title: `AWS Lambda Developer Guide, "Create an alias for a Lambda function"`, URL: "https://docs.aws.amazon.com/lambda/latest/dg/configuration-aliases.html", Checked: "2026-11-30"},
	},
	Gaps: `A version resource that CloudFormation publishes once only, since nothing in it changes, is found where the code has a literal S3 key or image (also one with a hash in it: another key changes the function, not the version) and neither the version's name nor its Description or CodeSha256 tells one release from another; low where the name ends in a small number, which somebody may count up. A version from a parameter is taken as moved by the pipeline.`,
	Bad: `Resources:
  Worker: {Type: AWS::Lambda::Function, Properties: {Runtime: python3.13, Handler: app.handler, Role: "arn:aws:iam::111122223333:role/worker", Code: {S3Bucket: code, S3Key: worker.zip}}}
  Live: {Type: AWS::Lambda::Alias, Properties: {FunctionName: !Ref Worker, Name: live, FunctionVersion: $LATEST}} # want "$LATEST"
  Old: {Type: AWS::Lambda::Alias, Properties: {FunctionName: !Ref Worker, Name: old, FunctionVersion: "3"}} # want "stays on version 3"
`,
	Good: `Parameters: {Version: {Type: String}}
Resources:
  Worker: {Type: AWS::Lambda::Function, Properties: {Runtime: python3.13, Handler: app.handler, Role: "arn:aws:iam::111122223333:role/worker", Code: {S3Bucket: code, S3Key: worker.zip}}}
  WorkerVersion1f3a9c2e: {Type: AWS::Lambda::Version, Properties: {FunctionName: !Ref Worker}}
  Live: {Type: AWS::Lambda::Alias, Properties: {FunctionName: !Ref Worker, Name: live, FunctionVersion: !GetAtt WorkerVersion1f3a9c2e.Version}}
  Next: {Type: AWS::Lambda::Alias, Properties: {FunctionName: !Ref Worker, Name: next, FunctionVersion: !Ref Version}}
`,
	Check: func(p *Pass) {
		for _, alias := range p.Graph.OfKind(graph.Alias) {
			version := alias.Setting("functionVersion")
			s, known := version.Str()
			switch {
			case alias.Type != "AWS::Lambda::Alias" || alias.External:
			case open(version):
				p.Unknown(alias, version)
			case !known || version.Origin != graph.Known && version.Origin != graph.Live:
			case s == "$LATEST":
				p.Report(Hit{Node: alias, Values: []graph.Value{version}, Message: fmt.Sprintf("alias %s points at $LATEST: callers get each change at once, and there is nothing to roll back to", nameOf(alias))})
			default:
				p.Report(Hit{Node: alias, Values: []graph.Value{version}, Message: fmt.Sprintf("alias %s stays on version %s whatever is deployed", nameOf(alias), s)})
			}
		}
		for _, fn := range p.Graph.OfKind(graph.Function) {
			checkPublishedOnce(p, fn)
		}
	},
})

// checkPublishedOnce looks for versions that the next deployment leaves as they are.
func checkPublishedOnce(p *Pass, fn *graph.Node) {
	key := fn.Setting("code", "S3Key")
	if !key.Exists() {
		key = fn.Setting("code", "ImageUri")
	}
	if _, known := key.Str(); fn.External || !known || key.At == nil || !strings.HasPrefix(key.At.Path, "/Resources/") && !strings.HasPrefix(key.At.Path, "/Mappings/") ||
		fn.Setting("code", "S3ObjectVersion").Exists() {
		return
	}
	for _, version := range fn.Setting("versions").Each() {
		id, _ := version.Get("Id").Str()
		name := plainID(id)
		mark := ownName(p.Graph, id)
		if releaseMark().MatchString(mark) && !numbered().MatchString(mark) || version.Get("CodeSha256").Exists() {
			continue
		}
		if s, known := version.Get("Description").Str(); version.Get("Description").Exists() && (!known || releaseMark().MatchString(s)) {
			continue
		}
		for _, r := range p.Graph.Resources {
			if r.ID == id && r.Source == "" && !strings.Contains(r.Path, "/CurrentVersion/") { // which CDK names by a hash
				h := Hit{Node: fn, Resource: r, Related: []*graph.Node{fn}, Values: []graph.Value{{}, key},
					Fix:     "Give the AWS::Lambda::Version a logical id that changes with each release (a hash of the code), as CDK's currentVersion and SAM's AutoPublishAlias do, with DeletionPolicy: Retain, so that the version before stays to roll back to.",
					CDK:     "fn.currentVersion in the place of new lambda.Version(...)",
					Message: fmt.Sprintf("nothing in version %s of %s changes from one deployment to the next: it is published once, and stays as it is", name, nameOf(fn))}
				if numbered().MatchString(mark) {
					h.Severity, h.Message = Low, h.Message+" until somebody gives it another name"
				}
				p.Report(h)
			}
		}
	}
}

// releaseMark matches what tells one release from another: a number, a hash.
var releaseMark = lazy.Regexp(`[0-9]`)

// numbered matches names that end in a small number: somebody may count releases by it, by hand.
var numbered = lazy.Regexp(`^[^0-9]*[0-9]{1,2}$`)
