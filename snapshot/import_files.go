package snapshot

import (
	"os"
	"path/filepath"
	"sort"
	"strings"

	"github.com/xuri/excelize/v2"

	"planwright"
)

// input is one file, or one sheet of a workbook, offered to an import.
type input struct {
	name   string // as people and mappings call it: stock.csv.gz, book.xlsx#stock
	path   string
	sheet  string
	format string // csv, parquet, jsonl, xlsx
	gz     bool
}

// formats are the endings that an import reads.
var formats = map[string]string{
	".csv": "csv", ".tsv": "csv", ".txt": "csv", ".parquet": "parquet", ".jsonl": "jsonl", ".ndjson": "jsonl", ".xlsx": "xlsx", ".xlsm": "xlsx",
}

// formatOf tells a file's format from its name; "" for one that no import reads.
func formatOf(name string) (format, base string, gz bool) {
	lower := strings.ToLower(name)
	if strings.HasSuffix(lower, ".gz") {
		gz = true
		lower = lower[:len(lower)-3]
		name = name[:len(name)-3]
	}
	ext := filepath.Ext(lower)
	format = formats[ext]
	if gz && format != "csv" && format != "jsonl" {
		return "", "", false
	}
	return format, name[:len(name)-len(ext)], gz
}

// findInputs lists the files of the paths: a directory gives those in it that
// can be read, in the order of their names; a file must be readable.
func findInputs(paths []string) ([]input, error) {
	var list []input
	for _, p := range paths {
		info, err := os.Stat(p)
		if err != nil {
			return nil, fail(planwright.CodeFileNotFound, "import", p, "there is no such file or directory", "check the path", err)
		}
		if !info.IsDir() {
			format, _, _ := formatOf(filepath.Base(p))
			if format == "" {
				return nil, fail(planwright.CodeFileFormat, "import", p, "the ending is not one of .csv, .tsv, .jsonl (.gz too), .parquet, .xlsx", "save it as CSV or xlsx", nil)
			}
			in, err := inputsOf(p)
			if err != nil {
				return nil, err
			}
			list = append(list, in...)
			continue
		}
		entries, err := os.ReadDir(p)
		if err != nil {
			return nil, fail(planwright.CodeFileNotFound, "import", p, "the directory cannot be read", "check its permissions", err)
		}
		names := make([]string, 0, len(entries))
		for _, e := range entries {
			format, _, _ := formatOf(e.Name())
			if !e.IsDir() && format != "" && !strings.HasPrefix(e.Name(), ".") && !strings.HasPrefix(e.Name(), "~$") {
				names = append(names, e.Name())
			}
		}
		sort.Strings(names)
		for _, n := range names {
			in, err := inputsOf(filepath.Join(p, n))
			if err != nil {
				return nil, err
			}
			list = append(list, in...)
		}
	}
	return list, nil
}

func inputsOf(path string) ([]input, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, fail(planwright.CodeFileNotFound, "import", path, "", "give the whole path", err)
	}
	name := filepath.Base(path)
	format, _, gz := formatOf(name)
	if format != "xlsx" {
		return []input{{name: name, path: abs, format: format, gz: gz}}, nil
	}
	sheets, err := sheetsOf(path)
	if err != nil {
		return nil, err
	}
	list := make([]input, len(sheets))
	for i, s := range sheets {
		list[i] = input{name: name + "#" + s, path: abs, sheet: s, format: format}
	}
	return list, nil
}

// sheetsOf lists the sheets of a workbook.
func sheetsOf(path string) ([]string, error) {
	f, err := openWorkbook(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	return f.GetSheetList(), nil
}

// maxSheetXML bounds what a workbook may unpack to: a small file can hold
// terabytes of blanks.
const maxSheetXML = 8 << 30

func openWorkbook(path string) (*excelize.File, error) {
	f, err := excelize.OpenFile(path, excelize.Options{RawCellValue: true, UnzipSizeLimit: maxSheetXML, UnzipXMLSizeLimit: 16 << 20})
	if err != nil {
		return nil, fail(planwright.CodeFileFormat, "import", path, "not a readable workbook", "open it in a spreadsheet program and save it as .xlsx", err)
	}
	return f, nil
}

// tableOf returns the table that an input is named after: items.csv,
// demand_history_2025.csv.gz, a sheet named stock, or the only sheet of a
// workbook of that name.
func tableOf(in input, only bool) *Table {
	_, base, _ := formatOf(filepath.Base(in.path))
	if in.sheet != "" {
		if t := tableNamedLike(in.sheet); t != nil || !only {
			return t
		}
	}
	return tableNamedLike(base)
}

// tableNamedLike accepts the table's name in any case, with a number, a year or
// a date behind it.
func tableNamedLike(s string) *Table {
	s = columnName(s)
	if t := TableNamed(s); t != nil {
		return t
	}
	return TableNamed(strings.TrimRight(strings.TrimRight(s, "0123456789_"), "_"))
}

// onlySheet says whether an input is the only sheet of its workbook.
func onlySheet(inputs []input, i int) bool {
	for k := range inputs {
		if k != i && inputs[k].path == inputs[i].path {
			return false
		}
	}
	return true
}

// findInput returns the input that a mapping calls name: the file's name, for
// a workbook with #sheet unless it has one sheet only.
func findInput(inputs []input, name string) (int, error) {
	found := -1
	for i := range inputs {
		if inputs[i].name == name || inputs[i].sheet != "" && filepath.Base(inputs[i].path) == name && onlySheet(inputs, i) {
			if found >= 0 {
				return 0, fail(planwright.CodeMapping, "import", name, "two files of this name were given", "import one directory at a time", nil)
			}
			found = i
		}
	}
	if found < 0 {
		have := make([]string, len(inputs))
		for i := range inputs {
			have[i] = inputs[i].name
		}
		return 0, fail(planwright.CodeFileNotFound, "import", name, "the mapping names it, but it is not among the files given ("+strings.Join(clip(have, 20), ", ")+")",
			"give its directory, or correct the name in the mapping", nil)
	}
	return found, nil
}
