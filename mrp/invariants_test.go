package mrp

import (
	"testing"
)

func checkInvariants(t testing.TB, in Input, opt Options, r *Result) { t.Helper() }
