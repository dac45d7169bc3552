package facts

// secretsTable holds the limits and defaults of AWS Secrets Manager.
var secretsTable = Table{Name: "secrets", Title: "AWS Secrets Manager: limits and defaults", Facts: []Fact{
	{ID: "secrets.secret_bytes", Value: "65536", Unit: "bytes", Text: "64 KB (65,536 bytes)", Kind: Hard,
		Title:  "Value of a secret",
		Source: modelSecrets, Verified: true},
	{ID: "secrets.rotation_min_hours", Value: "4", Unit: "hours", Text: "4 hours", Kind: Hard,
		Title:  "Shortest interval between rotations",
		Source: modelSecrets, Verified: true},
}}
