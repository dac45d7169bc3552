package facts

// ssmTable holds the limits and defaults of Systems Manager Parameter Store.
var ssmTable = Table{Name: "ssm", Title: "Systems Manager Parameter Store: limits and defaults", Facts: []Fact{
	{ID: "ssm.parameter_bytes", Value: "4096", Unit: "bytes", Text: "4 KB", Kind: Hard,
		Title:  "Value of a standard parameter",
		Source: modelSsm, Verified: true,
		Note: "Advanced: 8 KB."},
	{ID: "ssm.parameter_tps", Value: "40", Unit: "per second", Text: "40 requests per second", Kind: Default,
		Title:  "GetParameter calls of an account without higher throughput",
		Source: docSsmLimits, Verified: true,
		Note: "The setting for higher throughput raises it, for a charge."},
	{ID: "ssm.standard_parameters", Value: "10000", Unit: "count", Text: "10,000 standard", Kind: Hard,
		Title:  "Standard parameters of an account and Region",
		Source: modelSsm, Verified: true,
		Note: "100,000 advanced parameters."},
}}
