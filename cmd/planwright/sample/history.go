package sample

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/compress"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/schema"
)

const rowGroup = 512 << 10

var (
	kindSale   = parquet.ByteArray("sale")
	kindIssue  = parquet.ByteArray("issue")
	kindReturn = parquet.ByteArray("return")
)

// history writes demand_history as CSV, or as Parquet with the columns of the
// data set: dictionary-encoded texts, DATE, and quantities as DECIMAL(18,6) in
// an int64.
type history struct {
	path string
	rows int64
	csv  *table

	file     *os.File
	writer   *file.Writer
	ids      []byte // item ids of the row group, one after another
	item     []parquet.ByteArray
	site     []parquet.ByteArray
	kind     []parquet.ByteArray
	on       []int32
	qty      []int64
	promo    []bool
	stockout []bool
	err      error
	closed   bool
}

func newHistory(dir string, asParquet bool) (*history, error) {
	stale := "demand_history.parquet"
	if asParquet {
		stale = "demand_history.csv"
	}
	// Two files of one table would be imported twice.
	if err := os.Remove(filepath.Join(dir, stale)); err != nil && !os.IsNotExist(err) {
		return nil, fmt.Errorf("sample: table demand_history: %w", err)
	}
	if !asParquet {
		t, err := newTable(dir, "demand_history", historyColumns)
		if err != nil {
			return nil, err
		}
		return &history{path: t.file.Name(), csv: t}, nil
	}
	path := filepath.Join(dir, "demand_history.parquet")
	f, err := os.Create(path)
	if err != nil {
		return nil, fmt.Errorf("sample: table demand_history: %w", err)
	}
	h := &history{path: path, file: f}
	root, err := historySchema()
	if err == nil {
		h.writer, err = file.NewParquetWriterWithError(f, root, file.WithWriterProps(parquet.NewWriterProperties(
			parquet.WithCompression(compress.Codecs.Snappy), parquet.WithDictionaryDefault(true),
			parquet.WithDictionaryFor("promo", false), parquet.WithDictionaryFor("stockout", false))))
	}
	if err != nil {
		_ = f.Close()
		_ = os.Remove(path)
		return nil, fmt.Errorf("sample: table demand_history: %w", err)
	}
	h.ids = make([]byte, 0, rowGroup*10)
	h.item = make([]parquet.ByteArray, 0, rowGroup)
	h.site = make([]parquet.ByteArray, 0, rowGroup)
	h.kind = make([]parquet.ByteArray, 0, rowGroup)
	h.on = make([]int32, 0, rowGroup)
	h.qty = make([]int64, 0, rowGroup)
	h.promo = make([]bool, 0, rowGroup)
	h.stockout = make([]bool, 0, rowGroup)
	return h, nil
}

func historySchema() (*schema.GroupNode, error) {
	var fields schema.FieldList
	for _, c := range []struct {
		name    string
		logical schema.LogicalType
		typ     parquet.Type
	}{
		{"item_id", schema.StringLogicalType{}, parquet.Types.ByteArray},
		{"site_id", schema.StringLogicalType{}, parquet.Types.ByteArray},
		{"on", schema.DateLogicalType{}, parquet.Types.Int32},
		{"qty", schema.NewDecimalLogicalType(18, 6), parquet.Types.Int64},
		{"kind", schema.StringLogicalType{}, parquet.Types.ByteArray},
		{"promo", schema.NoLogicalType{}, parquet.Types.Boolean},
		{"stockout", schema.NoLogicalType{}, parquet.Types.Boolean},
	} {
		n, err := schema.NewPrimitiveNodeLogical(c.name, parquet.Repetitions.Required, c.logical, c.typ, 0, -1)
		if err != nil {
			return nil, err
		}
		fields = append(fields, n)
	}
	return schema.NewGroupNode("schema", parquet.Repetitions.Required, fields, -1)
}

var siteBytes = func() (b [nSites]parquet.ByteArray) {
	for s := range siteID {
		b[s] = parquet.ByteArray(siteID[s])
	}
	return b
}()

// add appends a row; id is copied.
func (h *history) add(id []byte, site int, on int32, qty int64, kind parquet.ByteArray, promo, stockout bool) {
	h.rows++
	if t := h.csv; t != nil {
		t.bytes(id)
		t.str(siteID[site])
		t.day(on)
		t.qty(qty)
		t.bytes(kind)
		t.yes(promo)
		t.yes(stockout)
		t.end()
		return
	}
	n := len(h.item)
	if n > 0 && string(h.item[n-1]) == string(id) {
		h.item = append(h.item, h.item[n-1])
	} else {
		from := len(h.ids)
		h.ids = append(h.ids, id...)
		h.item = append(h.item, parquet.ByteArray(h.ids[from:len(h.ids):len(h.ids)]))
	}
	h.site = append(h.site, siteBytes[site])
	h.kind = append(h.kind, kind)
	h.on = append(h.on, on)
	h.qty = append(h.qty, qty*1000)
	h.promo = append(h.promo, promo)
	h.stockout = append(h.stockout, stockout)
	if len(h.item) == rowGroup {
		h.flush()
	}
}

// flush writes the buffered rows as one row group.
func (h *history) flush() {
	if len(h.item) == 0 {
		return
	}
	if h.err == nil {
		h.err = h.writeGroup()
	}
	h.ids, h.item, h.site, h.kind = h.ids[:0], h.item[:0], h.site[:0], h.kind[:0]
	h.on, h.qty, h.promo, h.stockout = h.on[:0], h.qty[:0], h.promo[:0], h.stockout[:0]
}

func (h *history) writeGroup() error {
	group, err := h.writer.AppendRowGroupChecked()
	if err != nil {
		return err
	}
	for c := range 7 {
		cw, err := group.NextColumn()
		if err != nil {
			return err
		}
		switch w := cw.(type) {
		case *file.ByteArrayColumnChunkWriter:
			values := [...][]parquet.ByteArray{0: h.item, 1: h.site, 4: h.kind}[c]
			_, err = w.WriteBatch(values, nil, nil)
		case *file.Int32ColumnChunkWriter:
			_, err = w.WriteBatch(h.on, nil, nil)
		case *file.Int64ColumnChunkWriter:
			_, err = w.WriteBatch(h.qty, nil, nil)
		case *file.BooleanColumnChunkWriter:
			values := h.promo
			if c == 6 {
				values = h.stockout
			}
			_, err = w.WriteBatch(values, nil, nil)
		}
		if err != nil {
			return err
		}
		if err := cw.Close(); err != nil {
			return err
		}
	}
	return group.Close()
}

func (h *history) close() error {
	if h.closed {
		return nil
	}
	h.closed = true
	if h.csv != nil {
		return h.csv.close()
	}
	h.flush()
	if err := h.writer.Close(); h.err == nil {
		h.err = err
	}
	// The Parquet writer closes a sink that can be closed.
	if err := h.file.Close(); h.err == nil && err != nil && !errors.Is(err, os.ErrClosed) {
		h.err = err
	}
	if h.err != nil {
		return fmt.Errorf("sample: table demand_history: %w", h.err)
	}
	return nil
}
