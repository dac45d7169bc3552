// Package cfn reads CloudFormation templates — YAML or JSON, with the SAM transform and CDK's output — into
// resources whose properties are Values: intrinsic functions resolved as far as the files allow, every value
// with the place it was written. It knows CloudFormation's language and the SAM transform; it knows no AWS
// service and draws no conclusion.
//
// A template is read in four steps. The text becomes a tree of nodes with positions (syntax.go). Loops and
// sections are sorted out (template.go). The conditions of all templates together give the scenarios: the few
// ways in which the system can be deployed (scenarios.go). For each scenario the evaluator (eval.go) resolves
// the resources that exist in it; what does not depend on a condition is resolved once and shared.
//
// What cannot be resolved is an unknown value with its reason; what is not understood at all is a Gap. Nothing
// is dropped in silence. The package does no I/O: other files are read through Options.Files.
package cfn
