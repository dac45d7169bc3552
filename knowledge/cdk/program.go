// Package cdk writes infrastructure code for an architecture graph. A node's kind is lowered once, into a small
// construct program that knows constructs, properties, enums, durations, references, calls and grants but no
// language; a language is one printer of that program.
//
// The package does no I/O: it returns files as texts. It takes graphs from blueprints, sketches and templates
// alike, and says in its notes what it could not carry.
package cdk

// typeName names a class, enum or struct of the construct library. Module is the submodule (aws-sqs), "" for the
// library's root and "constructs" for the base library.
type typeName struct{ Module, Name string }

// expression is one of the types below.
type expression any

type (
	// text, number and truth are literals.
	text   string
	number string
	truth  bool

	// list is a sequence; Of names the element type where a typed language needs it ("" is text).
	list struct {
		Of    typeName
		Items []expression
	}
	// object is a struct: a props literal with names the library declares.
	object struct {
		Type   typeName
		Fields []argument
		Open   bool // always one field a line
	}
	// dict is a free mapping, such as environment variables. Its names are data, not identifiers.
	dict struct{ Fields []argument }
	// member is an enum member or a static constant.
	member struct {
		Type typeName
		Name string
	}
	// construct is "new Type(this, ID, Props)".
	construct struct {
		Type  typeName
		ID    expression
		Props *object
	}
	// value is "new Type(Args)": a class without scope.
	value struct {
		Type typeName
		Args []expression
	}
	call struct {
		On   expression
		Name string
		Args []expression
	}
	static struct {
		Type typeName
		Name string
		Args []expression
	}
	attribute struct {
		On   expression
		Name string
	}
	// helper calls a helper of the program.
	helper struct {
		Name string
		Args []expression
	}
	local          string       // a variable or a helper's parameter
	prop           string       // a property of the stack
	joined         []expression // a text of pieces
	entry          string       // the path of a handler's file, by the handler's name; "" takes the parameter "handler"
	handlersFolder struct{}     // the path of the folder that the handlers' package stands in
	built          string       // the path of the folder that a handler is built into, by the handler's name; "" takes the parameter "handler"
	jar            struct{}     // the path of the jar that all handlers are built into
	folder         string       // the path of a folder with the user's own code, by the function's name
	either         struct{ If, Then, Else expression }
	equal          struct{ A, B expression }
	opposite       struct{ Of expression } // of a truth
	// jsonText is a value spelt as JSON text when the program runs.
	jsonText struct{ Value expression }
	escaped  struct {
		On   expression // L2 construct
		Type typeName   // its L1 class
	}
)

// argument is a named value. Comment stands above it and says why.
type argument struct {
	Name    string
	Value   expression
	Comment string
}

// statement is one of the types below.
type statement any

type (
	// let names a value. Field makes it visible to helpers.
	let struct {
		Name    string
		Type    typeName
		Value   expression
		Comment string
		Field   bool
	}
	// run is an expression for its effect.
	run struct {
		Value   expression
		Comment string
	}
	// heading starts a paragraph of the code.
	heading struct{ Text string }
	// give returns a helper's result.
	give struct{ Value expression }
)

// parameter of a helper or property of the stack.
type parameter struct {
	Name    string
	Type    string // text, optional text (the last one), texts, number, truth, environment, or "" where Class is set
	Class   typeName
	Comment string
	Value   expression // a stack property's value in the entry point
}

// function is a helper: written once, used by many nodes.
type function struct {
	Name    string
	Comment string
	Params  []parameter
	Result  typeName // zero for none
	Body    []statement
}

// program is what a graph lowers to.
type program struct {
	Stack   string // class name without suffix: QueueWorker
	Title   string
	Props   []parameter
	Body    []statement
	Helpers []function
	Accepts []acceptance // findings of cdk-nag that are accepted, each with its reason
}

// acceptance is a finding of cdk-nag on a construct that stays, with the reason.
type acceptance struct {
	On     string // variable; "" is the stack
	Rule   string
	Reason string
}
