package cdk_test

import (
	"fmt"
	"go/scanner"
	"go/token"
	"strings"
)

// onlyInGoText fails where "process.exit" stands in Go code outside of literals and comments.
func onlyInGoText(code string) error {
	var s scanner.Scanner
	var broken error
	set := token.NewFileSet()
	s.Init(set.AddFile("", set.Base(), len(code)), []byte(code), func(_ token.Position, message string) { broken = fmt.Errorf("%s", message) }, scanner.ScanComments)
	for {
		_, tok, text := s.Scan()
		if tok == token.EOF {
			return broken
		}
		if tok == token.IDENT && strings.Contains(text, "process") {
			return fmt.Errorf("code: %s", text)
		}
	}
}
