package cdk

import "github.com/seed-8eee7107/serverless-architect/knowledge/graph"

var _ = lowers(graph.Bucket, rankData, lowerBucket)

const s3Module = "aws-s3"

func lowerBucket(l *lowerer, n *graph.Node) {
	rule := props(typeName{s3Module, "LifecycleRule"})
	for _, r := range n.Setting("lifecycleConfiguration", "Rules").Each() {
		rule.with("noncurrentVersionExpiration", days(r.Get("NoncurrentVersionExpiration", "NoncurrentDays")))
		rule.with("abortIncompleteMultipartUploadAfter", days(r.Get("AbortIncompleteMultipartUpload", "DaysAfterInitiation")))
		rule.with("expiration", days(r.Get("ExpirationInDays")))
	}
	b := props(typeName{s3Module, "BucketProps"}).open().
		with("blockPublicAccess", member{typeName{s3Module, "BlockPublicAccess"}, "BLOCK_ALL"}).
		with("encryption", member{typeName{s3Module, "BucketEncryption"}, "S3_MANAGED"}).
		with("enforceSSL", truth(true)).
		with("versioned", truth(true)).
		with("lifecycleRules", list{Of: typeName{s3Module, "LifecycleRule"}, Items: []expression{*rule.open().done()}}).
		with("removalPolicy", l.removal())
	if !l.snippet() {
		b.because("autoDeleteObjects", opposite{local("isProduction")}, "a bucket with objects in it cannot be deleted")
	}
	l.let(n, typeName{s3Module, "Bucket"}, b.done(), "")
	for _, e := range l.g.Out(n, graph.Routes) {
		if e.To.Kind == graph.Rule && l.names[e.To] != "" {
			// The construct's own switch would bring a function of the library's with it.
			l.emit(run{Comment: "S3 tells EventBridge of every object.", Value: call{escaped{l.ref(n), typeName{s3Module, "CfnBucket"}}, "addPropertyOverride",
				[]expression{text("NotificationConfiguration.EventBridgeConfiguration.EventBridgeEnabled"), truth(true)}}})
			break
		}
	}
	l.accept(n, "AwsSolutions-S1", "Who reads and writes is told by CloudTrail data events, which name the caller; server access logs would need a bucket of their own.")
	l.accept(n, "S3BucketLoggingEnabled", "As above.")
}

func days(v graph.Value) expression {
	if n, ok := v.Int(); ok {
		return seconds(n * 86400)
	}
	return nil
}

// bucketAcceptances explains what cdk-nag finds in the rights that a bucket's grants make.
func (l *lowerer) bucketAcceptances(fn *graph.Node) {
	seen := map[string]bool{}
	accept := func(id, reason string) {
		if !seen[id] {
			seen[id] = true
			l.accept(fn, "AwsSolutions-IAM5["+id+"]", reason)
		}
	}
	for _, e := range l.g.Out(fn, graph.Writes, graph.Reads) {
		if e.To.Kind != graph.Bucket || l.names[e.To] == "" {
			continue
		}
		if e.Kind == graph.Writes {
			for _, other := range l.g.Out(fn, graph.Reads) {
				if other.To == e.To {
					accept("Action::s3:DeleteObject*", "The bucket's grant for reading and writing has deleting with it.")
				}
			}
		}
		accept("Resource::<"+logicalID(string(constructID(e.To)))+".Arn>/*", "Objects have names of their own: the right holds for this bucket's.")
		actions := []string{"s3:Abort*"}
		if e.Kind == graph.Reads {
			actions = []string{"s3:GetObject*", "s3:GetBucket*", "s3:List*"}
		}
		for _, a := range actions {
			accept("Action::"+a, "The bucket's grant is made of the actions that belong together.")
		}
	}
}
