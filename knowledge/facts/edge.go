package facts

// The tables of what stands before or beside an API: WAF, CloudFront, VPC Lattice, Verified Permissions; and CodeDeploy.
var (
	wafTable = Table{Name: "waf", Title: "AWS WAF: limits and defaults", Facts: []Fact{
		{ID: "waf.body_default_kb", Value: "16", Unit: "KB", Text: "16 KB", Kind: Default,
			Title:  "Part of a request body that WAF inspects behind CloudFront, API Gateway and Cognito",
			Source: modelWaf, Verified: true,
			Note: "Up to 64 KB by AssociationConfig; ALB 8 KB by default, AppSync 8 KB fixed."},
		{ID: "waf.rate_window_seconds", Value: "300", Unit: "seconds", Text: "300 seconds", Kind: Default,
			Title:  "Evaluation window of a rate-based rule",
			Source: modelWaf, Verified: true,
			Note: "60, 120, 300 or 600; checked about every 10 seconds."},
		{ID: "waf.rate_limit_min", Value: "10", Unit: "count", Text: "10 requests", Kind: Hard,
			Title:  "Lowest limit of a rate-based rule",
			Source: modelWaf, Verified: true},
	}}
	cloudfrontTable = Table{Name: "cloudfront", Title: "Amazon CloudFront: limits and defaults", Facts: []Fact{
		{ID: "cloudfront.origin_read_seconds", Value: "30", Unit: "seconds", Text: "30 seconds", Kind: Default,
			Title:  "Origin read timeout",
			Source: modelCloudfront, Verified: true,
			Note: "1 to 120 seconds."},
		{ID: "cloudfront.origin_attempts", Value: "3", Unit: "count", Text: "3 attempts", Kind: Default,
			Title:  "Connection attempts to an origin",
			Source: modelCloudfront, Verified: true,
			Note: "1 to 3; for custom origins also after a response timeout."},
	}}
	codedeployTable = Table{Name: "codedeploy", Title: "AWS CodeDeploy: limits", Facts: []Fact{
		{ID: "codedeploy.alarms", Value: "10", Unit: "count", Text: "10 alarms", Kind: Hard,
			Title:  "Alarms of a deployment group",
			Source: modelCodedeploy, Verified: true,
			Note: "Metric math joins several metrics in one alarm."},
	}}
	latticeTable = Table{Name: "lattice", Title: "Amazon VPC Lattice: limits and defaults", Facts: []Fact{
		{ID: "lattice.connection_minutes", Value: "10", Unit: "minutes", Text: "10 minutes", Kind: Hard,
			Title:  "Longest connection to a service",
			Source: modelLattice, Verified: true},
		{ID: "lattice.idle_seconds", Value: "60", Unit: "seconds", Text: "60 seconds", Kind: Default,
			Title:  "Idle timeout of a service",
			Source: modelLattice, Verified: true,
			Note: "60 to 600 seconds."},
		{ID: "lattice.lambda_body_mb", Value: "6", Unit: "MB", Text: "6 MB", Kind: Hard,
			Title:  "Request body, and response, of a Lambda target",
			Source: docLatticeLambda, Verified: true},
	}}
	avpTable = Table{Name: "verifiedpermissions", Title: "Amazon Verified Permissions: limits", Facts: []Fact{
		{ID: "verifiedpermissions.batch_requests", Value: "30", Unit: "count", Text: "30 requests", Kind: Hard,
			Title:  "Requests of one BatchIsAuthorized",
			Source: modelAvp, Verified: true,
			Note: "All with the same principal or the same resource."},
		{ID: "verifiedpermissions.parents", Value: "99", Unit: "count", Text: "99 parents", Kind: Hard,
			Title:  "Transitive parents of an entity in a request",
			Source: modelAvp, Verified: true},
	}}
)
