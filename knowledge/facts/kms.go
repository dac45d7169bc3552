package facts

// kmsTable holds the limits and defaults of AWS KMS.
var kmsTable = Table{Name: "kms", Title: "AWS KMS: limits and defaults", Facts: []Fact{
	{ID: "kms.symmetric_tps", Value: "10000..100000", Unit: "per second", Text: "10,000 to 100,000 requests per second by Region", Kind: Adjustable,
		Title:  "Cryptographic operations with symmetric keys",
		Source: docKmsLimits, Verified: true},
	{ID: "kms.encrypt_bytes", Value: "4096", Unit: "bytes", Text: "4,096 bytes", Kind: Hard,
		Title:  "Plaintext of one Encrypt with a symmetric key",
		Source: modelKms, Verified: true},
	{ID: "kms.on_demand_rotations", Value: "25", Unit: "count", Text: "25 times", Kind: Hard,
		Title:  "On-demand rotations of one key",
		Source: modelKms, Verified: true},
	{ID: "kms.deletion_window_days", Value: "30", Unit: "days", Text: "30 days", Kind: Default,
		Title:  "Waiting time before a key is deleted",
		Source: modelKms, Verified: true,
		Note: "7 to 30 days."},
}}
