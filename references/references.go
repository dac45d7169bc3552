// Package references holds the words of the product: guides, patterns with their blueprints, and rule pages.
// The same files are a readable folder, an installable skill and, embedded here, the corpus of the binary.
package references

import "embed"

// Files holds SKILL.md, guides/<domain>/<topic>.md, patterns/<slug>.md and .yaml, and rules/<id>.md.
//
//go:embed SKILL.md guides patterns rules
var Files embed.FS
