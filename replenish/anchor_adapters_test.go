//go:build anchors

package replenish_test

import (
	"testing"

	"planwright/replenish"
)

// Adapters for a table of cases generated into package replenish_test, which
// declares anchorIn and anchorOut. They are those of cases_adapters_test.go.

func adaptEoq(t *testing.T, function string, in anchorIn) anchorOut {
	return anchorOut(replenish.AdaptEoq(t, function, replenish.CaseIn(in)))
}

func adaptEoqDiscounts(t *testing.T, function string, in anchorIn) anchorOut {
	return anchorOut(replenish.AdaptEoqDiscounts(t, function, replenish.CaseIn(in)))
}

func adaptEoqJointReplenishment(t *testing.T, function string, in anchorIn) anchorOut {
	return anchorOut(replenish.AdaptEoqJointReplenishment(t, function, replenish.CaseIn(in)))
}

func adaptFiniteHorizon(t *testing.T, function string, in anchorIn) anchorOut {
	return anchorOut(replenish.AdaptFiniteHorizon(t, function, replenish.CaseIn(in)))
}

func adaptGoldService(t *testing.T, function string, in anchorIn) anchorOut {
	return anchorOut(replenish.AdaptGoldService(t, function, replenish.CaseIn(in)))
}

func adaptGsm(t *testing.T, function string, in anchorIn) anchorOut {
	return anchorOut(replenish.AdaptGsm(t, function, replenish.CaseIn(in)))
}

func adaptLossFunctions(t *testing.T, function string, in anchorIn) anchorOut {
	return anchorOut(replenish.AdaptLossFunctions(t, function, replenish.CaseIn(in)))
}

func adaptNewsvendor(t *testing.T, function string, in anchorIn) anchorOut {
	return anchorOut(replenish.AdaptNewsvendor(t, function, replenish.CaseIn(in)))
}

func adaptRq(t *testing.T, function string, in anchorIn) anchorOut {
	return anchorOut(replenish.AdaptRq(t, function, replenish.CaseIn(in)))
}

func adaptSs(t *testing.T, function string, in anchorIn) anchorOut {
	return anchorOut(replenish.AdaptSs(t, function, replenish.CaseIn(in)))
}

func adaptSsm(t *testing.T, function string, in anchorIn) anchorOut {
	return anchorOut(replenish.AdaptSsm(t, function, replenish.CaseIn(in)))
}

func adaptSupplyUncertainty(t *testing.T, function string, in anchorIn) anchorOut {
	return anchorOut(replenish.AdaptSupplyUncertainty(t, function, replenish.CaseIn(in)))
}

func adaptWagnerWhitin(t *testing.T, function string, in anchorIn) anchorOut {
	return anchorOut(replenish.AdaptWagnerWhitin(t, function, replenish.CaseIn(in)))
}
