package analytics

// Turns returns how often a year's use turns the stock over: value of use of a
// year over value of stock. False where there is no stock or a value is
// negative or not a number: the figure does not exist.
func Turns(useValue, stockValue float64) (float64, bool) {
	if !(useValue >= 0) || !(stockValue > 0) || !finite(useValue/stockValue) {
		return 0, false
	}
	return useValue / stockValue, true
}
