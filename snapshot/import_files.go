package snapshot

import (
	"os"
	"path/filepath"
	"sort"
	"strings"

	"planwright"
)

// input is one file, one sheet of a workbook or one table of a database,
// offered to an import.
type input struct {
	name   string // as people and mappings call it: stock.csv.gz, book.xlsx#stock, export.zip/stock.csv
	path   string
	sheet  string
	format string // csv, parquet, jsonl, json, xlsx, xmlss, html, sqlite
	kind   string // what people call the format, where it was turned into another one: duckdb, arrow
	gz     bool
}

// kindOf is the format as people call it.
func (in *input) kindOf() string {
	if in.kind != "" {
		return in.kind
	}
	return in.format
}

// grid says that a format comes as rows of cells, which are copied to a text
// file first.
func (in *input) grid() bool {
	switch in.format {
	case "xlsx", "xmlss", "html", "sqlite":
		return true
	}
	return false
}

// formats are the endings that an import reads. What a file is, its first
// bytes say: a page that calls itself .xls is read as the page that it is.
var formats = map[string]string{
	".csv": "csv", ".tsv": "csv", ".txt": "csv", ".tab": "csv", ".dat": "csv", ".psv": "csv",
	".parquet": "parquet", ".pq": "parquet", ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "json",
	".xlsx": "xlsx", ".xlsm": "xlsx", ".xls": "xls", ".htm": "html", ".html": "html", ".xml": "xmlss",
	".zip": "zip", ".arrow": "arrow", ".feather": "arrow", ".ipc": "arrow", ".arrows": "arrow",
	".duckdb": "duckdb", ".ddb": "duckdb", ".sqlite": "sqlite", ".sqlite3": "sqlite", ".db": "sqlite",
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
	if gz && format != "csv" && format != "jsonl" && format != "json" {
		return "", "", false
	}
	return format, name[:len(name)-len(ext)], gz
}

// hidden says whether a file of a directory is no data: of the system, of an
// open office program, of ours.
func hidden(name string) bool {
	return strings.HasPrefix(name, ".") || strings.HasPrefix(name, "~$") || strings.HasPrefix(name, "__MACOSX") || name == mappingFileName
}

// unreadable is a file that was offered and cannot be read; in a directory it
// does not keep the others from being read.
type unreadable struct {
	name, path string
	err        error
}

// inputNames lists the files of a directory that an import reads, in the order of
// their names.
func inputNames(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fail(planwright.CodeFileNotFound, "import", dir, "the directory cannot be read", "check its permissions", err)
	}
	names := make([]string, 0, len(entries))
	for _, e := range entries {
		format, _, _ := formatOf(e.Name())
		if !e.IsDir() && (format != "" || strings.HasSuffix(strings.ToLower(e.Name()), queryEnding)) && !hidden(e.Name()) {
			names = append(names, e.Name())
		}
	}
	sort.Strings(names)
	return names, nil
}

// ImportFiles lists the files that an import of a path opens: those of a
// directory, its mapping among them, else the file itself. whole says that it is a
// directory.
func ImportFiles(path string) (files []string, whole bool, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, false, fail(planwright.CodeFileNotFound, "import", path, "there is no such file or directory", "check the path", err)
	}
	if !info.IsDir() {
		return []string{path}, false, nil
	}
	names, err := inputNames(path)
	if err != nil {
		return nil, true, err
	}
	if _, err := os.Stat(filepath.Join(path, mappingFileName)); err == nil {
		names = append(names, mappingFileName)
	}
	if len(names) == 0 {
		return nil, true, fail(planwright.CodeFileNotFound, "import", path, "no file that an import reads", "give CSV, Parquet, JSON lines or xlsx files", nil)
	}
	for _, n := range names {
		files = append(files, filepath.Join(path, n))
	}
	return files, true, nil
}

// findInputs lists the files of the paths: a directory gives those in it that
// can be read, in the order of their names; a file must be readable. Archives
// and databases are unpacked into dir.
func findInputs(paths []string, dir string) (list []input, bad []unreadable, err error) {
	for _, p := range paths {
		info, err := os.Stat(p)
		if err != nil {
			return nil, nil, fail(planwright.CodeFileNotFound, "import", p, "there is no such file or directory", "check the path", err)
		}
		if !info.IsDir() {
			in, err := inputsOf(p, filepath.Base(p), dir)
			if err != nil {
				return nil, nil, err
			}
			list = append(list, in...)
			continue
		}
		names, err := inputNames(p)
		if err != nil {
			return nil, nil, err
		}
		for _, n := range names {
			in, err := inputsOf(filepath.Join(p, n), n, dir)
			if err != nil {
				bad = append(bad, unreadable{n, filepath.Join(p, n), err})
				continue
			}
			list = append(list, in...)
		}
	}
	return list, bad, nil
}

// inputsOf lists what is in a file that people call name.
func inputsOf(path, name, dir string) ([]input, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, fail(planwright.CodeFileNotFound, "import", path, "", "give the whole path", err)
	}
	if strings.HasSuffix(strings.ToLower(name), queryEnding) {
		return queryInputs(abs, name, dir)
	}
	format, gz, err := sniffFormat(abs, name)
	if err != nil {
		return nil, err
	}
	one := input{name: name, path: abs, format: format, gz: gz}
	sheets := func(names []string, err error) ([]input, error) {
		if err != nil {
			return nil, err
		}
		list := make([]input, len(names))
		for i, s := range names {
			list[i] = one
			list[i].name, list[i].sheet = name+"#"+s, s
		}
		return list, nil
	}
	switch format {
	case "xlsx":
		return sheets(sheetsOf(abs))
	case "xmlss":
		return sheets(xmlSheets(abs))
	case "html":
		return sheets(htmlTables(abs))
	case "sqlite":
		return sheets(sqliteTables(abs))
	case "zip":
		return unzip(abs, name, dir)
	case "arrow":
		return arrowInput(one, dir)
	case "duckdb":
		return duckInputs(one, dir)
	}
	return []input{one}, nil
}

// tableOf returns the table that an input is named after: items.csv,
// demand_history_2025.csv.gz, a sheet named stock, or the only sheet of a
// workbook of that name.
func tableOf(in input, only bool) *Table {
	if in.sheet != "" {
		if t := tableNamedLike(in.sheet); t != nil || !only {
			return t
		}
	}
	return tableNamedLike(in.base())
}

// base is the name of the file without directory and ending.
func (in *input) base() string {
	name, _, _ := strings.Cut(in.name, "#")
	_, base, _ := formatOf(filepath.Base(name))
	if base == "" {
		base = strings.TrimSuffix(filepath.Base(name), filepath.Ext(name))
	}
	return base
}

// fileName is the name without the sheet.
func (in *input) fileName() string {
	name, _, _ := strings.Cut(in.name, "#")
	return name
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
		if k != i && inputs[k].fileName() == inputs[i].fileName() && inputs[k].path == inputs[i].path {
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
		if inputs[i].name == name || inputs[i].sheet != "" && inputs[i].fileName() == name && onlySheet(inputs, i) {
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

// wrongFormat refuses a file for what it is.
func wrongFormat(path, what, fix string, cause error) error {
	return fail(planwright.CodeFileFormat, "import", path, what, fix, cause)
}

// knownEndings is shown where a file has none of them.
const knownEndings = ".csv .tsv .txt .json .jsonl (.gz too), .xlsx, .xls (web page or text), .html, .parquet, .arrow, .sqlite, .duckdb, .zip"
