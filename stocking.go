package planwright

import (
	"math"
	"strconv"
	"strings"
)

// Stocking are the settings of the data set that direct the policy stage. The
// zero value leaves every sku to itself.
type Stocking struct {
	ServiceLevel float64       // of sku's that name none; 0: not given
	Classes      []ClassTarget // service by class, as the data set has them
	HoldingRate  float64       // of sku's that name none, a year; 0: not given

	ServiceDays  float64 // that customers wait at most, under MultiEchelon
	MultiEchelon bool    // safety stocks are placed in the supply network
	StockBudget  float64 // money in stock for the highest fill rate; 0: not given
	FillRate     float64 // of the whole company, by value, with the least stock; 0: not given
}

// ClassTarget is the service target of a class: of ABC (A), of ABC and XYZ
// together (AX), or of XYZ (X).
type ClassTarget struct {
	Class   string
	Service float64
}

// classPrefix begins the name of a setting that holds the target of a class.
const classPrefix = "service_level."

// Set reads a setting of the policy stage. It returns false where the name is
// none of them, or where the value is out of its range: a service is above 0 and
// at most 1, a fill rate below 1, money and rates are not negative.
func (t *Stocking) Set(name, value string) bool {
	value = strings.TrimSpace(value)
	if lower := strings.ToLower(name); lower == "multi_echelon" {
		switch strings.ToLower(value) {
		case "on", "true", "yes", "1":
			t.MultiEchelon = true
		case "off", "false", "no", "0", "":
			t.MultiEchelon = false
		default:
			return false
		}
		return true
	}
	x, err := strconv.ParseFloat(value, 64)
	if err != nil || !(x >= 0) || math.IsInf(x, 0) {
		return false
	}
	switch lower := strings.ToLower(name); {
	case lower == "service_level":
		if x == 0 || x > 1 {
			return false
		}
		t.ServiceLevel = x
	case lower == "holding_rate":
		t.HoldingRate = x
	case lower == "service_days":
		t.ServiceDays = x
	case lower == "stock_budget":
		t.StockBudget = x
	case lower == "fill_rate":
		if x >= 1 {
			return false
		}
		t.FillRate = x
	case strings.HasPrefix(lower, classPrefix) && len(lower) > len(classPrefix):
		if x == 0 || x > 1 {
			return false
		}
		t.Classes = append(t.Classes, ClassTarget{name[len(classPrefix):], x})
	default:
		return false
	}
	return true
}

// Target returns the service target of a sku of the classes abc and xyz: of
// both together, else of abc, else of xyz; 0 where none is given.
func (t *Stocking) Target(abc, xyz string) float64 {
	best, rank := 0.0, 0
	for _, c := range t.Classes {
		r := 0
		switch {
		case strings.EqualFold(c.Class, abc+xyz):
			r = 3
		case strings.EqualFold(c.Class, abc):
			r = 2
		case strings.EqualFold(c.Class, xyz):
			r = 1
		}
		if r > rank { // of two rows for a class the first
			best, rank = c.Service, r
		}
	}
	return best
}
