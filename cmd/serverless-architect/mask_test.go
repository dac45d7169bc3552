package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestAccountNumbersAreMaskedAndOtherNumbersAreNot(t *testing.T) {
	o := reviewFlags{maskAccount: true}
	for text, want := range map[string]string{
		"arn:aws:sqs:eu-west-1:111122223333:jobs": "arn:aws:sqs:eu-west-1:XXXXXXXXXXXX:jobs",
		"111122223333 444455556666":               "XXXXXXXXXXXX XXXXXXXXXXXX",
		"1731111222233334":                        "1731111222233334",
		"id 111122223333abc":                      "id 111122223333abc",
	} {
		assert.Equal(t, want, string(o.masked([]byte(text))))
	}
	assert.Equal(t, "111122223333", string(reviewFlags{}.masked([]byte("111122223333"))))
}
