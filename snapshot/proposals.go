package snapshot

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"planwright"
)

// proposalBase are the tables of a snapshot that the rows of a file of proposals
// are resolved against: what items, units, sites and suppliers are.
var proposalBase = []string{"items", "uoms", "sites", "suppliers", "skus", "settings"}

// proposalTable is the table whose rows proposals are.
const proposalTable = "supply_orders"

// ProposalOptions say how a file of proposals is read.
type ProposalOptions struct {
	MapFile  string      // a mapping, where titles are not recognised; its tables are supply_orders
	File     FileOptions // encoding and the like
	Progress func(stage string, done, total int64)
}

// ReadProposals reads what another system proposes to order: planned orders and
// purchase requisitions of an ERP, as rows of the table supply_orders, from files of
// any kind that an import reads. Titles are recognised as in an import; item_id, qty
// and due_on are needed, order_id and kind are not (a row without an id is called
// #row, one without a kind is [planwright.ProposedOrder]). Items, units, sites and
// suppliers are those of snapshot id, whose content s is; nothing of the workspace
// changes. Rows that cannot be used are findings of the report, with file, row and
// reason, the others are kept. It returns an error where no file can be read as
// proposals.
func (w *Workspace) ReadProposals(ctx context.Context, id string, s *planwright.Snapshot, paths []string, o ProposalOptions) (p *planwright.Proposals, report ImportReport, err error) {
	draft, err := NewScratch(ctx)
	if err != nil {
		return nil, ImportReport{}, err
	}
	defer func() { err = plainCancel(ctx, errors.Join(err, draft.Discard())) }()
	work, err := os.MkdirTemp("", "planwright-")
	if err != nil {
		return nil, ImportReport{}, fail(planwright.CodeInternal, "read proposals", os.TempDir(), "no directory for intermediate files", "look at the disk", err)
	}
	defer func() { _ = os.RemoveAll(work) }() // only intermediate files
	j := &job{o: ImportOptions{Paths: paths, AsOf: s.AsOf, MapFile: o.MapFile, File: o.File, Progress: o.Progress}, dir: work, draft: draft, w: w, proposals: true}
	j.report.Base = id
	err = j.run(ctx)
	j.close()
	if err != nil {
		return nil, j.report, err
	}
	read, done, err := draft.Load(ctx, LoadOptions{})
	if err != nil {
		return nil, j.report, err
	}
	defer func() { err = errors.Join(err, done()) }()
	own := j.report.Tables[:0]
	for _, t := range j.report.Tables {
		if !strings.HasPrefix(t.File, id+"/") { // not of the snapshot
			own = append(own, t)
		}
	}
	j.report.Tables = own
	j.report.Findings = slices.DeleteFunc(j.report.Findings, func(f Finding) bool { return f.Table != proposalTable })
	return proposalsOf(read, s), j.report, nil
}

// proposed makes the mapping of files of proposals: every file, or sheet of a
// workbook, is a list of orders.
func (j *job) proposed(ctx context.Context, st *stager) error {
	m := &Mapping{Version: mappingVersion, Files: map[string]FileOptions{}}
	var refused []error
	for i := range st.inputs {
		s, err := st.look(ctx, i)
		if err == nil {
			err = st.proposals(ctx, s)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			if st.inputs[i].sheet == "" {
				return err
			}
			refused = append(refused, err) // a workbook may have other sheets
			continue
		}
		j.report.Files = append(j.report.Files, s.report())
		if o := st.fileOptions(s); !o.empty() {
			m.Files[s.in.name] = o
		}
		m.Tables = append(m.Tables, s.specs...)
	}
	if len(m.Tables) == 0 {
		return errors.Join(refused...)
	}
	j.mapping, st.mapping = m, m
	return nil
}

// proposals makes the spec of one file.
func (st *stager) proposals(ctx context.Context, s *seen) error {
	r := *recipeOf(proposalTable)
	s.table, s.sure = proposalTable, 1
	spec, _ := st.build(ctx, s, &r)
	if spec.expr("due_on") == "" { // a list with one day: that is when the goods are wanted
		if k := s.has("date"); k >= 0 {
			spec.Columns = slices.DeleteFunc(spec.Columns, func(c ColumnSpec) bool { return c.Expr == s.cols[k].title })
			spec.set("due_on", s.cols[k].title)
		}
	}
	if spec.expr("order_id") == "" {
		spec.set("order_id", "'#' || CAST(__row AS VARCHAR)")
	}
	kind, err := st.proposalKind(ctx, s)
	if err != nil {
		return err
	}
	spec.set("kind", kind)
	for _, c := range []string{"firm", "shipped", "segment"} { // of open orders, not of proposals
		spec.Columns = slices.DeleteFunc(spec.Columns, func(x ColumnSpec) bool { return x.Name == c })
	}
	var missing []string
	for _, c := range []string{"item_id", "qty", "due_on"} {
		if spec.expr(c) == "" {
			missing = append(missing, c)
		}
	}
	if len(missing) > 0 {
		return fail(planwright.CodeMapping, "read proposals", s.in.name, fmt.Sprintf("no column for %s; it has %s", strings.Join(missing, ", "), strings.Join(clip(s.src.columns, 20), ", ")),
			"call the columns item_id, site_id, qty, due_on, order_id, or say in a mapping file (--map) which ones they are", nil)
	}
	return st.finish(ctx, s, ordered(spec))
}

// proposalKind says how the proposals of a file are to be had, as it tells; the
// kind of a sku's own orders is taken where it does not.
func (st *stager) proposalKind(ctx context.Context, s *seen) (string, error) {
	none := literal(planwright.ProposedOrder.String())
	k := s.has("movement")
	if k < 0 {
		return none, nil
	}
	values, err := st.values(ctx, s, k, 100)
	if err != nil {
		return "", err
	}
	known := TableNamed(proposalTable).Column("kind").Values
	if len(values) > 0 && !slices.ContainsFunc(values, func(v string) bool { return !slices.Contains(known, v) }) {
		return fmt.Sprintf("lower(trim(%s))", quote(s.cols[k].title)), nil
	}
	c := cases(s.cols[k].title, wordsFor["supply"], values)
	if c == "" {
		return none, nil
	}
	return "coalesce(" + c + ", " + none + ")", nil
}

// proposalsOf are the orders of the snapshot that was read, by the sku's of s.
func proposalsOf(read, s *planwright.Snapshot) *planwright.Proposals {
	p := &planwright.Proposals{}
	suppliers := map[string]int32{}
	for i, id := range s.Suppliers.ID {
		suppliers[id] = int32(i)
	}
	code := func(k planwright.SKU) (item, site string) {
		return read.Items.ID[read.SKUs.Item[k]], read.Sites.ID[read.SKUs.Site[k]]
	}
	find := func(k planwright.SKU) planwright.SKU {
		if k == planwright.NoSKU {
			return planwright.NoSKU
		}
		return s.Find(code(k))
	}
	t := &read.Supply
	for k := range planwright.SKU(read.Len()) {
		own := find(k)
		for r := t.Off[k]; r < t.Off[k+1]; r++ {
			if own == planwright.NoSKU {
				item, site := code(k)
				p.Outside = append(p.Outside, fmt.Sprintf("%s (%s@%s)", t.OrderID[r], item, site))
				continue
			}
			p.SKU, p.ID, p.Kind, p.Qty = append(p.SKU, own), append(p.ID, t.OrderID[r]), append(p.Kind, t.Kind[r]), append(p.Qty, t.Qty[r])
			p.OrderedOn, p.DueOn, p.From = append(p.OrderedOn, t.OrderedOn[r]), append(p.DueOn, t.DueOn[r]), append(p.From, find(t.From[r]))
			supplier := planwright.None
			if x := t.Supplier[r]; x != planwright.None {
				if y, ok := suppliers[read.Suppliers.ID[x]]; ok {
					supplier = y
				}
			}
			p.Supplier = append(p.Supplier, supplier)
		}
	}
	return p
}
