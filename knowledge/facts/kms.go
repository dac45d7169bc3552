package facts

// kmsTable holds the limits and defaults of AWS KMS.
var kmsTable = Table{Name: "kms", Title: "AWS KMS: limits and defaults", Facts: []Fact{
	{ID: "kms.symmetric_tps", Value: "5500..100000", Unit: "per second", Text: "5,500 to 100,000 requests per second by Region", Kind: Adjustable,
		Title:  "Cryptographic operations with symmetric keys",
		Source: docKmsLimits, Verified: false},
}}
