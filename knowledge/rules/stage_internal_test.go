package rules

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestTrialBranchIsWhatItsConditionsSay(t *testing.T) {
	for when, want := range map[string]bool{
		"": false, "IsDev": true, "not IsProd": true, "CreateMockQueue": true, "IsProd": false, "not IsDev": false, "UseQueue": false,
		"IsDev and UseQueue": true, "UseQueue and not IsProd": true, "IsTestApi and not IsDevelopment": false, "IsDev or UseQueue": false,
		"IsTrial and IsNotDev": false, "IsNotProd": true, "NonProd and UseQueue": true, "not IsNotProd": false, "NotifyOwner": false,
	} {
		assert.Equal(t, want, trialBranch(when), when)
	}
}
