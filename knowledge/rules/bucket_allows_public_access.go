package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "bucket-allows-public-access",
	Code:     "S3B002",
	Title:    `Bucket's block of public access is off, or not written`,
	Severity: High,
	Pillar:   Security,
	Why:      `One mistake in a bucket policy, or in an ACL where the bucket still takes them, can publish its objects; the block is what stops it.`,
	Fix:      `Set all four flags of PublicAccessBlockConfiguration to true.`,
	CDK:      `blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL`,
	Sources: []Source{
		{Title: `CloudFormation reference, AWS::S3::Bucket PublicAccessBlockConfiguration`, URL: "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-s3-bucket.html#cfn-s3-bucket-publicaccessblockconfiguration", Checked: "2026-11-30"},
		{Title: `AWS announcement, "Amazon S3 will automatically enable S3 Block Public Access and disable access control lists for all new buckets starting in April 2023"`, URL: "https://aws.amazon.com/about-aws/whats-new/2022/12/amazon-s3-automatically-enable-block-public-access-disable-access-control-lists-buckets-april-2023/", Checked: "2026-11-30"},
	},
	Equivalents: []string{"cdk-nag:AwsSolutions-S2", "cdk-nag:S3BucketLevelPublicAccessProhibited", "cdk-nag:S3BucketPublicReadProhibited", "cdk-nag:S3BucketPublicWriteProhibited", "checkov:CKV_AWS_53", "checkov:CKV_AWS_54", "checkov:CKV_AWS_55", "checkov:CKV_AWS_56", "checkov:CKV_AWS_20", "checkov:CKV_AWS_57", "security-hub:S3.2", "security-hub:S3.3", "security-hub:S3.8", "prowler:s3_bucket_level_public_access_block", "prowler:s3_bucket_public_access", "prowler:s3_bucket_public_list_acl", "prowler:s3_bucket_public_write_acl", "prowler:s3_bucket_policy_public_write_access", "guard-rules-registry:s3_bucket_level_public_access_prohibited", "guard-rules-registry:s3_bucket_public_read_acl", "guard-rules-registry:s3_bucket_public_read_prohibited", "guard-rules-registry:s3_bucket_public_rw_acl", "guard-rules-registry:s3_bucket_public_write_prohibited", "guard-rules-registry:s3_bucket_policy_no_wildcard_principal", "control-tower:s3_bucket_level_public_access_prohibited_check"},
	Gaps:        `An absent configuration is info: since April 2023 new buckets block public access by default. One that leaves flags out is low. A bucket with WebsiteConfiguration is left out where it writes no flags, and low where it sets some false: its author may mean it, which Metadata serverless-review public says.`,
	Bad: `Resources:
  Files:
    Type: AWS::S3::Bucket
    Properties:
      PublicAccessBlockConfiguration:
        BlockPublicAcls: false # want "BlockPublicAcls"
        BlockPublicPolicy: true
        IgnorePublicAcls: true
        RestrictPublicBuckets: true
`,
	Good: `Resources:
  Closed:
    Type: AWS::S3::Bucket
    Properties:
      PublicAccessBlockConfiguration: {BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true}
`,
	Check: checkPublicAccess,
})

func checkPublicAccess(p *Pass) {
	for _, b := range p.Graph.OfKind(graph.Bucket) {
		if b.External || intent(b, "public") != "" {
			continue
		}
		website := b.Setting("websiteConfiguration").Exists()
		var off, left []string
		var values []graph.Value
		for _, name := range []string{"BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"} {
			v := b.Setting("publicAccessBlockConfiguration", name)
			if on, ok := p.Truth(b, v); ok && !on {
				off, values = append(off, name), append(values, v)
			}
			if !v.Exists() {
				left = append(left, name)
			}
		}
		written := b.Setting("publicAccessBlockConfiguration")
		if written.Kind == graph.Map && len(off) == 0 && len(left) > 0 && !website {
			p.Report(Hit{Node: b, Severity: Low, Confidence: Likely, Values: []graph.Value{written},
				Message: fmt.Sprintf("PublicAccessBlockConfiguration of %s leaves %s out: in place of the default of new buckets, what is not written is off", nameOf(b), strings.Join(left, ", "))})
		}
		if !written.Exists() && !website {
			p.Report(Hit{Node: b, Severity: Info, Values: []graph.Value{{}},
				Fix:     `Write PublicAccessBlockConfiguration with all four flags true: drift detection then sees when somebody changes them.`,
				Message: fmt.Sprintf("%s blocks public access by the default of new buckets only: drift detection does not see when somebody takes the block away", nameOf(b))})
		}
		if len(off) > 0 {
			h := Hit{Node: b, Values: values, Message: fmt.Sprintf("%s of %s is off: a mistake in a policy or ACL could publish its objects", strings.Join(off, ", "), nameOf(b))}
			if website { // whose author may mean it
				h.Severity = Low
				h.Fix = `Keep the bucket private behind CloudFront with origin access control and set the four flags true; or say that it is public by Metadata serverless-review: {public: true}.`
			}
			if acl, _ := b.Setting("accessControl").Str(); h.Fix == "" && strings.HasPrefix(acl, "Public") {
				h.Fix = "Take AccessControl: " + acl + " out, which S3 refuses beside the block, and set all four flags of PublicAccessBlockConfiguration to true; who reads the objects today needs another way (CloudFront with origin access control, signed URLs)."
			} else if h.Fix == "" && slices.ContainsFunc(b.ResourcePolicy, openToWorld) {
				h.Fix = "Take the statement that admits everyone out of the bucket's policy, which S3 refuses beside the block, and set all four flags of PublicAccessBlockConfiguration to true; who reads the objects today needs another way (CloudFront with origin access control, signed URLs)."
			}
			p.Report(h)
		}
	}
}
