package snapshot

import (
	"strings"

	"planwright"
	"planwright/lang"
)

// planText names what a plan's tables refer to by number: orders, sku's,
// reasons. It is read-only and shared by the goroutines that write.
type planText struct {
	s     *planwright.Snapshot
	p     *planwright.Plan
	files bool // for the files of the standalone verbs

	item, site []string // by sku
	label      []string // by sku: how a text calls it
	ids        []byte   // names of the planned orders, one after the other
	idOff      []int
}

func newPlanText(s *planwright.Snapshot, p *planwright.Plan) *planText {
	t := &planText{s: s, p: p}
	n := s.Len()
	t.item, t.site, t.label = make([]string, n), make([]string, n), make([]string, n)
	for k := range n {
		t.item[k] = s.Items.ID[s.SKUs.Item[k]]
		t.site[k] = s.Sites.ID[s.SKUs.Site[k]]
		t.label[k] = s.Code(planwright.SKU(k))
	}
	t.ids = make([]byte, 0, p.Orders.Len()*32)
	t.idOff = make([]int, p.Orders.Len()+1)
	for i := range p.Orders.Len() {
		t.ids = p.Orders.AppendID(t.ids, s, i)
		t.idOff[i+1] = len(t.ids)
	}
	return t
}

// order returns the name of planned order i; valid as long as t is.
func (t *planText) order(i int32) []byte { return t.ids[t.idOff[i]:t.idOff[i+1]] }

// supplier returns a supplier's code, "" for none.
func (t *planText) supplier(i int32) string {
	if i == planwright.None {
		return ""
	}
	return t.s.Suppliers.ID[i]
}

// supply names a supply of pegging: its id and its kind.
func (t *planText) supply(dst []byte, kind planwright.SupplyKind, ref int32) ([]byte, string) {
	switch kind {
	case planwright.SupplyStock:
		return dst, "stock"
	case planwright.SupplyReceipt:
		return append(dst, t.s.Supply.OrderID[ref]...), t.s.Supply.Kind[ref].String()
	case planwright.SupplyCoProduct:
		return append(dst, t.order(ref)...), "coproduct"
	}
	return append(dst, t.order(ref)...), "planned"
}

// demand names a demand of pegging. A forecast is named by its day.
func (t *planText) demand(dst []byte, kind planwright.DemandKind, ref int32) []byte {
	switch kind {
	case planwright.DemandOrder:
		return append(dst, t.s.Demand.OrderID[ref]...)
	case planwright.DemandForecast:
		return planwright.Day(ref).AppendTo(dst)
	case planwright.DemandReserved:
		return append(dst, t.s.Reserved.OrderID[ref]...)
	case planwright.DemandOpenTransfer:
		return append(dst, t.s.Supply.OrderID[ref]...)
	case planwright.DemandSafety:
		return dst
	}
	return append(dst, t.order(ref)...) // dependent, transfer
}

// element names the order behind an element of an MRP record, "" for what has
// none (stock, forecast, safety stock).
func (t *planText) element(dst []byte, kind planwright.ElementKind, ref int32) []byte {
	if ref == planwright.None {
		return dst
	}
	switch kind {
	case planwright.ElemReceipt, planwright.ElemOpenTransfer:
		return append(dst, t.s.Supply.OrderID[ref]...)
	case planwright.ElemOrder:
		return append(dst, t.s.Demand.OrderID[ref]...)
	case planwright.ElemReserved:
		return append(dst, t.s.Reserved.OrderID[ref]...)
	case planwright.ElemPlanned, planwright.ElemCoProduct, planwright.ElemDependent, planwright.ElemTransfer:
		return append(dst, t.order(ref)...)
	}
	return dst
}

// orderQty returns the quantity of planned order i in the unit that it is
// bought in, and that unit.
func (t *planText) orderQty(i int) (planwright.Qty, string) {
	o := &t.p.Orders
	q := o.Qty[i]
	if src := o.Source[i]; src != planwright.None {
		if uom := t.s.Sources.UOM[src]; uom != "" {
			if n, ok := q.DivUp(t.s.Sources.PerUOM[src]); ok {
				return n, uom
			}
		}
	}
	return q, t.s.Items.UOM[t.s.SKUs.Item[o.SKU[i]]]
}

// template is a text of the catalogue, cut at its values: lit[0] name[0]
// lit[1] name[1] ... lit[n].
type template struct{ lit, name []string }

func newTemplate(s string) template {
	var t template
	for {
		open := strings.IndexByte(s, '{')
		end := -1
		if open >= 0 {
			end = strings.IndexByte(s[open:], '}')
		}
		if end < 0 {
			t.lit = append(t.lit, s)
			return t
		}
		t.lit, t.name = append(t.lit, s[:open]), append(t.name, s[open+1:open+end])
		s = s[open+end+1:]
	}
}

// fill appends the text with its values; value appends the one named.
func (t *template) fill(dst []byte, value func(dst []byte, name string) []byte) []byte {
	for i, name := range t.name {
		dst = append(dst, t.lit[i]...)
		dst = value(dst, name)
	}
	return append(dst, t.lit[len(t.lit)-1]...)
}

// templates are the texts of one language by key, compiled as they are met.
type templates struct {
	language lang.Language
	byKey    map[string]*template
}

func newTemplates(l lang.Language) *templates { return &templates{l, map[string]*template{}} }

func (t *templates) of(key string) *template {
	if c := t.byKey[key]; c != nil {
		return c
	}
	c := newTemplate(lang.Text(t.language, key))
	t.byKey[key] = &c
	return &c
}

// tellsAll says whether the detail of a code is a sentence that tells all of what was
// found: those of a check, and of rows that were set aside.
func tellsAll(c planwright.Code) bool {
	return c >= planwright.CodeUnknownItem && c < planwright.CodeUsage
}

// exceptionText appends the statement of an exception.
func (t *planText) exceptionText(dst []byte, texts *templates, x planwright.Exception) []byte {
	detail := x.Detail
	switch x.Code {
	case planwright.CodeQtyRange, planwright.CodeLotLimit, planwright.CodeForecastFailed:
		detail = lang.Detail(texts.language, detail)
	default:
		if tellsAll(x.Code) && detail != "" {
			dst = append(dst, lang.Text(texts.language, "name."+x.Code.String())...)
			if texts.language == lang.Chinese {
				return append(append(dst, "："...), lang.Detail(lang.Chinese, detail)...)
			}
			return append(append(dst, ": "...), detail...)
		}
	}
	return texts.of("what."+x.Code.String()).fill(dst, func(dst []byte, name string) []byte {
		switch name {
		case "item":
			if x.SKU != planwright.NoSKU {
				dst = append(dst, t.label[x.SKU]...)
			}
		case "site":
			if x.SKU != planwright.NoSKU {
				dst = append(dst, t.site[x.SKU]...)
			}
		case "qty":
			dst = x.Qty.AppendTo(dst)
		case "on":
			dst = x.On.AppendTo(dst)
		case "move_to":
			dst = x.MoveTo.AppendTo(dst)
		case "order":
			dst = append(dst, x.OrderID...)
		case "value":
			dst = appendMoney(dst, x.Value)
		case "detail":
			dst = append(dst, detail...)
		}
		return dst
	})
}

// reasonText appends the reason of a suggestion: numbers are name=value;...
func reasonText(dst []byte, texts *templates, key, numbers string) []byte {
	if !lang.Has(key) && lang.Has("reason."+key) {
		key = "reason." + key
	}
	number := func(dst []byte, name string) []byte {
		for rest := numbers; rest != ""; {
			var kv string
			kv, rest, _ = strings.Cut(rest, ";")
			if k, v, _ := strings.Cut(kv, "="); k == name {
				return append(dst, v...)
			}
		}
		return dst
	}
	if strings.Contains(numbers, ";segment=") { // it speaks of what belongs to the segment
		dst = texts.of("reason.segment").fill(dst, number)
	}
	return texts.of(key).fill(dst, number)
}
