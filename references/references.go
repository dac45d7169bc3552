// Package references holds the words of the product: guides, patterns with their blueprints, and rule pages.
// The same files are a readable folder, an installable skill and, embedded here, the corpus of the binary.
package references

import "embed"

// Files holds patterns/<slug>.md and patterns/<slug>.yaml.
//
//go:embed patterns
var Files embed.FS
