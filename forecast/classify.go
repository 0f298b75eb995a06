package forecast

import "math"

// DemandClass says what kind of demand a series is.
type DemandClass uint8

// The classes of Syntetos, Boylan and Croston (2005), On the categorization of
// demand patterns, Journal of the Operational Research Society 56, 495-503.
const (
	NoDemand           DemandClass = iota // no value other than zero
	SmoothDemand                          // frequent, sizes alike
	ErraticDemand                         // frequent, sizes vary
	IntermittentDemand                    // rare, sizes alike
	LumpyDemand                           // rare, sizes vary
)

// String returns the field's word for the class.
func (c DemandClass) String() string {
	switch c {
	case SmoothDemand:
		return "smooth"
	case ErraticDemand:
		return "erratic"
	case IntermittentDemand:
		return "intermittent"
	case LumpyDemand:
		return "lumpy"
	}
	return "none"
}

// sporadic says whether the class has periods without demand as a rule.
func (c DemandClass) sporadic() bool { return c == IntermittentDemand || c == LumpyDemand }

// Cut-offs of Syntetos, Boylan and Croston (2005): above the first Croston's
// method beats exponential smoothing in mean squared error, above the second
// SBA beats Croston.
const (
	cutADI = 1.32
	cutCV2 = 0.49
)

// Classify returns the class of y with the two numbers that decide it: the
// average interval between demands (periods over periods with demand) and the
// squared coefficient of variation of the sizes that are not zero (sample
// variance over squared mean).
//
//	            CV² <= 0.49     CV² > 0.49
//	ADI <= 1.32    smooth        erratic
//	ADI >  1.32  intermittent     lumpy
//
// NaN values are left out. Sizes are taken without sign. With no demand adi and
// cv2 are 0; with one demand cv2 is 0.
func Classify(y []float64) (class DemandClass, adi, cv2 float64) {
	periods, demands, mean, ss := 0, 0, 0.0, 0.0
	for _, v := range y {
		if math.IsNaN(v) {
			continue
		}
		periods++
		if v == 0 {
			continue
		}
		v = math.Abs(v)
		demands++
		d := v - mean
		mean += d / float64(demands)
		ss += d * (v - mean)
	}
	if demands == 0 {
		return NoDemand, 0, 0
	}
	adi = float64(periods) / float64(demands)
	if demands > 1 {
		cv2 = ss / float64(demands-1) / mean / mean
	}
	switch {
	case adi <= cutADI && cv2 <= cutCV2:
		class = SmoothDemand
	case adi <= cutADI:
		class = ErraticDemand
	case cv2 <= cutCV2:
		class = IntermittentDemand
	default:
		class = LumpyDemand
	}
	return class, adi, cv2
}
