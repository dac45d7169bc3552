package facts

// cloudformationTable holds the limits and defaults of AWS CloudFormation.
var cloudformationTable = Table{Name: "cloudformation", Title: "AWS CloudFormation: limits and defaults", Facts: []Fact{
	{ID: "cloudformation.resources", Value: "500", Unit: "count", Text: "500 resources", Kind: Hard,
		Title:  "Resources of a template",
		Source: docCfnLimits, Verified: true},
	{ID: "cloudformation.parameters", Value: "200", Unit: "count", Text: "200 parameters", Kind: Hard,
		Title:  "Parameters of a template",
		Source: docCfnLimits, Verified: true},
	{ID: "cloudformation.outputs", Value: "200", Unit: "count", Text: "200 outputs", Kind: Hard,
		Title:  "Outputs of a template",
		Source: docCfnLimits, Verified: true},
	{ID: "cloudformation.template_bytes", Value: "1048576", Unit: "bytes", Text: "1 MB", Kind: Hard,
		Title:  "Template stored in S3",
		Source: modelCfn, Verified: true},
	{ID: "cloudformation.template_inline_bytes", Value: "51200", Unit: "bytes", Text: "51,200 bytes", Kind: Hard,
		Title:  "Template sent in the request",
		Source: modelCfn, Verified: true},
	{ID: "cloudformation.stacks", Value: "2000", Unit: "count", Text: "2,000 stacks", Kind: Adjustable,
		Title:  "Stacks of an account in a Region",
		Source: docCfnLimits, Verified: true},
}}
