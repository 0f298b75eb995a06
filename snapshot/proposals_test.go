package snapshot

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"planwright"
)

// TestReadProposals reads the list of an ERP under the data set's titles and under
// an ERP's, and tells apart what can be used.
func TestReadProposals(t *testing.T) {
	ctx := context.Background()
	w, info := testWorkspace(t)
	s, done, err := w.Load(ctx, info.ID, LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer done() //nolint:errcheck // read only
	for _, c := range []struct {
		name, file, text string
		want             []string // item@site id kind qty ordered due supplier from
		bad              []string // code row
	}{
		{"the data set's titles", "erp.csv", "item_id,site_id,qty,due_on,ordered_on,kind,order_id,supplier_id,from_site_id\n" +
			"FRAME,EAST,12,2026-07-10,2026-07-01,purchase,PR1,S1,\nBIKE,WEST,3,2026-07-12,,transfer,PR2,,EAST\nNOBIKE,EAST,3,2026-07-12,,purchase,PR3,,\nFRAME,EAST,many,2026-07-12,,purchase,PR4,,\nFRAME,EAST,1,soon,,purchase,PR5,,\n",
			[]string{"BIKE@WEST PR2 transfer 3 - 2026-07-12 - BIKE@EAST", "FRAME@EAST PR1 purchase 12 2026-07-01 2026-07-10 S1 "}, []string{"UNKNOWN_ITEM 4", "BAD_NUMBER 5", "BAD_DATE 6"}},
		{"a requisition list without id and kind, with a sku that the company has not", "请购单.csv", "物料编码,仓库,请购数量,需求日期\nFRAME,WEST,5,2026/7/10\nFRAME,EAST,\"1,200\",2026/7/10\n",
			[]string{"FRAME@EAST #3 planned 1200 - 2026-07-10 - ", "outside #2 (FRAME@WEST)"}, nil},
		{"kinds in words", "plan.csv", "Item;Plant;Type;Quantity;Delivery date;Purchase requisition\nFRAME;EAST;采购;7,5;10.07.2026;0010\n",
			[]string{"FRAME@EAST 0010 purchase 7.5 - 2026-07-10 - "}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), c.file)
			if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			p, report, err := w.ReadProposals(ctx, info.ID, s, []string{path}, ProposalOptions{})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for i := range p.Len() {
				ordered, supplier := "-", "-"
				if p.OrderedOn[i].Known() {
					ordered = p.OrderedOn[i].String()
				}
				if x := p.Supplier[i]; x != planwright.None {
					supplier = s.Suppliers.ID[x]
				}
				got = append(got, strings.Join([]string{s.Code(p.SKU[i]), p.ID[i], p.Kind[i].String(), p.Qty[i].String(), ordered, p.DueOn[i].String(), supplier, s.Code(p.From[i])}, " "))
			}
			for _, x := range p.Outside {
				got = append(got, "outside "+x)
			}
			if strings.Join(got, "\n") != strings.Join(c.want, "\n") {
				t.Errorf("proposals\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
			bad := map[string]bool{}
			for _, f := range report.Findings {
				if f.Row > 0 && f.Severity == planwright.Fail && f.Table == proposalTable {
					bad[f.Code.String()+" "+planwright.Qty(f.Row*int64(planwright.One)).String()] = true
				}
			}
			for _, x := range c.bad {
				if !bad[x] {
					t.Errorf("no finding %s in %v", x, bad)
				}
			}
			if len(report.Tables) != 1 || report.Tables[0].Quarantined != int64(len(c.bad)) {
				t.Errorf("accounting %+v, want %d rows set aside", report.Tables, len(c.bad))
			}
		})
	}
	ids, err := w.ListSnapshots()
	if err != nil || len(ids) != 1 {
		t.Errorf("%d snapshots (%v), want the one that was there", len(ids), err)
	}
}

// TestReadProposalsRefuses says what is wrong with files that are no list of
// proposals.
func TestReadProposalsRefuses(t *testing.T) {
	ctx := context.Background()
	w, info := testWorkspace(t)
	s, done, err := w.Load(ctx, info.ID, LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer done() //nolint:errcheck // read only
	for name, text := range map[string]string{"nothing.csv": "", "poem.csv": "roses,violets\nred,blue\n", "noday.csv": "item_id,qty\nFRAME,1\n", "bytes.xlsx": "\x00\x01\x02 not a workbook"} {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, _, err := w.ReadProposals(ctx, info.ID, s, []string{path}, ProposalOptions{})
		var e *planwright.Error
		if !errors.As(err, &e) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v, want an error that names the file", name, err)
		}
		if name == "noday.csv" && (e == nil || !strings.Contains(e.What, "due_on")) {
			t.Errorf("%s: %v, want the column that is missing", name, err)
		}
	}
	_, _, err = w.ReadProposals(ctx, info.ID, s, []string{filepath.Join(t.TempDir(), "gone.csv")}, ProposalOptions{})
	if err == nil {
		t.Error("a file that is not there is read")
	}
}
