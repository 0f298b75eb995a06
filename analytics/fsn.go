package analytics

// FSNParams are the limits of fast and slow stock, in turns a year. The zero
// value is 3 and 1.
type FSNParams struct {
	Fast float64 // F from so many turns; 0: 3
	Slow float64 // S from so many; 0: 1
}

// Class returns F (fast moving), S (slow moving) or N (non-moving) by the turns
// of a year (Gopalakrishnan & Sundaresan 1977, Materials Management: FSN). Stock
// without use has 0 turns and is N; "" where turns is not a number: there is no
// stock to turn.
func (p FSNParams) Class(turns float64) string {
	fast, slow := p.Fast, p.Slow
	if fast == 0 {
		fast = 3
	}
	if slow == 0 {
		slow = 1
	}
	switch {
	case turns != turns:
		return ""
	case turns >= fast:
		return "F"
	case turns >= slow:
		return "S"
	}
	return "N"
}
