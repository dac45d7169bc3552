package facts

// iamTable holds the limits and defaults of AWS IAM.
var iamTable = Table{Name: "iam", Title: "AWS IAM: limits and defaults", Facts: []Fact{
	{ID: "iam.role_policy_chars", Value: "10240", Unit: "characters", Text: "10,240 characters", Kind: Hard,
		Title:  "Inline policies of a role together",
		Source: docIamLimits, Verified: false,
		Note: "White space does not count."},
	{ID: "iam.managed_policy_chars", Value: "6144", Unit: "characters", Text: "6,144 characters", Kind: Hard,
		Title:  "A managed policy",
		Source: docIamLimits, Verified: false},
	{ID: "iam.trust_policy_chars", Value: "2048", Unit: "characters", Text: "2,048 characters", Kind: Adjustable,
		Title:  "Trust policy of a role",
		Source: docIamLimits, Verified: false,
		Note: "Up to 4,096."},
	{ID: "iam.managed_policies_per_role", Value: "10", Unit: "count", Text: "10 managed policies", Kind: Adjustable,
		Title:  "Managed policies attached to a role",
		Source: docIamLimits, Verified: false,
		Note: "Up to 25."},
}}
