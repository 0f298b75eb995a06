package scenario

import (
	"errors"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"planwright"
)

// Limits of a scenario.
const (
	MaxText    = 20_000 // characters
	MaxChanges = 200
	maxValues  = 1000 // of one term
	maxPercent = 100_000 * planwright.One
)

// Parse reads a scenario: changes, separated by semicolons or line ends; what
// follows a # is a comment. today is the day that the word today stands for. An
// error is a *[Problem] that says where, what was found and what was expected.
func Parse(text string, today planwright.Day) ([]Change, error) {
	list, err := parse(text, today)
	if !strings.Contains(strings.TrimRightFunc(text, unicode.IsSpace), "\n") {
		return list, err
	}
	// People look for lines in a text of several.
	runes := []rune(text)
	lined := func(at *int) (line int) {
		if *at == 0 {
			return 0
		}
		line, column := 1, 1
		for _, r := range runes[:min(*at-1, len(runes))] {
			if column++; r == '\n' {
				line, column = line+1, 1
			}
		}
		*at = column
		return line
	}
	for i := range list {
		list[i].Line = lined(&list[i].At)
	}
	if p := (*Problem)(nil); errors.As(err, &p) {
		p.Line = lined(&p.At)
	}
	return list, err
}

// parse is Parse with places in characters of the whole text.
func parse(text string, today planwright.Day) ([]Change, error) {
	if utf8.RuneCountInString(text) > MaxText {
		return nil, &Problem{Code: planwright.CodeUsage, Key: "whatif.long", Pairs: []string{"most", number(MaxText)}}
	}
	p := parser{text: []rune(text), today: today}
	p.read()
	var list []Change
	for {
		for p.tok.kind == breakToken {
			p.read()
		}
		if p.tok.kind == endToken {
			break
		}
		if len(list) == MaxChanges {
			return nil, &Problem{Code: planwright.CodeUsage, At: p.tok.at, Key: "whatif.many", Pairs: []string{"most", number(MaxChanges)}}
		}
		c, err := p.change()
		if err != nil {
			return nil, err
		}
		list = append(list, c)
	}
	if len(list) == 0 {
		return nil, &Problem{Code: planwright.CodeUsage, At: 1, Key: "whatif.empty"}
	}
	return list, nil
}

type tokenKind uint8

const (
	endToken tokenKind = iota
	breakToken
	wordToken
	quotedToken
	signToken // one of , = %
	badToken  // a quote that does not end
)

type token struct {
	kind tokenKind
	text string
	key  string // keyword of a word
	at   int    // from 1
}

type parser struct {
	text  []rune
	pos   int
	tok   token
	today planwright.Day
}

// read reads the next token.
func (p *parser) read() {
	for p.pos < len(p.text) {
		r := plainRune(p.text[p.pos])
		if r == '#' {
			for p.pos < len(p.text) && p.text[p.pos] != '\n' {
				p.pos++
			}
			continue
		}
		if r == '\n' || r == ';' || !separates(r) || r == ',' || r == '=' || r == '%' || r == '"' {
			break
		}
		p.pos++
	}
	at := p.pos + 1
	if p.pos == len(p.text) {
		p.tok = token{kind: endToken, text: endOfText, at: at}
		return
	}
	switch r := plainRune(p.text[p.pos]); r {
	case '\n', ';':
		p.pos++
		p.tok = token{kind: breakToken, text: endOfText, at: at}
		return
	case ',', '=', '%':
		p.pos++
		p.tok = token{kind: signToken, text: string(r), at: at}
		return
	case '"':
		p.quoted(at)
		return
	}
	from := p.pos
	for p.pos < len(p.text) && !separates(p.text[p.pos]) {
		p.pos++
	}
	s := string(p.text[from:p.pos])
	p.tok = token{kind: wordToken, text: s, key: keyword(strings.Map(plainRune, s)), at: at}
}

// quoted reads a text in quotes; \" and \\ stand for themselves.
func (p *parser) quoted(at int) {
	var b strings.Builder
	for p.pos++; p.pos < len(p.text); p.pos++ {
		switch r := p.text[p.pos]; {
		case plainRune(r) == '"':
			p.pos++
			p.tok = token{kind: quotedToken, text: b.String(), at: at}
			return
		case r == '\\' && p.pos+1 < len(p.text):
			p.pos++
			b.WriteRune(p.text[p.pos])
		default:
			b.WriteRune(r)
		}
	}
	p.tok = token{kind: badToken, text: endOfText, at: at}
}

// fault says what was found and what was expected.
func (p *parser) fault(want ...string) error {
	if p.tok.kind == badToken {
		return &Problem{Code: planwright.CodeUsage, At: p.tok.at, Key: "whatif.quote"}
	}
	found := p.tok.text
	if r := []rune(found); len(r) > 40 {
		found = string(r[:40]) + "…"
	}
	return &Problem{Code: planwright.CodeUsage, At: p.tok.at, Key: "whatif.expected", Pairs: []string{"found", found, "want", strings.Join(want, ", ")}}
}

// take reads over a keyword.
func (p *parser) take(key string) bool {
	if p.tok.kind == wordToken && p.tok.key == key {
		p.read()
		return true
	}
	return false
}

func (p *parser) need(key string) error {
	if !p.take(key) {
		return p.fault(key)
	}
	return nil
}

// change reads one change and what ends it.
func (p *parser) change() (Change, error) {
	c := Change{From: planwright.NoDay, To: planwright.NoDay, At: p.tok.at}
	kind, err := p.kind()
	if err != nil {
		return c, err
	}
	c.Kind = kind
	if err := p.rest(&c); err != nil {
		return c, err
	}
	if p.tok.kind != endToken && p.tok.kind != breakToken {
		return c, p.fault(p.follows(&c)...)
	}
	return c, c.check()
}

// follows are the words that may follow a change that is read so far.
func (p *parser) follows(c *Change) []string {
	var want []string
	if takesPeriod(c.Kind) && !c.From.Known() && !c.To.Known() {
		want = append(want, "from", "on", "in")
	}
	return append(want, "; (the next change)")
}

func takesPeriod(k Kind) bool { return k == Demand || k == Delay || k == Close || k == Replace }

// kind reads what begins a change.
func (p *parser) kind() (Kind, error) {
	if p.tok.kind == wordToken && p.tok.key != "" {
		key := p.tok.key
		if second := map[string]string{"lead": "time", "safety": "stock", "purchase": "price"}[key]; second != "" {
			p.read()
			if err := p.need(second); err != nil {
				return 0, err
			}
			key += " " + second
			return Kind(slices.Index(kindNames[:], key)), nil
		}
		if i := slices.Index(kindNames[:], key); i >= 0 {
			p.read()
			return Kind(i), nil
		}
	}
	return 0, p.fault(kindNames[:]...)
}

func (p *parser) rest(c *Change) (err error) {
	switch c.Kind {
	case Budget:
		p.take("of")
		return p.amount(c, To)
	case MoveOrder, CancelOrder:
		if c.Order, err = p.order(); err != nil || c.Kind == CancelOrder {
			return err
		}
		if err := p.need("to"); err != nil {
			return err
		}
		c.From, _, err = p.day()
		return err
	case Receive, Sell:
		if c.Amount.Num, err = p.number(); err != nil {
			return err
		}
		c.Amount.Op = To
		if p.take("of"); len(c.Where) > 0 {
			return nil
		}
		if err := p.where(c); err != nil {
			return err
		}
		if !p.take("on") && !p.take("in") {
			return p.fault("on")
		}
		c.From, _, err = p.day()
		return err
	case Delay:
		p.take("of")
		if p.tok.key == "order" && p.tok.kind == wordToken {
			if c.Order, err = p.order(); err != nil {
				return err
			}
		} else if err := p.where(c); err != nil {
			return err
		}
		if err := p.need("by"); err != nil {
			return err
		}
		if c.Amount.Num, err = p.number(); err != nil {
			return err
		}
		c.Amount.Op = By
		p.days(&c.Amount)
		return p.period(c)
	case Close:
		p.take("of")
		if err := p.where(c); err != nil {
			return err
		}
		return p.period(c)
	case Replace:
		p.take("of")
		if err := p.where(c); err != nil {
			return err
		}
		if err := p.need("by"); err != nil {
			return err
		}
		p.take("item")
		if c.Other, err = p.value("an item"); err != nil {
			return err
		}
		if p.take("from") || p.take("on") {
			c.From, _, err = p.day()
		}
		return err
	}
	if !p.take("of") && p.tok.key != "everything" && !slices.Contains(fieldNames[:], p.tok.key) {
		return p.fault("of")
	}
	if err := p.where(c); err != nil {
		return err
	}
	switch c.Kind {
	case Service:
		if err := p.amount(c, To); err != nil {
			return err
		}
		if p.tok.kind == signToken && p.tok.text == "%" {
			p.read()
		} else { // a share is meant where it is at most 1
			if c.Amount.Num <= planwright.One {
				c.Amount.Num *= 100
			}
		}
		return nil
	case LeadTime:
		if err := p.amount(c, ByPercent, By, To); err != nil {
			return err
		}
		p.days(&c.Amount)
		return nil
	}
	if c.Kind == Demand {
		if err := p.amount(c, ByPercent, To); err != nil {
			return err
		}
		return p.period(c)
	}
	return p.amount(c, ByPercent, By, To)
}

// order reads the word order and its name.
func (p *parser) order() (string, error) {
	if err := p.need("order"); err != nil {
		return "", err
	}
	return p.value("the name of an order")
}

// days reads the unit of a time, and turns weeks into days.
func (p *parser) days(a *Amount) {
	if p.take("weeks") {
		if a.Num <= planwright.MaxQty/8 && a.Num >= -planwright.MaxQty/8 {
			a.Num *= 7
		}
		return
	}
	p.take("days")
}

// where reads a selection: everything, or conditions that all hold.
func (p *parser) where(c *Change) error {
	if p.take("everything") {
		return nil
	}
	for {
		f := slices.Index(fieldNames[:], p.tok.key)
		if p.tok.kind != wordToken || f < 0 {
			want := append([]string{}, fieldNames[:]...)
			if len(c.Where) == 0 {
				want = append(want, "everything")
			}
			if c.Kind == Delay && len(c.Where) == 0 {
				want = append(want, "order")
			}
			return p.fault(want...)
		}
		p.read()
		t := Term{Field: Field(f)}
		for {
			v, err := p.value(nameOf(Field(f)))
			if err != nil {
				return err
			}
			if len(t.Values) == maxValues {
				return &Problem{Code: planwright.CodeUsage, At: p.tok.at, Key: "whatif.many", Pairs: []string{"most", number(maxValues)}}
			}
			t.Values = append(t.Values, v)
			if p.tok.kind != signToken || p.tok.text != "," {
				break
			}
			p.read()
		}
		for _, old := range c.Where {
			if old.Field == t.Field {
				return &Problem{Code: planwright.CodeUsage, At: p.tok.at, Key: "whatif.twice", Pairs: []string{"field", fieldNames[f]}}
			}
		}
		c.Where = append(c.Where, t)
		if !p.take("and") && !(p.tok.kind == wordToken && slices.Contains(fieldNames[:], p.tok.key)) {
			return nil
		}
	}
}

// nameOf says what is expected behind a field.
func nameOf(f Field) string {
	if f == ByItem {
		return "the name of an item"
	}
	return "the name of a " + fieldNames[f]
}

// value reads a name: any word but a keyword, or a text in quotes.
func (p *parser) value(what string) (string, error) {
	if p.tok.kind == quotedToken && p.tok.text != "" || p.tok.kind == wordToken && p.tok.key == "" {
		s := p.tok.text
		p.read()
		return s, nil
	}
	if p.tok.kind == wordToken {
		return "", p.fault(what + ` (a keyword in quotes)`)
	}
	return "", p.fault(what)
}

// number reads a number.
func (p *parser) number() (planwright.Qty, error) {
	if p.tok.kind == wordToken {
		if q, err := planwright.ParseQty(strings.TrimPrefix(strings.Map(plainRune, p.tok.text), "+")); err == nil && q.Known() {
			p.read()
			return q, nil
		}
	}
	return 0, p.fault("a number")
}

// amount reads +20 %, -5, = 500 or to 500, of the ways that are allowed.
func (p *parser) amount(c *Change, allowed ...Op) error {
	var want []string
	for _, o := range allowed {
		want = append(want, map[Op]string{ByPercent: "+20 %", By: "+5", To: "= 5"}[o])
	}
	a := &c.Amount
	if p.take("to") || p.take("by") {
		a.Op = To
	} else if p.tok.kind == signToken && p.tok.text == "=" {
		p.read()
		a.Op = To
	}
	if a.Op == NoAmount {
		text := strings.Map(plainRune, p.tok.text)
		if p.tok.kind != wordToken || text == "" || text[0] != '+' && text[0] != '-' {
			return p.fault(want...)
		}
		a.Op = By
		if text == "+" || text == "-" { // "+ 20"
			minus := text == "-"
			p.read()
			n, err := p.number()
			if err != nil {
				return err
			}
			if a.Num = n; minus {
				a.Num = -n
			}
		} else {
			n, err := p.number()
			if err != nil {
				return err
			}
			a.Num = n
		}
		if p.tok.kind == signToken && p.tok.text == "%" {
			p.read()
			a.Op = ByPercent
		}
	} else {
		n, err := p.number()
		if err != nil {
			return err
		}
		a.Num = n
	}
	if !slices.Contains(allowed, a.Op) {
		return p.fault(want...)
	}
	return nil
}

// period reads the days that a change holds for.
func (p *parser) period(c *Change) (err error) {
	switch {
	case p.take("on"), p.take("in"):
		c.From, c.To, err = p.day()
	case p.take("from"):
		if c.From, _, err = p.day(); err == nil && p.take("to") {
			_, c.To, err = p.day()
		}
	case p.take("to"):
		_, c.To, err = p.day()
	}
	return err
}

// day reads a day, today, or a month: its first and its last day.
func (p *parser) day() (first, last planwright.Day, err error) {
	if p.take("today") {
		return p.today, p.today, nil
	}
	if p.tok.kind == wordToken {
		s := strings.Map(plainRune, p.tok.text)
		if d, err := planwright.ParseDay(s); err == nil {
			p.read()
			return d, d, nil
		}
		if len(s) == len("2026-07") {
			if d, err := planwright.ParseDay(s + "-01"); err == nil {
				p.read()
				return d, d.NextMonth() - 1, nil
			}
		}
	}
	return planwright.NoDay, planwright.NoDay, p.fault("a day such as 2026-07-01", "a month such as 2026-07", "today")
}

// check finds what can be said of a change without data.
func (c *Change) check() error {
	bad := func(key string, pairs ...string) error {
		return &Problem{Code: planwright.CodeUsage, At: c.At, Key: key, Pairs: append([]string{"change", c.String()}, pairs...)}
	}
	a := c.Amount
	switch {
	case c.From.Known() && c.To.Known() && c.To < c.From:
		return bad("whatif.backwards")
	case a.Op == ByPercent && (a.Num < -100*planwright.One || a.Num > maxPercent):
		return bad("whatif.percent", "most", (maxPercent / planwright.One * planwright.One).String())
	case c.Kind == Service && (a.Num <= 0 || a.Num > 100*planwright.One):
		return bad("whatif.service")
	case (c.Kind == Delay || c.Kind == LeadTime && a.Op != ByPercent) && (a.Num%planwright.One != 0 || a.Num > 3660*planwright.One || a.Num < -3660*planwright.One):
		return bad("whatif.days")
	case a.Op == To && a.Num < 0:
		return bad("whatif.negative")
	case (c.Kind == Receive || c.Kind == Sell || c.Kind == Budget) && a.Num <= 0:
		return bad("whatif.positive")
	case c.Kind == Close && (!c.From.Known() || !c.To.Known()):
		return bad("whatif.close_days")
	case c.Kind == Close && (len(c.Where) != 1 || c.Where[0].Field != BySite && c.Where[0].Field != BySupplier):
		return bad("whatif.close_what")
	case c.Kind == Replace && (len(c.Where) != 1 || c.Where[0].Field != ByItem || len(c.Where[0].Values) != 1):
		return bad("whatif.replace_what")
	case c.Kind == Demand && a.Op == To && (!c.From.Known() || !c.To.Known()):
		return bad("whatif.demand_days")
	case c.Kind == Delay && c.Order != "" && (c.From.Known() || c.To.Known()):
		return bad("whatif.delay_order")
	}
	for _, t := range c.Where {
		if (c.Kind == Price || c.Kind == Cost) && (t.Field == BySite || t.Field == BySupplier || t.Field == ByClass) {
			return bad("whatif.of_items")
		}
	}
	return nil
}
