package graph

// Statement is one statement of an IAM or resource policy, with its elements as Values: references and
// unknown parts stay visible to the matcher in knowledge/policy.
type Statement struct {
	Effect       string // "Allow" or "Deny"; "" where it is not known
	Actions      []Value
	NotActions   []Value
	Resources    []Value // empty in a resource policy that names none
	NotResources []Value
	Principals   []Principal
	NotPrincipal bool  // Principals are those of a NotPrincipal element
	Conditions   Value // the Condition mapping, absent if none
	At           *Evidence
	Via          *Resource // the resource the statement is written in
	Origin       string    // "inline", "managed arn:aws:...", "SAM template SQSPollerPolicy", "permission" ...
}

// OpenPolicy holds the statements of a policy whose owner is not known, what names the owner, and why that leaves it open.
type OpenPolicy struct {
	Statements []Statement
	Owner      Value
	Why        string
}

// Boundary is a role's permissions boundary: what it does not allow is out of the role's reach, whatever the
// role's own statements say.
type Boundary struct {
	Statements []Statement
	Unknown    string // why statements may be missing, "" if all are known
}

// Principal is one principal of a resource policy or trust policy.
type Principal struct {
	Kind  string // Service, AWS, Federated, CanonicalUser, "*", or "" where it is not known
	Value Value
}

// Workflow is a state machine's definition, flattened.
type Workflow struct {
	Express bool
	Timeout Value // TimeoutSeconds of the machine
	JSONata bool  // the machine's QueryLanguage
	StartAt string
	States  []State
	Unknown string // why parts of the definition are missing, "" if whole
}

// State is one state of a workflow. Nested states (Map, Parallel) follow their parent; Parent names it.
type State struct {
	Name       string
	Type       string // Task, Map, Parallel, Choice, Wait, Pass, Succeed, Fail
	Parent     string // name of the enclosing Map or Parallel state, "" at the top
	Resource   Value  // a Task's Resource
	Pattern    string // "requestResponse", "sync" or "waitForTaskToken", for a Task
	Definition Value  // the whole state as written
	At         *Evidence
}
