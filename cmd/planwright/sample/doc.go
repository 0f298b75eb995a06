// Package sample makes the data set of a company that does not exist: Ruifeng,
// a Chinese maker of power tools. It has two plants (Shenzhen, Chongqing) and
// three warehouses (Guangzhou, Shanghai, Chengdu) that the plants feed,
// finished tools of four bill-of-material levels whose motors, gearboxes,
// battery packs and screws are shared, spare parts with intermittent demand,
// suppliers that deliver late in different ways, and years of daily demand
// with trend, seasons, Spring Festival and promotions.
//
// The stock of every sku is simulated day by day (week by week in large
// companies) under the company's incumbent min-max rule (see incumbent.go), so
// that on-hand lots, open orders, the stock ledger, the receipts of suppliers
// and the stockouts in the demand history tell one story: on-hand quantity =
// opening balance + movements, and an open order is one that the simulation
// has placed and not yet received.
//
// Consumption of components is drawn from the exploded average requirement
// and the working days of the plant; it is not the sum of the parents' work
// orders day by day. Everything follows from Options alone: the same options
// give byte-identical files.
package sample

import (
	"context"
	"fmt"
	"os"
)

// Limits of Options.Items.
const (
	DefaultItems = 300
	MinItems     = 120 // every kind of item once
	MaxItems     = 1_000_000
)

const (
	// dailyItems is the largest company whose demand history is daily and
	// three years long; larger ones get weekly rows, at most
	// maxHistoryRows an item.
	dailyItems     = 3000
	maxHistoryRows = 100
	// parquetRows is the expected number of history rows above which
	// demand_history is written as Parquet.
	parquetRows = 2_000_000
)

// Options says which company to make.
type Options struct {
	// Items is the number of items, MinItems..MaxItems; 0 = DefaultItems.
	// A few items that carry the planted faults come on top.
	Items int
	// Seed starts all random streams; every seed is another company.
	Seed uint64
	// AsOf is the planning day in days since 1970-01-01; 0 = 2026-06-30.
	AsOf int32
	// Dir is an existing directory that receives one file a table. Files of
	// the same names there are replaced.
	Dir string
	// NoFaults leaves the planted data faults out.
	NoFaults bool
}

// Fault is a planted error in the data that a check must find.
type Fault struct {
	Code  string // check code, as BOM_CYCLE
	Table string // table that holds the row
	Key   string // key of the row: its ids joined by "|"
	What  string // what is wrong, in words
}

// TableRows names a written file and the number of its data rows.
type TableRows struct {
	Table string
	File  string // base name
	Rows  int64
}

// Company is what Write has made.
type Company struct {
	Name   string
	Dir    string
	AsOf   int32 // days since 1970-01-01
	Items  int   // rows of the items table without planted duplicates
	Tables []TableRows
	Faults []Fault
}

// Rows returns the number of data rows of a table, 0 for an unknown one.
func (c Company) Rows(table string) int64 {
	for _, t := range c.Tables {
		if t.Table == table {
			return t.Rows
		}
	}
	return 0
}

// Write makes the company in opt.Dir: <table>.csv (UTF-8, one header row) for
// each table of the planning data set that it uses, demand_history as Parquet
// where it is expected to exceed two million rows.
//
// progress, if not nil, is called from the calling goroutine with the table
// that leads the current stage and the number of items done. Memory is a few
// columns over the items; rows stream to the files. On an error, a cancelled
// ctx included, the files of this call are removed.
func Write(ctx context.Context, opt Options, progress func(table string, done, total int64)) (Company, error) {
	if opt.Items == 0 {
		opt.Items = DefaultItems
	}
	if opt.AsOf == 0 {
		opt.AsOf = civil(2026, 6, 30)
	}
	if opt.Items < MinItems || opt.Items > MaxItems {
		return Company{}, fmt.Errorf("sample: items = %d: want %d to %d (0 for %d)", opt.Items, MinItems, MaxItems, DefaultItems)
	}
	if first, last := civil(1980, 1, 1), civil(2090, 1, 1); opt.AsOf < first || opt.AsOf > last {
		return Company{}, fmt.Errorf("sample: as-of day %s: want %s to %s", dayString(opt.AsOf), dayString(first), dayString(last))
	}
	if st, err := os.Stat(opt.Dir); err != nil {
		return Company{}, fmt.Errorf("sample: directory %q: %w: create it first", opt.Dir, err)
	} else if !st.IsDir() {
		return Company{}, fmt.Errorf("sample: %q is not a directory: give one that exists", opt.Dir)
	}
	if progress == nil {
		progress = func(string, int64, int64) {}
	}
	g := newGenerator(opt)
	if err := g.explode(ctx, progress); err != nil {
		return Company{}, err
	}
	if err := g.open(); err != nil {
		g.out.discard()
		return Company{}, err
	}
	if err := g.write(ctx, progress); err != nil {
		g.out.discard()
		return Company{}, err
	}
	tables, err := g.out.close()
	if err != nil {
		g.out.discard()
		return Company{}, err
	}
	return Company{
		Name: companyName, Dir: opt.Dir, AsOf: opt.AsOf,
		Items: g.itemRows, Tables: tables, Faults: g.faults,
	}, nil
}
