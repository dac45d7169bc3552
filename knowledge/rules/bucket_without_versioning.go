package rules

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "bucket-without-versioning",
	Code:     "S3B003",
	Title:    `Data bucket keeps no versions, or keeps them for ever`,
	Severity: Low,
	Pillar:   Reliability,
	Profile:  Advisory,
	Why:      `Without versions an overwritten or deleted object is gone. With versions but without life-cycle rules, old versions and the parts of broken uploads are stored and billed for ever.`,
	Fix:      `Set VersioningConfiguration: {Status: Enabled} and life-cycle rules with NoncurrentVersionExpiration and AbortIncompleteMultipartUpload.`,
	CDK:      `versioned: true, lifecycleRules: [{ noncurrentVersionExpiration: Duration.days(30), abortIncompleteMultipartUploadAfter: Duration.days(7) }]`,
	Sources: []Source{
		{Title: `CloudFormation reference, AWS::S3::Bucket (text in aws-cdk-lib 2.276.0)`, URL: "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-s3-bucket.html", Checked: "2026-11-29"},
		{Title: `Amazon S3 User Guide, "Retaining multiple versions of objects with S3 Versioning"`, URL: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/Versioning.html", Checked: "2026-11-30"},
	},
	Equivalents: []string{"cdk-nag:S3BucketVersioningEnabled", "checkov:CKV_AWS_21", "security-hub:S3.14", "security-hub:S3.13", "prowler:s3_bucket_object_versioning", "guard:s3_bucket_versioning_enabled"},
	Gaps:        `Buckets for logs, and those whose objects all expire within seven days, are left out. What is kept in a bucket is not known: a bucket for build results may need no versions. Info for what exists in trial stages only.`,
	Bad: `Resources:
  Documents: {Type: AWS::S3::Bucket} # want "keeps no versions"
  Reports:
    Type: AWS::S3::Bucket
    Properties:
      VersioningConfiguration:
        Status: Suspended # want "keeps no versions"
  Archive: # want "never removes old versions"
    Type: AWS::S3::Bucket
    Properties:
      VersioningConfiguration: {Status: Enabled}
`,
	Good: `Parameters: {Versions: {Type: String}}
Resources:
  Documents:
    Type: AWS::S3::Bucket
    Properties:
      VersioningConfiguration: {Status: Enabled}
      LoggingConfiguration: {DestinationBucketName: !Ref Logs}
      LifecycleConfiguration:
        Rules:
          - {Status: Enabled, NoncurrentVersionExpiration: {NoncurrentDays: 30}, AbortIncompleteMultipartUpload: {DaysAfterInitiation: 7}}
  Logs: {Type: AWS::S3::Bucket}
  Scratch:
    Type: AWS::S3::Bucket
    Properties:
      LifecycleConfiguration: {Rules: [{Status: Enabled, ExpirationInDays: 3}]}
  Chosen:
    Type: AWS::S3::Bucket
    Properties: {VersioningConfiguration: {Status: !Ref Versions}}
`,
	Keeps: true,
	Check: func(p *Pass) {
		for _, b := range p.Graph.OfKind(graph.Bucket) {
			if b.External || b.Framework != "" || takesLogs(p.Graph, b) || expiresSoon(b) {
				continue
			}
			if v := openLifecycle(b); v.Exists() {
				p.Unknown(b, v)
				continue
			}
			checkVersions(p, b)
		}
	},
})

// passingDays is the number of days within which a bucket's objects count as passing.
const passingDays = 7

func checkVersions(p *Pass, b *graph.Node) {
	status := b.Setting("versioningConfiguration", "Status")
	s, known := status.Str()
	switch {
	case open(status) || open(b.Setting("versioningConfiguration")) || status.Exists() && !known:
		p.Unknown(b, status)
	case s != "Enabled":
		p.Report(Hit{Node: b, Values: []graph.Value{status}, Message: fmt.Sprintf("bucket %s keeps no versions: what is overwritten or deleted is gone", nameOf(b))})
	case open(b.Setting("lifecycleConfiguration")):
		p.Unknown(b, b.Setting("lifecycleConfiguration"))
	default:
		old, parts := false, false
		for _, r := range lifecycleRules(b) {
			old = old || r.Get("NoncurrentVersionExpiration").Exists() || r.Get("NoncurrentVersionExpirationInDays").Exists()
			parts = parts || r.Get("AbortIncompleteMultipartUpload").Exists()
		}
		what := "old versions"
		if old {
			what = "the parts of broken uploads"
		}
		var lacking, inCDK []string
		if !old {
			lacking, inCDK = append(lacking, "NoncurrentVersionExpiration: {NoncurrentDays: 30}"), append(inCDK, "noncurrentVersionExpiration: Duration.days(30)")
		}
		if !parts {
			lacking, inCDK = append(lacking, "AbortIncompleteMultipartUpload: {DaysAfterInitiation: 7}"), append(inCDK, "abortIncompleteMultipartUploadAfter: Duration.days(7)")
		}
		if !old || !parts {
			p.Report(Hit{Node: b, Severity: Info, Values: []graph.Value{{}}, Fix: "Add to Rules of LifecycleConfiguration: {Status: Enabled, " + strings.Join(lacking, ", ") + "}.", CDK: "lifecycleRules: [{ " + strings.Join(inCDK, ", ") + " }]", Message: fmt.Sprintf("bucket %s never removes %s", nameOf(b), what)})
		}
	}
}

// lifecycleRules are the rules of a bucket that are in force.
func lifecycleRules(b *graph.Node) []graph.Value {
	var out []graph.Value
	for _, r := range b.Setting("lifecycleConfiguration", "Rules").Each() {
		if s, _ := r.Get("Status").Str(); s == "Enabled" {
			out = append(out, r)
		}
	}
	return out
}

// openLifecycle finds what leaves open which rules of a bucket are in force, and when they let objects go.
func openLifecycle(b *graph.Node) graph.Value {
	rules := b.Setting("lifecycleConfiguration", "Rules")
	if open(rules) {
		return rules
	}
	for _, r := range rules.Each() {
		if v := firstOpen(r, r.Get("Status"), r.Get("ExpirationInDays"), r.Get("Prefix")); v.Exists() {
			return v
		}
	}
	return graph.Value{}
}

func expiresSoon(b *graph.Node) bool {
	for _, r := range lifecycleRules(b) {
		prefix, _ := r.Get("Prefix").Str()
		if days, ok := r.Get("ExpirationInDays").Int(); ok && days <= passingDays && prefix == "" && !r.Get("TagFilters").Exists() {
			return true
		}
	}
	return false
}

// takesLogs tells whether a bucket is where logs go.
func takesLogs(g *graph.Graph, b *graph.Node) bool {
	if acl, _ := b.Setting("accessControl").Str(); acl == "LogDeliveryWrite" {
		return true
	}
	for _, e := range g.In(b, graph.Writes) {
		if e.Label == "access logs" {
			return true
		}
	}
	return intent(b, "role") == "logs"
}
