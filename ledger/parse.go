package ledger

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"planwright"
	"planwright/tabular"
)

// Problem is why an event is refused, or waits.
type Problem struct {
	Code   planwright.Code
	Field  string
	Reason string // in English, with the value
}

func (p *Problem) Error() string { return p.Code.String() + ": " + p.Reason }

func problem(code planwright.Code, f Field, format string, args ...any) *Problem {
	return &Problem{code, f.String(), f.String() + " " + fmt.Sprintf(format, args...)}
}

// Bounds of texts: an id is no essay.
const (
	maxID   = 200
	maxText = 2000
)

// ReadJSON reads one JSON object: texts, numbers, true, false and null by the
// names of the fields. A name that is not known is refused: it may be a
// misspelt one.
func ReadJSON(line []byte, r *Raw) *Problem {
	*r = Raw{}
	if readFlat(line, r) {
		return nil
	}
	*r = Raw{}
	return readAny(line, r)
}

// readAny reads any JSON object, and says what is wrong with others.
func readAny(line []byte, r *Raw) *Problem {
	bad := func(format string, args ...any) *Problem {
		return &Problem{planwright.CodeFileFormat, "", fmt.Sprintf(format, args...)}
	}
	if !utf8.Valid(line) {
		return bad("the line is not UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(line))
	d.UseNumber()
	broken := func(err error) *Problem {
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return bad("the JSON ends too early")
		}
		return bad("no JSON: %s", err)
	}
	t, err := d.Token()
	if err != nil {
		return broken(err)
	}
	if t != json.Delim('{') {
		return bad("not a JSON object")
	}
	var given [NumFields]bool
	for d.More() {
		k, err := d.Token()
		if err != nil {
			return broken(err)
		}
		name, ok := k.(string)
		if !ok {
			return bad("no JSON: a key is not a text")
		}
		f, known := FieldNamed(name)
		if !known {
			return &Problem{planwright.CodeUnknownColumn, clip(name), fmt.Sprintf("%q is no field of an event", clip(name))}
		}
		if given[f] {
			return problem(planwright.CodeDuplicateKey, f, "is given twice")
		}
		given[f] = true
		v, err := d.Token()
		if err != nil {
			return broken(err)
		}
		switch v := v.(type) {
		case string:
			r[f] = v
		case json.Number:
			r[f] = v.String()
		case bool:
			r[f] = strconv.FormatBool(v)
		case nil:
		default:
			return problem(planwright.CodeFileFormat, f, "is an array or an object, want a text or a number")
		}
	}
	if _, err := d.Token(); err != nil {
		return broken(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return bad("more than one JSON value on a line")
	}
	return nil
}

// readFlat reads an object of the plainest kind: texts without escapes, numbers,
// true, false and null. Anything else, faults included, is left to the reader of
// all JSON; false says so.
func readFlat(line []byte, r *Raw) bool {
	i := 0
	blank := func() {
		for i < len(line) && (line[i] == ' ' || line[i] == '\t' || line[i] == '\r' || line[i] == '\n') {
			i++
		}
	}
	is := func(c byte) bool {
		blank()
		if i < len(line) && line[i] == c {
			i++
			return true
		}
		return false
	}
	text := func() (string, bool) {
		from := i
		for ; i < len(line) && line[i] != '"'; i++ {
			if line[i] < ' ' || line[i] == '\\' || line[i] >= utf8.RuneSelf {
				return "", false
			}
		}
		i++
		return string(line[from:min(i-1, len(line))]), i <= len(line)
	}
	var given [NumFields]bool
	if !is('{') {
		return false
	}
	for {
		if !is('"') {
			return false
		}
		name, ok := text()
		f, known := FieldNamed(name)
		if !ok || !known || given[f] || !is(':') {
			return false
		}
		given[f] = true
		if is('"') {
			if r[f], ok = text(); !ok {
				return false
			}
		} else {
			from := i
			for i < len(line) && strings.IndexByte(",} \t\r\n", line[i]) < 0 {
				i++
			}
			if !json.Valid(line[from:i]) || line[from] == '[' || line[from] == '{' || line[from] == '"' {
				return false
			}
			if r[f] = string(line[from:i]); r[f] == "null" {
				r[f] = ""
			}
		}
		if is(',') {
			continue
		}
		if !is('}') {
			return false
		}
		blank()
		return i == len(line)
	}
}

func clip(s string) string {
	if len(s) > 60 {
		s = strings.ToValidUTF8(s[:60], "") + "…"
	}
	return s
}

// blanks surround a text without being part of it.
const blanks = " \t\r\n\u00a0\u3000\ufeff"

// reader reads the texts of one event; the first problem stays.
type reader struct {
	r   *Raw
	bad *Problem
}

func (x *reader) fail(p *Problem) {
	if x.bad == nil {
		x.bad = p
	}
}

func (x *reader) text(f Field, most int) string {
	s := strings.Trim(x.r[f], blanks)
	switch {
	case len(s) > most:
		x.fail(problem(planwright.CodeFileFormat, f, "has %d bytes, at most %d are kept", len(s), most))
		return ""
	case !utf8.ValidString(s):
		x.fail(problem(planwright.CodeFileFormat, f, "is not UTF-8"))
		return ""
	case strings.IndexFunc(s, unicode.IsControl) >= 0:
		x.fail(problem(planwright.CodeFileFormat, f, "has control characters"))
		return ""
	}
	return s
}

// code reads an id that a spreadsheet may have spoilt.
func (x *reader) code(f Field) string {
	s := x.text(f, maxID)
	if tabular.Destroyed(s) {
		x.fail(problem(planwright.CodeDestroyedCode, f, "was a code, a spreadsheet made a number of it: %s", s))
	}
	return s
}

func (x *reader) qty(f Field) planwright.Qty {
	s := x.text(f, maxID)
	if s == "" {
		return planwright.NoQty
	}
	q, err := planwright.ParseQty(s)
	switch {
	case errors.Is(err, planwright.ErrQtySyntax):
		x.fail(problem(planwright.CodeBadNumber, f, "is not a number: %s", clip(s)))
	case errors.Is(err, planwright.ErrQtyPrecision):
		x.fail(problem(planwright.CodeBadNumber, f, "has more than 6 decimals: %s", clip(s)))
	case err != nil:
		x.fail(problem(planwright.CodeQtyRange, f, "is beyond 999,999,999,999.999999: %s", clip(s)))
	}
	return q
}

func (x *reader) day(f Field) planwright.Day {
	s := x.text(f, maxID)
	if s == "" {
		return planwright.NoDay
	}
	d, err := planwright.ParseDay(s)
	if err != nil {
		x.fail(problem(planwright.CodeBadDate, f, "is not a date like 2026-07-01: %s", clip(s)))
		return planwright.NoDay
	}
	return d
}

func (x *reader) flag(f Field) Flag {
	switch s := strings.ToLower(x.text(f, maxID)); s {
	case "":
		return NotGiven
	case "true", "t", "yes", "y", "1", "是":
		return Yes
	case "false", "f", "no", "n", "0", "否":
		return No
	default:
		x.fail(problem(planwright.CodeUnknownColumnValue, f, "is neither true nor false: %s", clip(s)))
		return NotGiven
	}
}

func (x *reader) oneOf(f Field, values ...string) string {
	s := strings.ToLower(x.text(f, maxID))
	if s == "" {
		return ""
	}
	for _, v := range values {
		if s == v {
			return v
		}
	}
	x.fail(problem(planwright.CodeUnknownColumnValue, f, "is %s, want one of %s", clip(s), strings.Join(values, ", ")))
	return ""
}

// ParseMoment reads a day, or a day with a time and perhaps a zone. The zone
// says nothing about the order of events: a site has one clock.
func ParseMoment(s string) (m Moment, canonical string, ok bool) {
	if len(s) < 10 {
		return m, "", false
	}
	d, err := planwright.ParseDay(s[:10])
	if err != nil {
		return m, "", false
	}
	m.Day = d
	if len(s) == 10 {
		return m, s, true
	}
	if s[10] != 'T' && s[10] != 't' && s[10] != ' ' {
		return m, "", false
	}
	clock, zone := s[11:], ""
	if i := strings.IndexAny(clock, "Zz+-"); i >= 0 {
		clock, zone = clock[:i], clock[i:]
	}
	switch {
	case zone == "" || zone == "Z" || zone == "z":
		zone = strings.ToUpper(zone)
	case len(zone) == 6 && zone[3] == ':' && digits(zone[1:3]) <= 23 && digits(zone[4:]) <= 59:
	default:
		return m, "", false
	}
	parts := strings.Split(clock, ":")
	if len(parts) < 2 || len(parts) > 3 {
		return m, "", false
	}
	h, mi := digits(parts[0]), digits(parts[1])
	if len(parts[0]) != 2 || len(parts[1]) != 2 || h > 23 || mi > 59 {
		return m, "", false
	}
	m.Micros = (int64(h)*60 + int64(mi)) * 60_000_000
	sec, fraction := "00", ""
	if len(parts) == 3 {
		sec, fraction, _ = strings.Cut(parts[2], ".")
		if len(sec) != 2 || digits(sec) > 59 || len(fraction) > 9 || fraction == "" && strings.HasSuffix(parts[2], ".") {
			return m, "", false
		}
		m.Micros += int64(digits(sec)) * 1_000_000
	}
	if fraction != "" {
		if digits(fraction) > 999_999_999 {
			return m, "", false
		}
		fraction = (fraction + "00000000")[:6]
		m.Micros += int64(digits(fraction))
	}
	if fraction = strings.TrimRight(fraction, "0"); fraction != "" {
		fraction = "." + fraction
	}
	return m, fmt.Sprintf("%sT%02d:%02d:%s%s%s", d, h, mi, sec, fraction, zone), true
}

// digits reads a number of digits alone; anything else is huge.
func digits(s string) int {
	n := 0
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' || i > 9 {
			return math.MaxInt32
		}
		n = n*10 + int(s[i]-'0')
	}
	if s == "" {
		return math.MaxInt32
	}
	return n
}

// deletable are the tables whose rows an event can delete, with their key.
var deletable = map[string][]Field{"items": {FieldItem}, "sites": {FieldSite}, "suppliers": {FieldSupplier}, "skus": {FieldItem, FieldSite}, "uoms": {FieldItem, FieldUOM}}

// Parse looks at the texts of an event.
func Parse(r *Raw) (Event, *Problem) {
	x := &reader{r: r}
	e := Event{ID: x.text(FieldID, maxID), Item: x.code(FieldItem), Site: x.code(FieldSite), FromSite: x.code(FieldFromSite), Qty: x.qty(FieldQty), Rejected: x.qty(FieldRejected),
		UOM: x.text(FieldUOM, maxID), Lot: x.text(FieldLot, maxID), Status: x.oneOf(FieldStatus, "available", "inspection", "blocked"), Segment: x.text(FieldSegment, maxID),
		ExpiresOn: x.day(FieldExpiresOn), Order: x.code(FieldOrder), Kind: x.oneOf(FieldKind, "purchase", "work", "transfer", "subcontract", "planned"),
		DueOn: x.day(FieldDueOn), OrderedOn: x.day(FieldOrderedOn), Priority: planwright.NoInt, Customer: x.text(FieldCustomer, maxID), Supplier: x.code(FieldSupplier),
		Price: math.NaN(), Firm: x.flag(FieldFirm), Shipped: x.flag(FieldShipped), Document: x.text(FieldDocument, maxID), Reason: x.text(FieldReason, maxText),
		Table: x.oneOf(FieldTable, "items", "sites", "suppliers", "skus", "uoms"), Of: x.text(FieldOf, maxID)}
	if e.ID == "" {
		x.bad = problem(planwright.CodeMissingValue, FieldID, "is empty") // before all others: it names the event
	}
	if s := strings.ToLower(x.text(FieldType, maxID)); s == "" {
		x.fail(problem(planwright.CodeMissingValue, FieldType, "is empty"))
	} else if t, ok := ParseType(s); ok {
		e.Type = t
	} else {
		x.fail(problem(planwright.CodeUnknownColumnValue, FieldType, "is %s, want one of %s", clip(s), strings.Join(Types(), ", ")))
	}
	if s := x.text(FieldAt, maxID); s == "" {
		x.fail(problem(planwright.CodeMissingValue, FieldAt, "is empty: when did it happen?"))
	} else {
		var ok bool
		if e.When, e.At, ok = ParseMoment(s); !ok {
			x.fail(problem(planwright.CodeBadDate, FieldAt, "is not a moment like 2026-07-01 or 2026-07-01T14:03:00+08:00: %s", clip(s)))
		}
	}
	if s := x.text(FieldPriority, maxID); s != "" {
		n, err := strconv.ParseInt(s, 10, 32)
		if err != nil || n < 0 {
			x.fail(problem(planwright.CodeBadNumber, FieldPriority, "is not a whole number from 0 on: %s", clip(s)))
		}
		e.Priority = int32(n)
	}
	if s := x.text(FieldPrice, maxID); s != "" {
		p, err := strconv.ParseFloat(s, 64)
		if err != nil || math.IsInf(p, 0) || math.IsNaN(p) || p < 0 {
			x.fail(problem(planwright.CodeBadNumber, FieldPrice, "is not a number from 0 on: %s", clip(s)))
		}
		e.Price = p
	}
	if x.bad == nil {
		x.bad = e.check(r)
	}
	return e, x.bad
}

// check looks at what the type of an event asks for.
func (e *Event) check(r *Raw) *Problem {
	need := func(fields ...Field) *Problem {
		for _, f := range fields {
			if strings.Trim(r[f], blanks) == "" {
				return problem(planwright.CodeMissingValue, f, "is empty, and a %s needs it", e.Type)
			}
		}
		return nil
	}
	if e.Qty.Known() && e.Qty < 0 && e.Type != Adjustment {
		return problem(planwright.CodeNegativeQty, FieldQty, "is %s: a %s has a quantity from 0 on; take an event back with a reversal, correct stock with an adjustment", e.Qty, e.Type)
	}
	if e.DueOn.Known() && e.DueOn > e.When.Day+30*366 {
		return problem(planwright.CodeDateRange, FieldDueOn, "is %s, more than 30 years away", e.DueOn)
	}
	switch e.Type {
	case Receipt, Issue, Shipment, Return, Transfer, Adjustment:
		p := need(FieldItem, FieldQty)
		if p == nil && e.Type == Transfer {
			p = need(FieldFromSite)
		}
		switch {
		case p != nil:
			return p
		case e.Qty == 0:
			return problem(planwright.CodeBadNumber, FieldQty, "is 0: nothing moved")
		case e.Type == Transfer && e.FromSite == e.Site:
			return problem(planwright.CodeUnknownColumnValue, FieldFromSite, "is %s, the site that it goes to", e.Site)
		case e.Rejected.Known() && (e.Rejected < 0 || e.Rejected > e.Qty):
			return problem(planwright.CodeQtyRange, FieldRejected, "is %s of %s", e.Rejected, e.Qty)
		}
	case Count:
		return need(FieldItem, FieldQty)
	case DemandOrder, SupplyOrder, Reservation:
		return need(FieldOrder, FieldItem)
	case DemandOrderClosed, DemandOrderCancelled, SupplyOrderClosed, SupplyOrderCancelled:
		return need(FieldOrder)
	case Delete:
		if p := need(FieldTable); p != nil {
			return p
		}
		return need(deletable[e.Table]...)
	case Reversal:
		if p := need(FieldOf); p != nil {
			return p
		}
		if e.Of == e.ID {
			return problem(planwright.CodeUnknownColumnValue, FieldOf, "is the event itself")
		}
	}
	return nil
}
