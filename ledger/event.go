package ledger

import (
	"math"
	"strconv"
	"unicode/utf8"

	"planwright"
)

// Type is what happened.
type Type uint8

// The types of events. Movements first, then statements.
const (
	NoType               Type = iota
	Receipt                   // stock came in, of an order where it names one
	Issue                     // stock was used, by an order where it names one
	Shipment                  // stock was sold, for an order where it names one
	Return                    // a customer sent something back
	Transfer                  // stock went from one site to another
	Adjustment                // stock is so much more, or less where negative
	Count                     // so much is there
	DemandOrder               // a line of a customer's order is new or has changed
	DemandOrderClosed         // it is complete
	DemandOrderCancelled      // it is not wanted any more
	SupplyOrder               // a purchase, production or transfer order is new or has changed
	SupplyOrderClosed         // nothing more comes of it
	SupplyOrderCancelled      // nothing comes of it
	Reservation               // a production order needs so much of a component still
	Delete                    // a row of master data is gone
	Reversal                  // an earlier event did not happen
	numTypes
)

var typeNames = [numTypes]string{"", "receipt", "issue", "shipment", "return", "transfer", "adjustment", "count",
	"demand_order", "demand_order_closed", "demand_order_cancelled", "supply_order", "supply_order_closed", "supply_order_cancelled",
	"reservation", "delete", "reversal"}

func (t Type) String() string {
	if t < numTypes {
		return typeNames[t]
	}
	return ""
}

// ParseType reads the name of a type.
func ParseType(s string) (Type, bool) {
	for i := 1; i < len(typeNames); i++ {
		if typeNames[i] == s {
			return Type(i), true
		}
	}
	return NoType, false
}

// Types returns the names of all types.
func Types() []string { return append([]string(nil), typeNames[1:]...) }

// Moment is when something happened, as the clock on the wall of its site says.
type Moment struct {
	Day    planwright.Day
	Micros int64 // of the day; 0 also where only the day is known
}

// Before says whether m is earlier than o.
func (m Moment) Before(o Moment) bool {
	return m.Day < o.Day || m.Day == o.Day && m.Micros < o.Micros
}

// Event is one thing that happened. A text that is not given is "", a quantity
// NoQty, a day NoDay, a price NaN, a whole number NoInt.
type Event struct {
	ID   string // of the sender; the same id is the same event
	Type Type
	At   string // 2026-07-01 or 2026-07-01T14:03:00+08:00
	When Moment // of At

	Item, Site, FromSite string
	Qty                  planwright.Qty
	Rejected             planwright.Qty // of a receipt: part of Qty that goes back
	UOM                  string         // of the quantities; "": the stock unit
	Lot, Status, Segment string
	ExpiresOn            planwright.Day
	Order                string
	Kind                 string // of a supply order
	DueOn, OrderedOn     planwright.Day
	Priority             int32
	Customer, Supplier   string
	Price                float64
	Firm, Shipped        Flag
	Document, Reason     string
	Table                string // of a deletion
	Of                   string // of a reversal: the event that did not happen
}

// Flag is true, false or not given.
type Flag uint8

// The values of a flag.
const (
	NotGiven Flag = iota
	No
	Yes
)

// Or returns the flag, or def where it is not given.
func (f Flag) Or(def bool) bool {
	if f == NotGiven {
		return def
	}
	return f == Yes
}

// Field is a field of an event by its name in files and in the API.
type Field uint8

// The fields, in the order in which they are written.
const (
	FieldID Field = iota
	FieldType
	FieldAt
	FieldItem
	FieldSite
	FieldFromSite
	FieldQty
	FieldRejected
	FieldUOM
	FieldLot
	FieldStatus
	FieldSegment
	FieldExpiresOn
	FieldOrder
	FieldKind
	FieldDueOn
	FieldOrderedOn
	FieldPriority
	FieldCustomer
	FieldSupplier
	FieldPrice
	FieldFirm
	FieldShipped
	FieldDocument
	FieldReason
	FieldTable
	FieldOf
	NumFields
)

var fieldNames = [NumFields]string{"event_id", "type", "at", "item_id", "site_id", "from_site_id", "qty", "qty_rejected", "uom", "lot", "status", "segment",
	"expires_on", "order_id", "kind", "due_on", "ordered_on", "priority", "customer_id", "supplier_id", "price", "firm", "shipped", "document", "reason", "table", "of"}

func (f Field) String() string { return fieldNames[f] }

var fieldByName = func() map[string]Field {
	m := map[string]Field{}
	for i, n := range fieldNames {
		m[n] = Field(i)
	}
	return m
}()

// FieldNamed returns the field of a name.
func FieldNamed(name string) (Field, bool) {
	f, ok := fieldByName[name]
	return f, ok
}

// Raw is an event as texts, before it is looked at.
type Raw [NumFields]string

// Raw returns the event as texts in their canonical form: equal events have
// equal texts.
func (e *Event) Raw() Raw {
	day := func(d planwright.Day) string {
		if !d.Known() {
			return ""
		}
		return d.String()
	}
	qty := func(q planwright.Qty) string {
		if !q.Known() {
			return ""
		}
		return q.String()
	}
	flag := func(f Flag) string { return [...]string{"", "false", "true"}[f] }
	r := Raw{FieldID: e.ID, FieldType: e.Type.String(), FieldAt: e.At, FieldItem: e.Item, FieldSite: e.Site, FieldFromSite: e.FromSite, FieldQty: qty(e.Qty),
		FieldRejected: qty(e.Rejected), FieldUOM: e.UOM, FieldLot: e.Lot, FieldStatus: e.Status, FieldSegment: e.Segment, FieldExpiresOn: day(e.ExpiresOn), FieldOrder: e.Order,
		FieldKind: e.Kind, FieldDueOn: day(e.DueOn), FieldOrderedOn: day(e.OrderedOn), FieldCustomer: e.Customer, FieldSupplier: e.Supplier,
		FieldFirm: flag(e.Firm), FieldShipped: flag(e.Shipped), FieldDocument: e.Document, FieldReason: e.Reason, FieldTable: e.Table, FieldOf: e.Of}
	if e.Priority != planwright.NoInt {
		r[FieldPriority] = strconv.Itoa(int(e.Priority))
	}
	if !math.IsNaN(e.Price) {
		r[FieldPrice] = strconv.FormatFloat(e.Price, 'g', -1, 64)
	}
	return r
}

// AppendJSON appends the event as one JSON object on one line, without what is
// not given. Equal events have equal texts.
func (e *Event) AppendJSON(dst []byte) []byte {
	r := e.Raw()
	return r.AppendJSON(dst)
}

// AppendJSON appends the texts that are given as one JSON object on one line.
func (r *Raw) AppendJSON(dst []byte) []byte {
	dst = append(dst, '{')
	first := true
	for i, v := range r {
		if v == "" {
			continue
		}
		if !first {
			dst = append(dst, ',')
		}
		first = false
		dst = append(append(append(dst, '"'), fieldNames[i]...), '"', ':')
		dst = AppendText(dst, v)
	}
	return append(dst, '}')
}

// AppendText appends a JSON text, without control characters as they are. Bytes
// that are no UTF-8 become U+FFFD.
func AppendText(dst []byte, s string) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
			i++
		case c < 0x20 || c == 0x7f:
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
			i++
		case c < utf8.RuneSelf:
			dst = append(dst, c)
			i++
		default:
			ch, n := utf8.DecodeRuneInString(s[i:])
			if ch == '\u2028' || ch == '\u2029' {
				dst = append(dst, '\\', 'u', '2', '0', '2', hex[ch&15])
			} else {
				dst = utf8.AppendRune(dst, ch)
			}
			i += n
		}
	}
	return append(dst, '"')
}
