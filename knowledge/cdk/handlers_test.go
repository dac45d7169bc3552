package cdk_test

// withoutPython are the designs with a handler that cannot be in Python, and what tells why.
var withoutPython = map[string]string{}
